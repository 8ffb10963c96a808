"""The state machines' definitions as files, for validators that read no template.

`python -m tests.synth.definitions DIR` writes them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from infra import ROOT
from tests.synth.assembly import Assembly


def write(folder: Path) -> list[Path]:
    """Write the definitions of the template in build/assembly; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, definition in Assembly.load(ROOT / "build" / "assembly").state_machines().items():
        paths.append(folder / f"{name}.asl.json")
        paths[-1].write_text(json.dumps(definition, indent=1))
    return paths


if __name__ == "__main__":
    write(Path(sys.argv[1]))
