"""Keys: no other code spells a prefix of the buckets or of the table."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from earshot_contract import keys
from tests.paths import EVENTS

ROOT = EVENTS.parent
PREFIXES = (
    keys.JOBS_PREFIX,
    keys.UPLOADS_PREFIX,
    keys.WORK_PREFIX,
    keys.JOB_PK_PREFIX,
    keys.API_KEY_PK_PREFIX,
    keys.REQUEST_PK_PREFIX,
    keys.SLOT_PK_PREFIX,
    keys.UPLOAD_PK_PREFIX,
)


def sources() -> list[str]:
    folders = ("functions", "infra", "localcloud", "cli", "containers/transcriber/transcriber")
    return sorted(str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*.py"))


def literals(path: str) -> Iterator[str]:
    """Strings of the code, docstrings aside."""
    text = Path(ROOT / path).read_text()
    if not any(prefix in text for prefix in (*PREFIXES, keys.MANIFEST_FILE)):
        return  # most files: parsing all of them takes a second
    tree = ast.parse(text)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def spelled(literal: str) -> bool:
    return literal.startswith(PREFIXES) or literal.endswith("/" + keys.MANIFEST_FILE) or literal == keys.MANIFEST_FILE


def test_source_files_spell_no_key_prefix() -> None:
    paths = sources()

    assert len(paths) > 250
    assert [(path, literal) for path in paths for literal in literals(path) if spelled(literal)] == []
