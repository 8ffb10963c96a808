"""`earshot model`: what people name becomes a model that the deployment holds, or a sentence."""

from __future__ import annotations

import json
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from earshot_cli.huggingface_hub import KNOWN
from earshot_cli.model_upload import FILES
from localcloud.cloud import MODELS, Cloud
from localcloud.embedded_model import embedded
from tests.fixtures.huggingface_hub import Bucket, Hub, serving
from tests.places import SAMPLES

SMALL = {
    "model.bin": b"\x06\x00\x00\x00\x0c\x00WhisperSpec\x00 and so on",
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "vocabulary.json": b"[]",
}
plain = EnglishTextNormalizer()


def model(folder: Path, *without: str, **instead: bytes) -> str:
    """As small as one can be that looks like a model from outside."""
    folder.mkdir(parents=True)
    for name, content in SMALL.items():
        if name not in without:
            (folder / name).write_bytes(instead.get(name.partition(".")[0], content))
    return str(folder)


@pytest.fixture
def added(cloud: Cloud) -> Iterator[str]:
    """The name of a model that the local cloud forgets afterwards."""
    yield "Mine.v2"
    s3, bucket = cloud.client("s3"), cloud.outputs["ModelsBucket"]
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix="Mine.v2/").get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=entry["Key"])


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A deployment of which there is the models bucket alone; `at` are the arguments that name it."""
    it: dict[str, Any] = {"put": [], "waiting": threading.Event(), "over": threading.Event()}
    with serving(Bucket, it) as url:
        data = tmp_path / "data"
        data.mkdir()
        (data / "cloud.json").write_text(json.dumps({"aws": url, "outputs": {"ModelsBucket": "models"}}))
        it["at"] = ("--data-dir", str(data))
        yield it
        it["over"].set()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """`environment` sends the hub's client there."""
    it: dict[str, Any] = {"repo": KNOWN["small"].id, "commit": KNOWN["small"].revision, "asked": []}
    it["files"] = SMALL | {"README.md": b"much to read"}
    with serving(Hub, it) as url:
        it["environment"] = {"HF_ENDPOINT": url, "HF_HOME": str(tmp_path / "hub")}
        yield it


def test_a_folder_becomes_a_model_that_callers_ask_for(earshot: Any, cloud: Cloud, added: str, tmp_path: Path) -> None:
    folder, at = tmp_path / added, ("--data-dir", str(cloud.data_dir))
    shutil.copytree(embedded(MODELS), folder)
    listen = httpx.Client(base_url=cloud.api, timeout=60, follow_redirects=True)
    asked = {"params": {"model": f"whisper-{added}"}, "content": (SAMPLES / "sample.flac").read_bytes()}
    before = listen.post("/v1/listen", **asked)

    done = earshot("model", "add", str(folder), *at)
    answer = listen.post("/v1/listen", **asked)

    assert before.status_code == 400
    assert (done.returncode, done.stderr) == (0, "")
    assert f"/v1/listen?model=whisper-{added}" in done.stdout
    said = answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"]
    assert jiwer.wer(plain((SAMPLES / "sample.txt").read_text()), plain(said)) < 0.1
    ran = answer.json()["metadata"]["model_info"].values()
    assert [each["name"] for each in ran] == ["Mine-v2-whisper"]
    assert f"whisper-{added}" in [each["name"] for each in listen.get("/v1/models").json()["stt"]]
    shown = earshot("model", "list", *at).stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["model", added, "base"]


