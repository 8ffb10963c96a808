"""Pipeline in the local cloud: the real state machines and functions, and the real model in a real worker."""

from __future__ import annotations

import http.server
import io
import signal
import threading
import time
import wave
from collections.abc import Iterator

import av
import numpy as np
import pytest

from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.waiting import MOMENT, eventually
from tests.paths import SAMPLES
from tests.pipeline.driver import FINAL, Pipeline


@pytest.fixture(scope="session")
def pipeline(cloud: Cloud) -> Iterator[Pipeline]:
    made = Pipeline(cloud)
    yield made
    made.http.close()


@pytest.fixture(scope="session")
def speech() -> bytes:
    """7.9 s of English."""
    return (SAMPLES / "sample.flac").read_bytes()


@pytest.fixture(scope="session")
def long_speech() -> bytes:
    """The same three times: long enough to be interrupted."""
    with av.open(str(SAMPLES / "sample.flac")) as file:
        samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)])
    if samples.dtype == np.int32:
        samples = (samples >> 16).astype(np.int16)
    out = io.BytesIO()
    with wave.open(out, "wb") as whole:
        whole.setparams((1, 2, 16000, 0, "NONE", ""))
        whole.writeframes(np.tile(samples, 3).tobytes())
    return out.getvalue()


@pytest.fixture(scope="session", autouse=True)
def interrupted_job(pipeline: Pipeline, long_speech: bytes) -> str:
    """Id of a job whose worker was killed in the middle of it, before all other tests.

    Its message, on the bulk queue, becomes visible again after a minute; the other tests use that minute, and the next
    worker.
    """
    pipeline.upload("interrupted.wav", long_speech)
    job_id = pipeline.job_of_upload("interrupted.wav")["request_id"]
    eventually(
        lambda: pipeline.messages_in_flight() or pipeline.request(job_id)["state"] in FINAL,
        "worker at work",
        longest_pause=MOMENT,
    )
    time.sleep(0.2)
    pipeline.kill_workers(signal.SIGKILL)
    assert pipeline.request(job_id)["state"] == "processing", "The job ended before it could be interrupted."
    return job_id


@pytest.fixture(scope="session")
def web(speech: bytes) -> Iterator[str]:
    """Address of a web server on loopback: a recording, one with too large a Content-Length, otherwise 404."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = {"/sample.flac": len(speech), "/huge.wav": 3 * 1024**3}.get(self.path)
            self.send_response(200 if size else 404)
            self.send_header("Content-Length", str(size or 0))
            self.end_headers()
            if self.path == "/sample.flac":
                self.wfile.write(speech)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
