"""The command in this process, and a stub of a deployment that it calls."""

from __future__ import annotations

import pytest

from tests.fixtures.accounts.cloudformation import account  # noqa: F401
from tests.fixtures.cli import Deployment, deployment, earshot, earshot_process  # noqa: F401


@pytest.fixture
def job_ids(deployment: Deployment) -> list[str]:  # noqa: F811
    """Ids of a queued, a completed and a failed job."""
    upload = {"kind": "upload", "bucket": f"earshot-{'b' * 40}", "key": "podcasts/2026/ep 1.mp3"}
    created = [
        deployment.add_job(audio, source)
        for audio, source in (
            (b"SLOW", {"kind": "body", "size": 4}),
            (b"words", upload),
            (b"FAIL", {"kind": "url", "url": "https://e.org/" + "x" * 99}),
        )
    ]
    for job_id in created[1:]:
        deployment.advance(job_id)
        deployment.advance(job_id)
    return created
