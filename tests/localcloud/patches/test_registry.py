"""An upgrade of ministack or moto that moves what we stand on is noticed here, by name."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from localcloud.patches import moto_interpreter, registry

PINNED = {"ministack": "1.5.33", "moto": "5.2.5"}


@pytest.fixture(scope="module", autouse=True)
def _light_interpreter() -> None:
    moto_interpreter.leave_out_batch()


@pytest.mark.parametrize(("package", "pinned"), PINNED.items())
def test_the_emulators_are_the_ones_the_seams_were_read_in(package: str, pinned: str) -> None:
    assert version(package) == pinned, (
        f"{package} changed: re-read each seam in localcloud/patches/registry.py, then this pin."
    )


@pytest.mark.parametrize(("seam", "read"), (registry.SEAMS | registry.RELIED_ON).items())
def test_what_we_replace_or_rely_on_is_still_what_we_read(seam: str, read: str) -> None:
    found = registry.digest(registry.original(seam))

    assert found == read, f"{seam} is not what it was: read it, adapt localcloud, then write {found!r}."


def test_a_changed_source_is_noticed() -> None:
    def one(value: int) -> int:
        return value

    def other(value: int) -> int:
        return value + 1

    assert registry.digest(one) != registry.digest(other)


def test_an_unlisted_place_cannot_be_replaced() -> None:
    with pytest.raises(KeyError):
        registry.replace("ministack.services.sqs:_act_send_message", None)


def test_every_listed_seam_is_in_use() -> None:
    """Installing everything, in a process of its own, touches each seam: none is left over from yesterday."""
    program = """
import os; os.environ.update(AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1")
from pathlib import Path
from types import SimpleNamespace
from localcloud.emulator import container_runtime as containers, api_gateway as front
from localcloud.emulator import lambda_runtime as lambdas, persistence
from localcloud.patches import ministack_s3_event_version as notifications
from localcloud.patches import ministack_sqs_long_poll as queues
from localcloud.patches import ministack_placeholder_resources as resources, registry as seams
touched, locate = set(), seams.locate
def noting(seam):
    touched.add(seam)
    return locate(seam)
seams.locate = noting
from localcloud.emulator.step_functions import ExecutionRunner
ExecutionRunner().install("http://127.0.0.1:1")
lambdas.install(SimpleNamespace(invoke=None)); containers.install(None); resources.install(); queues.install()
notifications.install()
front.install()
persistence.StateSaver(None).save(everything=False)
print(sorted(set(seams.SEAMS) - touched))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)

    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"
