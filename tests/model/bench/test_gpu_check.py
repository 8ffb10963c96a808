"""The check of a GPU host: its bundle, the cuBLAS that it finds, its table, and that it ends in time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bench import gpu_bundle, gpu_check
from bench.engines.cuda_libraries import provide_cublas
from bench.recordings.corpus import Clip


def _opens_nothing(name: str) -> object:
    raise OSError(name)


def _clip(name: str = "a.wav") -> Clip:
    return Clip(Path(name), "en", 10.0, "yes no")


@pytest.fixture(autouse=True)
def library_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/before")


def test_cublas_of_system_needs_no_path(tmp_path: Path) -> None:
    assert provide_cublas(tmp_path, lambda name: name) == "cuBLAS: libcublas.so.12, found by the system."
    assert os.environ["LD_LIBRARY_PATH"] == "/before"


def test_cublas_13_is_offered_under_name_of_12(tmp_path: Path) -> None:
    directory = tmp_path / "cuda" / "lib"
    directory.mkdir(parents=True)
    (directory / "libcublas.so.13").write_text("13")

    assert "under the name libcublas.so.12" in provide_cublas(tmp_path, _opens_nothing, [directory])

    first, second, before = os.environ["LD_LIBRARY_PATH"].split(":")
    assert (Path(first) / "libcublas.so.12").read_text() == "13"
    assert (second, before) == (str(directory), "/before")


def test_cublas_12_is_taken_before_13(tmp_path: Path) -> None:
    for number in (12, 13):
        (tmp_path / f"libcublas.so.{number}").touch()

    assert provide_cublas(tmp_path / "out", _opens_nothing, [tmp_path]) == f"cuBLAS: {tmp_path}/libcublas.so.12."


def test_cublas_missing_says_what_to_install(tmp_path: Path) -> None:
    assert "pip install nvidia-cublas-cu12" in provide_cublas(tmp_path, _opens_nothing, [tmp_path])


class FakeProcess:
    """A contestant that needs `seconds` for a request, or dies."""

    loaded: ClassVar = {"loaded": 0.5}
    seconds = 0.0

    def __init__(self, name: str, model: Path, threads: int) -> None:
        self.name, self.killed = name, False

    def transcribe(self, files: list[Path], languages: list[str]) -> dict[str, Any]:
        ends = time.monotonic() + self.seconds
        while time.monotonic() < ends and not self.killed:
            time.sleep(0.005)
        if self.killed or self.name == "batched 8":
            raise RuntimeError(f"The contestant {self.name!r} died.")
        wall = 4.0 if self.name == "default" else 2.0
        return {"wall": wall, "texts": ["yes no" if self.name == "default" else "yes"] * len(files)}

    def kill(self) -> None:
        self.killed = True

    def close(self) -> None:
        pass


def test_contestant_that_dies_is_line_of_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_check, "Process", FakeProcess)
    scenarios = {"clips": [_clip(), _clip("b.wav")]}
    saved: list[object] = []

    lines = gpu_check.run(
        ["default", "batched 8", "earshot 8"], scenarios, Path("m"), 2, time.monotonic() + 60, saved.append
    )

    text = gpu_check.table(lines, scenarios, "NVIDIA L4", ["a note"])
    assert text.startswith("# NVIDIA L4\n\na note\n")
    assert "| default | 4.00 | 5 | 1.0 | 0.0 | 0.5 | – |" in text
    assert "| batched 8 | – | – | – | – | 0.5 | – |" in text
    assert "| earshot 8 | 2.00 | 10 | 2.0 | 50.0 | 0.5 | – |" in text
    assert text.endswith("- batched 8: The contestant 'batched 8' died.\n")
    assert len(saved) == 3


def test_check_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_check, "Process", FakeProcess)
    monkeypatch.setattr(FakeProcess, "seconds", 30.0)
    began = time.monotonic()

    lines = gpu_check.run(["default", "earshot 8"], {"clips": [_clip()]}, Path("m"), 1, began + 0.1, lambda lines: None)

    assert time.monotonic() - began < 5
    assert [line.failure for line in lines] == ["no time left", "no time left"]


def test_check_without_gpu_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(gpu_check, "card", lambda: "")
    monkeypatch.setenv("EARSHOT_DEVICE", "cpu")

    code = gpu_check.main(["--corpus", "none", "--model", "none", "--out", str(tmp_path)])

    assert code == 2
    assert "No GPU" in capsys.readouterr().err


def test_parts_keep_to_their_limit() -> None:
    sizes = {"a": 60, "b": 30, "c": 30, "d": 4}

    assert gpu_bundle.divide(sizes, 64) == [["a", "d"], ["b", "c"]]
    with pytest.raises(ValueError, match="a has"):
        gpu_bundle.divide(sizes, 50)


def test_packages_are_pinned_with_all_their_needs() -> None:
    found = gpu_bundle.needed(["faster-whisper"], ["numpy", "hf_xet"])

    names = [package.split("==")[0] for package in found]
    assert {"faster-whisper", "ctranslate2", "av", "onnxruntime", "pyyaml"} <= set(names)
    assert not {"numpy", "hf-xet"} & set(names)


def test_last_part_of_bundle_runs_check(tmp_path: Path) -> None:
    archives = []
    check = "import sys; from numbers_of_site import N; print('checked', N, sys.argv[1:])"
    files = {"site/numbers_of_site.py": "N = 7", "code/bench/gpu_check.py": check, "models/base/model.bin": "w"}
    for number, (name, content) in enumerate(files.items()):
        source = tmp_path / str(number)
        (source / name).parent.mkdir(parents=True)
        (source / name).write_text(content)
        (source / name).with_name("__init__.py").touch()
        archive = tmp_path / f"{number}.tar.xz"
        with tarfile.open(archive, "w:xz") as file:
            file.add(source, ".")
        archives.append(archive)
    out = tmp_path / "out"
    out.mkdir()
    start = Path(gpu_bundle.__file__).with_name("gpu_bundle_start.py").stat().st_size
    contents = len(json.dumps([archive.name for archive in archives]))
    gpu_bundle.write_parts(out, archives, start + contents + max(a.stat().st_size for a in archives))
    parts = sorted(out.glob("part-*"))
    command = [sys.executable, "-I", "start.py", "--folder", str(tmp_path / "host"), "--stand-in"]

    runs = [subprocess.run(command, cwd=part, capture_output=True, text=True, check=True) for part in parts]

    outputs = [run.stdout for run in runs]
    assert len(parts) == 3
    assert json.loads((parts[0] / "contents.json").read_text()) == ["0.tar.xz", "1.tar.xz", "2.tar.xz"]
    assert all("Still missing" in output for output in outputs[:-1])
    assert outputs[-1].startswith("checked 7 ['--corpus'")
    assert "'--stand-in'" in outputs[-1]


def test_gpu_bundle_downloads_only_missing_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = [tmp_path / "a_b-1.0-py3-none-any.whl", tmp_path / "c-2.0-py3-none-any.whl"]
    wheels[0].touch()
    requested: list[list[str]] = []

    def run(command: list[str], *, check: bool) -> None:
        requested.append([word for word in command if "==" in word])
        wheels[1].touch()

    monkeypatch.setattr(gpu_bundle.subprocess, "run", run)

    assert [gpu_bundle.download(["a-b==1.0", "c==2.0"], "3.12", tmp_path) for _ in range(2)] == [wheels, wheels]
    assert requested == [["c==2.0"]]
