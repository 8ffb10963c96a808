"""GET /v1/ and its files: what the browser gets, under which address and policy."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re

import pytest

from functions.handlers.api.routes import openapi_routes, page_routes
from infra.openapi.document import write_built_files

BUDGET_BYTES = 80_000  # of the whole page as it is sent


def files(html: str) -> list[str]:
    return re.findall(r'(?:href|src)="/v1(/page/[^"]+)"', html)


def test_page_names_its_files_by_their_version(api):
    page = api.get("/")

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert len(files(page.text)) == 3
    for path in files(page.text):
        file = api.get(path)
        assert file.status == 200
        assert file.headers["cache-control"].endswith("immutable")


def test_file_of_earlier_version_is_the_present_one_and_checked(api):
    stale = api.get("/page/0123456789ab/app.js")

    assert stale.status == 200
    assert stale.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["index.html", "none.js", "..", "__init__.py"])
def test_other_names_are_not_found(name, api):
    assert api.get(f"/page/{page_routes.version()}/{name}").status == 404


def test_page_needs_no_key_and_names_no_other_host(api):
    page = api.of("nobody", "read").get("/")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    hosts = set(re.findall(r"https?://[^\s;]+", page.headers["content-security-policy"]))
    assert hosts == {"https://transcripts.s3.us-east-1.amazonaws.com", "https://uploads.s3.us-east-1.amazonaws.com"}
    assert "style=" not in page.text
    assert not re.search(r"\son\w+=", page.text)


def test_known_version_is_answered_without_a_body(api):
    etag = api.get("/").headers["etag"]

    again = api("GET", "/", headers={"If-None-Match": etag})

    assert (again.status, again.text) == (304, "")


def test_compressed_file_is_the_file(api):
    path = f"/page/{page_routes.version()}/page.css"

    compressed = api("GET", path, headers={"Accept-Encoding": "gzip, br"})

    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.text == api.get(path).text


def test_sample_is_audio_that_no_encoding_changes(api):
    sample = api("GET", f"/page/{page_routes.version()}/sample.mp3", headers={"Accept-Encoding": "gzip"})

    assert sample.headers["content-type"] == "audio/mpeg"
    assert "content-encoding" not in sample.headers
    assert sample.text.encode("latin-1") == (page_routes.FOLDER / "sample.mp3").read_bytes()


def test_whole_page_stays_small():
    sent = [gzip.compress(path.read_bytes()) for path in page_routes.FOLDER.iterdir() if path.is_file()]
    assert sum(map(len, sent)) < BUDGET_BYTES


def test_scripts_never_write_html():
    for path in page_routes.FOLDER.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            path
        )


def test_icon_is_where_browsers_look_for_it(api):
    assert api.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_docs_page_allows_its_own_style_and_script(api, monkeypatch, tmp_path):
    write_built_files(tmp_path)
    monkeypatch.setattr(openapi_routes, "BUILT", tmp_path)

    docs = api.get("/docs")

    [style] = re.findall("<style>(.*?)</style>", docs.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in docs.headers["content-security-policy"]
    [script] = re.findall('<script[^>]* src="/v1([^"]+)"></script>', docs.text)
    assert api.get(script).status == 200