@pytest.fixture
def account(cloud: Cloud) -> dict[str, str]:
    """What the environment says of an account in AWS; this one is the local cloud's."""
    return {
        "AWS_ENDPOINT_URL": cloud.aws,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def test_a_stack_that_is_no_earshot_is_said_so(earshot: Any, cloud: Cloud, account: dict[str, str]) -> None:
    stacks, other = cloud.client("cloudformation"), {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    stacks.create_stack(StackName="Other", TemplateBody=json.dumps(other))
    try:
        shown = earshot("model", "list", "--stack", "Other", **account)
    finally:
        stacks.delete_stack(StackName="Other")

    assert shown.returncode == 1
    assert "The stack Other is no Earshot" in shown.stderr


def test_a_stacks_models_with_the_environments_credentials(earshot: Any, account: dict[str, str]) -> None:
    shown = earshot("model", "list", "--stack", "Earshot", **account)

    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines()[1].split()[:3] == ["base", "148", "MB"]


def test_what_is_held_already_is_left_as_it_is(earshot: Any, cloud: Cloud, tmp_path: Path) -> None:
    at = ("--data-dir", str(cloud.data_dir))
    same = earshot("model", "add", str(embedded(MODELS)), *at)
    other = earshot("model", "add", model(tmp_path / "Base"), *at)

    assert same.returncode == 0, same.stderr
    assert other.returncode == 1
    assert "holds another model base" in other.stderr
    listed = cloud.client("s3").list_objects_v2(Bucket=cloud.outputs["ModelsBucket"], Prefix="base/")
    assert [entry["Key"] for entry in listed["Contents"]] == ["base/manifest.json"]  # the workers have its files


def test_the_manifest_comes_last(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    done = earshot("model", "add", model(tmp_path / "mine"), *bucket["at"])

    assert done.returncode == 0, done.stderr
    assert sorted(bucket["put"][:-1]) == sorted(f"mine/{name}" for name in SMALL)
    assert bucket["put"][-1] == "mine/manifest.json"


def test_no_manifest_when_it_is_interrupted(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    bucket["stuck"] = "mine/model.bin"
    process = earshot.start("model", "add", model(tmp_path / "mine"), *bucket["at"])
    assert bucket["waiting"].wait(60)

    process.send_signal(signal.SIGINT)
    bucket["over"].set()
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    assert "does not hold the model" in err
    assert "mine/manifest.json" not in bucket["put"]


def test_no_manifest_when_a_file_is_refused(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    bucket["refused"] = "mine/model.bin"

    done = earshot("model", "add", model(tmp_path / "mine"), *bucket["at"])

    assert done.returncode == 1
    assert "could not be put into the bucket models" in done.stderr
    assert "mine/manifest.json" not in bucket["put"]


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_a_folder_without_a_file_that_workers_need(
    earshot: Any, bucket: dict[str, Any], tmp_path: Path, missing: str
) -> None:
    done = earshot("model", "add", model(tmp_path / "mine", missing), *bucket["at"])

    assert done.returncode == 2
    assert f"is not a Whisper model for CTranslate2: it has no {missing}" in done.stderr
    assert bucket["put"] == []


def test_weights_that_git_left_behind(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1"

    done = earshot("model", "add", model(tmp_path / "mine", model=pointer), *bucket["at"])

    assert done.returncode == 2
    assert "git lfs pull" in done.stderr
    assert bucket["put"] == []


@pytest.mark.parametrize("name", ["a/b", "ä", "..", "two words"])
def test_a_name_that_is_none(earshot: Any, bucket: dict[str, Any], tmp_path: Path, name: str) -> None:
    done = earshot("model", "add", model(tmp_path / "mine"), "--name", name, *bucket["at"])

    assert done.returncode == 2
    assert f"{name} is no name for a model" in done.stderr


def test_an_unknown_name_lists_the_known(earshot: Any, bucket: dict[str, Any]) -> None:
    done = earshot("model", "add", "enormous", *bucket["at"])

    assert done.returncode == 2
    assert all(name in done.stderr for name in KNOWN)


def test_without_a_deployment(earshot: Any, tmp_path: Path) -> None:
    for command in (("add", model(tmp_path / "mine")), ("list",)):
        done = earshot("model", *command, "--data-dir", str(tmp_path / "nowhere"))
        assert done.returncode == 3
        assert "No local cloud has run" in done.stderr


def test_a_known_name_comes_from_the_hub_at_its_pinned_revision(
    earshot: Any, bucket: dict[str, Any], hub: dict[str, Any]
) -> None:
    done = earshot("model", "add", "small", *bucket["at"], **hub["environment"])

    assert done.returncode == 0, done.stderr
    assert sorted(bucket["put"][:-1]) == sorted(f"small/{name}" for name in SMALL)
    assert bucket["put"][-1] == "small/manifest.json"
    assert set(hub["files"]) - set(FILES) == {"README.md"}
    assert not any(path.endswith("README.md") for path in hub["asked"])


def test_any_repository_of_the_hub(earshot: Any, bucket: dict[str, Any], hub: dict[str, Any]) -> None:
    hub["repo"], hub["commit"] = "somebody/faster-whisper-dialects", "c" * 40

    done = earshot("model", "add", hub["repo"], *bucket["at"], **hub["environment"])

    assert done.returncode == 0, done.stderr
    assert bucket["put"][-1] == "dialects/manifest.json"


def test_a_repository_that_is_not_there(earshot: Any, bucket: dict[str, Any], hub: dict[str, Any]) -> None:
    done = earshot("model", "add", "nobody/nothing", *bucket["at"], **hub["environment"])

    assert done.returncode == 1
    assert "The hub shows nobody a model nobody/nothing." in done.stderr


def test_a_hub_that_does_not_answer(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "hub")}

    done = earshot("model", "add", "small", *bucket["at"], **nowhere)

    assert done.returncode == 3
    assert "cannot be downloaded from the hub" in done.stderr
    assert bucket["put"] == []
