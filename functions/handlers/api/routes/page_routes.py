"""GET /v1/ and /v1/page/…: the web page, whose files are in `functions/page`. They need no key; their requests do.

ADR 0017 says why a function serves them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from earshot_contract.documents.s3_object import S3Object
from functions.aws import s3
from functions.errors import not_found
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response
from functions.settings import settings

FOLDER = Path(__file__).parents[3] / "page"
INDEX = "index.html"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".mp3": "audio/mpeg",
}
_VERSION_LETTERS = 12  # of the digest in the addresses of the files
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATED = "no-cache"  # the browser keeps it, and asks each time whether it changed


def page(request: Request) -> Response:
    """Return the page's HTML, which names the other files under the digest of them all."""
    return _file(request, INDEX, _REVALIDATED)


def page_file(request: Request) -> Response:
    """Return a file of the page. Its address holds the version, so that browsers never ask for it twice.

    A page that was open while the deployment was updated asks for an earlier version, and gets the present file.
    """
    name = request.parameters["file"]
    if name not in _files() or name == INDEX:
        raise not_found(f"The page has no file {name}.")
    return _file(request, name, _IMMUTABLE if request.parameters["version"] == version() else _REVALIDATED)


def favicon(request: Request) -> Response:
    """Return the icon at the address where browsers look for it by themselves."""
    return _file(request, "icon.svg", _REVALIDATED)


@cache
def version() -> str:
    """Return the digest of all files."""
    digest = hashlib.sha256()
    for name, content in sorted(_files().items()):
        digest.update(f"{name}\0".encode() + content + b"\0")
    return digest.hexdigest()[:_VERSION_LETTERS]


def security_headers(style: str = "") -> dict[str, str]:
    """Return headers for HTML: scripts and styles of this API alone, and no address but its own and its buckets'.

    Args:
        style: source expression of a `<style>` in the HTML.
    """
    buckets, styles = " ".join(_bucket_origins()), f"'self' {style}".strip()
    policy = (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data:; "
        f"connect-src 'self' {buckets}; media-src 'self' blob: {buckets}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    return {
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
        "x-content-type-options": "nosniff",
        "permissions-policy": "microphone=(self), camera=(), geolocation=()",
        "cross-origin-opener-policy": "same-origin",
    }


def _file(request: Request, name: str, cache_control: str) -> Response:
    content, content_type = _files()[name], CONTENT_TYPES[Path(name).suffix]
    etag = f'"{version()}"'
    headers = {"cache-control": cache_control, "etag": etag, "x-content-type-options": "nosniff"}
    if name == INDEX:
        content = content.replace(b"{version}", version().encode())
        headers |= security_headers()
    if etag in request.headers.get("if-none-match", ""):
        return Response(304, "", content_type, headers)
    if content_type.startswith("audio/"):
        return Response(200, content, content_type, headers)
    compressed = "gzip" in request.headers.get("accept-encoding", "")
    headers |= {"vary": "accept-encoding"}
    return Response(200, content.decode(), content_type, headers, compressed)


@cache
def _files() -> dict[str, bytes]:
    """Return the content of each file by its name."""
    return {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in CONTENT_TYPES}


@cache
def _bucket_origins() -> list[str]:
    """Return the origins of presigned URLs: in AWS each bucket has its own host, in the local cloud all have one."""
    buckets = (settings().transcripts_bucket, settings().uploads_bucket)
    urls = [urlsplit(s3.presigned_get(S3Object(bucket, "x"))) for bucket in buckets]
    return list(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in urls))
