"""start.py of each part of a GPU bundle: unpacks the part; the last part runs the check. Standard library only.

`python3 part-N/start.py [--folder DIR] [options of bench.gpu_check]`
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path


def main(here: Path, arguments: list[str]) -> int:
    """Unpack the part in the folder `here`; return the exit code of the check, or 0 if parts are missing."""
    parser = argparse.ArgumentParser(prog="start.py", description="Unpack this part; the last one runs the check.")
    parser.add_argument("--folder", type=Path, default=Path.home() / ".earshot-gpu-check", help="where it is unpacked")
    options, of_check = parser.parse_known_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    done = options.folder / "unpacked.json"
    unpacked = set(json.loads(done.read_text())) if done.exists() else set()
    for archive in sorted(here.glob("*.tar.xz")):
        with tarfile.open(archive) as file:
            file.extractall(options.folder, filter="data")
        unpacked.add(archive.name)
        done.write_text(json.dumps(sorted(unpacked)))
    missing = sorted(set(json.loads((here / "contents.json").read_text())) - unpacked)
    if missing:
        print(f"Unpacked into {options.folder}. Still missing, from the other parts: {', '.join(missing)}")
        return 0
    (model,) = (options.folder / "models").iterdir()
    command = [sys.executable, "-m", "bench.gpu_check", "--corpus", str(options.folder / "speech")]
    command += ["--model", str(model), "--out", str(options.folder / "out"), *of_check]
    path = os.pathsep.join([str(options.folder / "site"), str(options.folder / "code")])
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent, sys.argv[1:]))
