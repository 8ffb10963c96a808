"""Table of patches in README.md, made from the docstrings of the patches.

`.venv/bin/python -m localcloud.patches.readme` writes it; a test compares.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from localcloud.patches import registry

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table of patches: begin -->\n", "<!-- table of patches: end -->\n"
FIELDS = ("Why", "Upstream", "Remove when", "Test")


def fields(module: str) -> dict[str, str]:
    """Return the docstring of a patch's module by fields; its first line under `What`.

    Raises:
        KeyError: a field is missing.
    """
    text = importlib.import_module(f"localcloud.patches.{module}").__doc__ or ""
    names = "|".join(FIELDS)
    found = dict(re.findall(rf"^({names}): (.*?)(?=^(?:{names}): |\Z)", text, flags=re.MULTILINE | re.DOTALL))
    return {"What": text.partition("\n")[0]} | {name: " ".join(found[name].split()) for name in FIELDS}


def table() -> str:
    """Return the table in Markdown, one row a patch, in the order of application."""
    rows = ["| patch | what it repairs | why | needed for | upstream | remove when |", "|---|---|---|---|---|---|"]
    for module in registry.MODULES:
        patch, text = registry.load(module), fields(module)
        cells = [f"[`{patch.name}`]({module}.py)", text["What"], text["Why"], patch.needed_for]
        rows.append(f"| {' | '.join([*cells, text['Upstream'], text['Remove when']])} |")
    return "\n".join(rows) + "\n"


def with_table(text: str) -> str:
    """Return the text of README.md with the table as it should be."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
