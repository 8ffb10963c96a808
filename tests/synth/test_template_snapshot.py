"""The template compared with its committed copy, so that a review sees what a change deploys.

`python -m tests.synth.test_template_snapshot` writes the copy anew.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from infra import synth
from tests.synth.assembly import Assembly

SNAPSHOT = Path(__file__).with_name("template.json")

# Masked: asset hashes and image tags change with every line of code, handlers and service names with folders.
_HASH = re.compile(r"[0-9a-f]{64}")
_MASKED = ("Handler", "POWERTOOLS_SERVICE_NAME")


def normalised(node: Any) -> Any:
    """Return the template without values that depend on the content and the folders of the code."""
    if isinstance(node, dict):
        return {k: "*" if k in _MASKED else normalised(v) for k, v in sorted(node.items()) if k != "Metadata"}
    if isinstance(node, list):
        return [normalised(item) for item in node]
    return _HASH.sub("*", node) if isinstance(node, str) else node


def write(template: dict[str, Any]) -> None:
    SNAPSHOT.write_text(json.dumps(normalised(template), indent=1, sort_keys=True) + "\n")


def test_template_matches_committed_snapshot(gpu: Assembly) -> None:
    committed = json.loads(SNAPSHOT.read_text())
    current = normalised(gpu.template)
    assert set(current["Resources"]) == set(committed["Resources"]), "logical ids changed: data or running work is lost"
    for name, resource in current["Resources"].items():
        assert resource == committed["Resources"][name], f"{name} changed; if that is meant, write the snapshot anew"
    assert current == committed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        synth.synthesize(Path(folder))
        write(Assembly.load(Path(folder)).template)
