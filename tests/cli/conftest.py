"""A small real HTTP server that speaks as a deployment does: for what a healthy one seldom says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

KEY = "5eed" * 10


@dataclass
class Deployment:
    """What was asked of the stub, and what it is told to answer. A job's fate is in the audio's own bytes:
    `FAIL…` fails, `SLOW…` runs until somebody cancels it, anything else completes with itself as its text."""

    url: str = ""
    wants_key: bool = False
    busy: int = 0  # how many answers to POST /v1/listen are 503 first
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    audio: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str, list[tuple[str, str]], dict[str, str]]] = field(default_factory=list)
    put: dict[str, bytes] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    at_once: int = 0  # jobs that were open at the same time, at most

    def listen(self, audio: bytes, source: dict[str, Any]) -> str:
        job_id = f"00000000-0000-4000-8000-{len(self.jobs):012}"
        self.jobs[job_id] = {
            "request_id": job_id,
            "state": "queued",
            "created": f"2026-11-22T12:00:{len(self.jobs):02}.000Z",
            "source": source,
        }
        self.audio[job_id] = audio
        self.at_once = max(self.at_once, sum(j["state"] in ("queued", "processing") for j in self.jobs.values()))
        return job_id

    def look(self, job_id: str) -> dict[str, Any]:
        """Each look brings a job a step on: queued, processing, over."""
        job = self.jobs[job_id]
        if job["state"] == "queued":
            job |= {"state": "processing", "progress": 0.5, "shards": {"done": 1, "total": 2}}
        elif job["state"] == "processing" and self.audio[job_id].startswith(b"FAIL"):
            error = {"err_code": "Bad Request", "err_msg": "Bad Request: failed to process audio: no sound in it"}
            job |= {"state": "failed", "completed": "2026-11-22T12:01:00.000Z", "error": error}
        elif job["state"] == "processing" and not self.audio[job_id].startswith(b"SLOW"):
            job |= {
                "state": "completed",
                "completed": "2026-11-22T12:01:00.000Z",
                "duration": 7.9,
                "progress": 1.0,
            }
        return job


class Handler(BaseHTTPRequestHandler):
    deployment: Deployment
    protocol_version = "HTTP/1.1"

    def _route(self) -> None:
        it, parts = self.deployment, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        query = parse_qsl(parts.query)
        it.asked.append((self.command, parts.path, query, {k.lower(): v for k, v in self.headers.items()}))
        if it.wants_key and self.headers.get("authorization") != f"Token {KEY}" and parts.path.startswith("/v1"):
            return self._say(
                401, {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials.", "request_id": "r"}
            )
        match self.command, parts.path.strip("/").split("/"):
            case "POST", ["v1", "listen"] if it.busy:
                it.busy -= 1
                return self._say(503, {"err_code": "x", "err_msg": "later"}, {"Retry-After": "0"})
            case "POST", ["v1", "listen"]:
                url = json.loads(body)["url"] if self.headers["content-type"] == "application/json" else None
                source = {"kind": "url", "url": url} if url else {"kind": "body", "size": 4}
                job_id = it.listen(it.put.get(url, body) if url else body, source)
                return self._say(
                    303, {"request_id": job_id}, {"Location": f"/v1/requests/{job_id}/result?wait=25"}
                )
            case "POST", ["v1", "uploads"]:
                return self._say(200, {"put": f"{it.url}/bucket/work/1/audio", "url": "s3://bucket/work/1/audio"})
            case "PUT", ["bucket", *key]:
                it.put[f"s3://bucket/{'/'.join(key)}"] = body
                return self._say(200, {})
            case "GET", ["v1", "requests"]:
                start, limit = int(dict(query).get("next", 0)), int(dict(query)["limit"])
                page = list(reversed(it.jobs.values()))[start : start + limit]
                more = {"next": str(start + limit)} if start + limit < len(it.jobs) else {}
                return self._say(200, {"requests": page, **more})
            case "GET", ["v1", "requests", job_id] if job_id in it.jobs:
                return self._say(200, it.look(job_id))
            case "GET", ["v1", "requests", job_id, "result"] if it.audio[job_id].startswith(b"LARGE"):
                elsewhere = it.url.replace("127.0.0.1", "localhost")
                return self._say(303, {"request_id": job_id}, {"Location": f"{elsewhere}/bucket/work/large"})
            case "GET", ["bucket", *_]:
                return self._say(200, "all the words\n")
            case "GET", ["v1", "requests", job_id, "result"]:
                form = dict(query).get("format", "json")
                return self._say(200, f"{form}: {it.audio[job_id][:40].decode()}\n")
            case "DELETE", ["v1", "requests", job_id] if job_id in it.jobs:
                it.forgotten.append(job_id)
                return self._say(204, "")
            case _, ["v1", *_]:
                return self._say(
                    404, {"err_code": "NOT_FOUND", "err_msg": "There is no such job.", "request_id": "r"}
                )
        return self._say(404, "<html>not here</html>")

    do_GET = do_POST = do_PUT = do_DELETE = _route

    def _say(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    it = Deployment()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"deployment": it}))
    it.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield it
    server.shutdown()
    server.server_close()


@dataclass
class Earshot:
    """Runs the real command in a process of its own, in an empty folder."""

    folder: Path
    url: str

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("EARSHOT_")}
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments],
            env={**kept, "EARSHOT_URL": self.url, "COLUMNS": "200", **environment},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def file(self, name: str, content: bytes) -> str:
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return name


@pytest.fixture
def earshot(deployment: Deployment, tmp_path: Path) -> Earshot:
    return Earshot(tmp_path, deployment.url)
