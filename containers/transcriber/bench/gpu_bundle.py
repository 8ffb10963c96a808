"""A bundle for a GPU host without network: packages, the base model, code and speech, in parts of at most N MiB.

`python -m bench.gpu_bundle --model DIR --corpus DIR --out DIR`, or `make gpu-bundle`. Each part is a folder; on the
host `python3 part-N/start.py` unpacks it, and the last one runs `bench.gpu_check`. The model travels as int8 (the
float16 folder is twice as large); ctranslate2 makes float16 of it on the card.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bench.engines.model_folders import int8_copy

_ROOTS = ("ctranslate2", "faster-whisper", "jiwer", "msgspec", "whisper-normalizer")
_PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 24, 17, 12, 5)] + ["manylinux2014_x86_64"]
_CODE = ("containers/transcriber/bench", "containers/transcriber/transcriber", "events/earshot_contract")
_START = "gpu_bundle_start.py"  # is start.py in every part
_MIB = 2**20
_PRESET: Final = 1  # of xz: ctranslate2's wheel of 43 MB becomes 30 MB in 20 s


def needed(roots: Iterable[str], present: Iterable[str]) -> list[str]:
    """Return `roots` and all that they require here, as name==version, without what the host has."""
    found: dict[str, str] = {}
    waiting, left_out = list(roots), {canonicalize_name(name) for name in present}
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found or name in left_out:
            continue
        try:
            found[name] = f"{name}=={version(name)}"
        except PackageNotFoundError:
            continue  # of another platform
        for requirement in map(Requirement, requires(name) or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return sorted(found.values())


def download(packages: Sequence[str], python: str, target: Path) -> list[Path]:
    """Return the wheels of `packages` for Linux x86-64 and Python `python`; pip fetches those that `target` lacks."""
    target.mkdir(parents=True, exist_ok=True)
    if not (missing := set(packages) - wheels_in(target).keys()):
        return [wheels_in(target)[package] for package in packages]
    print(f"Downloading {len(missing)} packages …", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--python-version", python, "--implementation", "cp", "--dest", str(target)]
    subprocess.run([*command, *(f"--platform={name}" for name in _PLATFORMS), *sorted(missing)], check=True)
    return [wheels_in(target)[package] for package in packages]


def wheels_in(folder: Path) -> dict[str, Path]:
    """Return the wheels in a folder by name==version."""
    wheels = {wheel: wheel.name.split("-") for wheel in sorted(folder.glob("*.whl"))}
    return {f"{canonicalize_name(name)}=={number}": wheel for wheel, (name, number, *_) in wheels.items()}


def pack(target: Path, folders: dict[str, Path]) -> Path:
    """Write a .tar.xz with each folder under its name; it is kept if it exists."""
    if not target.exists():
        print(f"Packing {target.name} …", flush=True)
        unfinished = target.with_suffix(".part")
        with tarfile.open(unfinished, "w:xz", preset=_PRESET) as archive:
            for name, folder in folders.items():
                archive.add(folder, name, filter=lambda entry: None if "__pycache__" in entry.name else entry)
        unfinished.rename(target)
    return target


def divide(sizes: dict[str, int], limit: int) -> list[list[str]]:
    """Divide things among as few parts as a simple rule finds: the largest first, each into the first part with room.

    Raises:
        ValueError: a single thing is larger than the limit.
    """
    parts: list[list[str]] = []
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        if sizes[name] > limit:
            raise ValueError(
                f"{name} has {sizes[name] / _MIB:.1f} MiB, more than a part may have ({limit / _MIB:.0f})."
            )
        for part in parts:
            if sum(sizes[other] for other in part) + sizes[name] <= limit:
                part.append(name)
                break
        else:
            parts.append([name])
    return parts


def main(arguments: Sequence[str]) -> None:
    """Write the parts, and say what to do with them."""
    parser = argparse.ArgumentParser(prog="bench.gpu_bundle", description="The GPU check, for a host without network.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--python", default=f"{sys.version_info[0]}.{sys.version_info[1]}", help="the host's Python")
    parser.add_argument("--host-has", default="", help="packages that need not travel, by commas: numpy,onnxruntime")
    parser.add_argument("--mib", type=int, default=64, help="largest part")
    options = parser.parse_args(arguments)
    packed = options.out / "packed"
    packed.mkdir(parents=True, exist_ok=True)
    present = [name for name in options.host_has.split(",") if name]
    archives = []
    for wheel in download(needed(_ROOTS, present), options.python, options.out / "wheels" / options.python):
        unpacked = options.out / "unpacked" / wheel.name
        with zipfile.ZipFile(wheel) as file:
            file.extractall(unpacked)
        archives.append(pack(packed / f"{wheel.name}.tar.xz", {"site": unpacked}))
        shutil.rmtree(unpacked)
    print("Preparing the model …", flush=True)
    model = int8_copy(options.model, options.out / options.model.name)
    archives.append(pack(packed / "model.tar.xz", {f"models/{options.model.name}": model}))
    code = packed / "code.tar.xz"
    code.unlink(missing_ok=True)
    folders = {f"code/{Path(folder).name}": Path(folder) for folder in _CODE}
    archives.append(pack(code, folders | {"speech": options.corpus}))
    write_parts(options.out, archives, options.mib * _MIB)


def write_parts(out: Path, archives: Sequence[Path], limit: int) -> None:
    """Link the archives into part folders, each with start.py and the names of all."""
    start = Path(__file__).with_name(_START)
    contents = json.dumps(sorted(archive.name for archive in archives))
    room = limit - start.stat().st_size - len(contents)
    sizes = {archive.name: archive.stat().st_size for archive in archives}
    by_name = {archive.name: archive for archive in archives}
    for old in out.glob("part-*"):
        shutil.rmtree(old)
    for number, names in enumerate(divide(sizes, room), 1):
        part = out / f"part-{number}"
        part.mkdir()
        for name in names:
            (part / name).hardlink_to(by_name[name])
        shutil.copy(start, part / "start.py")
        (part / "contents.json").write_text(contents)
        print(f"{part}: {sum(sizes[name] for name in names) / _MIB:.1f} MiB, {', '.join(names)}")
    print("On the GPU host, for each part: python3 part-N/start.py. The last one runs the check and prints its table.")


if __name__ == "__main__":
    main(sys.argv[1:])
