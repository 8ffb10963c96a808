"""Maps: the table of a package's README names every module of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.paths import ROOT

MAPS = {
    "cli/README.md": "cli/earshot_cli",
    "containers/transcriber/README.md": "containers/transcriber/transcriber",
    "events/README.md": "events/earshot_contract",
    "infra/README.md": "infra",
    "simulation/README.md": "simulation",
}
_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_NAMES = re.compile(
    r"`([\w/]*)\{([\w,]+)\}`|`([\w/]+)(?:\.py)?`"
)  # `audio/{stream,mixing}`, `audio/stream`, `stream.py`


def named(text: str) -> Iterator[str]:
    """Yield the modules that a page names, by their paths within the package."""
    for folder, several, one in _NAMES.findall(_FENCED.sub("", text)):
        yield from ([one] if one else (f"{folder}{name}" for name in several.split(",")))


@pytest.mark.parametrize("page", MAPS)
def test_map_names_every_module(page: str) -> None:
    package, text = ROOT / MAPS[page], (ROOT / page).read_text(encoding="utf-8")
    files = package.rglob("*.py")
    modules = {path.relative_to(package).with_suffix("").as_posix() for path in files if path.stem != "__init__"}
    named_as_a_whole = tuple(re.findall(r"`(\w+/)`", text))

    assert len(modules) > 5
    assert {name for name in modules - {*named(text)} - {"__main__"} if not name.startswith(named_as_a_whole)} == set()
