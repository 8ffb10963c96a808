"""The cache of assemblies that the tests of the template read."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra import synth
from tests.synth import assembly_cache
from tests.synth.assembly_cache import cached_assembly


@pytest.fixture
def digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digest of the inputs is the last of this list; the cache is empty."""
    values = ["digest-1"]
    monkeypatch.setattr(synth, "digest", lambda: values[-1])
    monkeypatch.setattr(assembly_cache, "FOLDER", tmp_path / "assemblies")
    return values


def write_template(folder: Path) -> None:
    (folder / "template.json").write_text("{}")


def fail(folder: Path) -> None:
    write_template(folder)
    raise RuntimeError("synthesized")


def test_assembly_of_unchanged_inputs_is_not_synthesized_again(digests: list[str]) -> None:
    folder = cached_assembly("default", write_template)
    assert [path.name for path in folder.iterdir()] == ["template.json"]
    assert cached_assembly("default", fail) == folder


def test_assembly_needed_by_several_at_once_is_synthesized_once(digests: list[str]) -> None:
    synthesized: list[Path] = []

    def write_slowly(folder: Path) -> None:
        time.sleep(0.2)  # the others ask meanwhile
        write_template(folder)
        synthesized.append(folder)

    with ThreadPoolExecutor(4) as threads:
        folders = list(threads.map(lambda _: cached_assembly("default", write_slowly), range(4)))

    assert len(synthesized) == len(set(folders)) == 1


def test_assembly_of_changed_inputs_is_synthesized(digests: list[str]) -> None:
    cached_assembly("default", write_template)
    digests.append("digest-2")
    with pytest.raises(RuntimeError, match="synthesized"):
        cached_assembly("default", fail)


def test_assembly_of_another_name_is_synthesized(digests: list[str]) -> None:
    assert cached_assembly("default", write_template) != cached_assembly("spot=false", write_template)


def test_failed_synthesis_is_not_kept(digests: list[str]) -> None:
    with pytest.raises(RuntimeError, match="synthesized"):
        cached_assembly("default", fail)
    assert [path.name for path in cached_assembly("default", write_template).iterdir()] == ["template.json"]


def test_assembly_of_inputs_edited_meanwhile_is_not_kept(digests: list[str]) -> None:
    def write_and_edit(folder: Path) -> None:
        write_template(folder)
        digests.append("digest-2")

    assert (cached_assembly("default", write_and_edit) / "template.json").is_file()
    with pytest.raises(RuntimeError, match="synthesized"):
        cached_assembly("default", fail)


def test_only_newest_assemblies_are_kept(digests: list[str]) -> None:
    for number in range(2, 9):
        digests.append(f"digest-{number}")
        folder = cached_assembly("default", write_template)
    assert folder.is_dir()
    assert len(list(assembly_cache.FOLDER.iterdir())) == assembly_cache.KEPT
