"""A Hugging Face Hub with one model, and a bucket: what `earshot model` speaks to, small and real."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    it: Any

    def say(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Hub(Answering):
    """`it`: {"files": name → content, "repo": its id, "commit": its one revision, "asked": paths}."""

    def do_GET(self) -> None:
        repo, commit, files = self.it["repo"], self.it["commit"], self.it["files"]
        path = urlsplit(self.path).path
        self.it["asked"].append(path)
        about, tree = f"/api/models/{repo}/revision/main", f"/api/models/{repo}/tree/{commit}"
        if path == about:
            return self.say(200, json.dumps({"id": repo, "sha": commit, "siblings": []}).encode())
        if path == tree:
            listed = [
                {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                for name, content in files.items()
            ]
            return self.say(200, json.dumps(listed).encode())
        name = path.removeprefix(f"/{repo}/resolve/{commit}/")
        if name in files:
            etag = hashlib.sha1(files[name]).hexdigest()
            return self.say(200, files[name], {"ETag": f'"{etag}"', "X-Repo-Commit": commit})
        return self.say(404, b"", {"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET


class Bucket(Answering):
    """S3 that is empty, takes everything, and keeps `it["put"]`; `it["stuck"]` is taken, and never answered.

    `it["refused"]` gets a 403.
    """

    def do_GET(self) -> None:
        self.say(
            200, b'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
        )

    def do_PUT(self) -> None:
        key = urlsplit(self.path).path.partition("/models/")[2]
        if key == self.it.get("refused"):
            self.close_connection = True
            return self.say(403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
        if key == self.it.get("stuck"):
            self.it["waiting"].set()
            self.it["over"].wait(60)
            self.close_connection = True
            return None
        if self.headers.get("Expect"):
            self.send_response_only(100)
            self.end_headers()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.it["put"].append(key)
        return self.say(200, b"", {"ETag": '"x"'})


@contextmanager
def serving(kind: type[Answering], it: dict[str, Any]) -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (kind,), {"it": it}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
