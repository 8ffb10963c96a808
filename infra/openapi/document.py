"""OpenAPI 3.1 description of the API, made from the routes, options and formats in the code.

`write_built_files` writes it, as JSON and as a page, into the Lambda bundle.
`python -m infra.openapi.document` writes the committed copy `docs/reference/openapi.json`; a test compares both.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.openapi.html_page import page
from infra.openapi.paths import paths
from infra.openapi.schemas.answer_schemas import SCHEMAS

COPY = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"

_SECURITY_SCHEMES = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token KEY`, as Deepgram's clients send it.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same key, as OpenAI's clients send it."},
    "share": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Share SECRET`, with the secret of a link to one transcript.",
    },
}


def describe() -> dict[str, Any]:
    """Return the description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Earshot",
            "version": "1",
            "summary": "Hosted Whisper in your own AWS account.",
            "description": "Speaks Deepgram's pre-recorded API (`POST /v1/listen`) and OpenAI's audio API "
            "(`POST /v1/audio/…`): their clients work with nothing but another address.",
        },
        "servers": [{"url": "/v1"}],
        "security": [{"token": []}, {"bearer": []}, {}],
        "paths": paths(),
        "components": {"schemas": SCHEMAS, "securitySchemes": _SECURITY_SCHEMES},
    }


def text() -> str:
    """Return the description as JSON text."""
    return json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"


def write_built_files(folder: Path) -> None:
    """Write `openapi.json` and `docs.html`, which `functions/handlers/api/routes/openapi_routes.py` serves."""
    (folder / "openapi.json").write_text(text(), encoding="utf-8")
    (folder / "docs.html").write_text(page(describe()), encoding="utf-8")


if __name__ == "__main__":
    COPY.write_text(text(), encoding="utf-8")
