"""The description of the API is made from its code, and the committed copy is that description."""

from __future__ import annotations

import json
import re

from jsonschema import Draft202012Validator

from functions.handlers.api.router import ROUTES
from functions.options.registry import OPTIONS
from infra.openapi.document import COPY, describe, text
from infra.openapi.html_page import page


def test_committed_openapi_is_up_to_date() -> None:
    assert COPY.read_text(encoding="utf-8") == text(), "`python -m infra.openapi.document` writes it anew."


def test_openapi_describes_exactly_the_routes() -> None:
    described = {(method.upper(), path) for path, operations in describe()["paths"].items() for method in operations}

    assert described == set(ROUTES)


def test_openapi_marks_public_routes() -> None:
    paths = describe()["paths"]

    keyless = {
        path
        for path, operations in paths.items()
        for operation in operations.values()
        if operation.get("security") in ([], [{"share": []}])  # the secret of a link is no key
    }
    assert keyless == {path for (_, path), route in ROUTES.items() if route.public}


def test_openapi_has_every_option_with_its_support() -> None:
    listed = describe()["paths"]["/listen"]["post"]["parameters"]

    assert {parameter["name"]: parameter["x-support"] for parameter in listed} == {
        name: str(spec.support) for name, spec in OPTIONS.items()
    }


def test_openapi_schemas_are_valid_and_referenced() -> None:
    document = describe()

    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document)))
    assert names == set(document["components"]["schemas"])


def test_page_has_all_operations_and_no_external_resources() -> None:
    html = page(describe())

    for operations in describe()["paths"].values():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in html
    assert all(f"<code>{name}</code>" in html for name in OPTIONS)
    assert not re.search(r"<img|@import|url\(", html)
    assert all(address.startswith("/v1/") for address in re.findall(r"""\bsrc=["']([^"']+)""", html))
    assert all(not href.startswith("http") for href in re.findall(r'href="([^"]+)"', html))
    for name in re.findall(r'href="#(\w+)"', html):
        assert f'id="{name}"' in html
