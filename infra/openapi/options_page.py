"""Reference page of the request options, `docs/reference/options.md`, made from the registry.

`python -m infra.openapi.options_page` writes it; a test compares.
"""

from __future__ import annotations

from pathlib import Path

from functions.options.registry import OPTIONS
from functions.options.specification import OptionSpec, OptionType, Support

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "options.md"

_HEAD = """# Options

Query parameters of `POST /v1/listen`. An upload has the same options, as a query string in its metadata `listen`.
This page is made from `functions/options/registry.py`: `python -m infra.openapi.options_page` writes it.

Case does not matter in names. Of a repeated option the last value counts, unless its type is array. Unknown parameters
are accepted and have no effect.
"""

_SECTIONS = {
    Support.IMPLEMENTED: (
        "## Implemented",
        "Stages say where an option takes effect: input (how the audio is read), model, shard (what the worker is "
        "sent),\nqueue, edit (the words, in every format), render (Deepgram's JSON), metadata, delivery.",
    ),
    Support.IGNORED: ("## Ignored", "The answer has an entry in `metadata.warnings`."),
    Support.REJECTED: ("## Rejected", "The request is answered with 400: an answer without the option would mislead."),
}


def text() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for support, (title, note) in _SECTIONS.items():
        specs = [spec for spec in OPTIONS.values() if spec.support is support]
        parts.append(f"{title}\n\n{note}\n\n{_table(support, specs)}")
    return "\n".join(parts)


def _table(support: Support, specs: list[OptionSpec]) -> str:
    head: tuple[str, ...] = ("Option", "Type", "Why")
    rows: list[tuple[str, ...]] = [(f"`{spec.name}`", str(spec.type), spec.summary) for spec in specs]
    if support is Support.IMPLEMENTED:
        head, rows = ("Option", "Type", "Values", "Stages", "Example", ""), [_row(spec) for spec in specs]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *rows))


def _row(spec: OptionSpec) -> tuple[str, ...]:
    stages = ", ".join(sorted(spec.stages)) or f"none: {spec.no_effect}"
    needs = f", with `{spec.needs}`" if spec.needs else ""
    return f"`{spec.name}`", str(spec.type), _values(spec), stages, f"`{spec.example}`{needs}", spec.summary


def _values(spec: OptionSpec) -> str:
    if spec.choices:
        return ", ".join(f"`{choice}`" for choice in spec.choices)
    if spec.maximum is None:
        return ""
    match spec.type:
        case OptionType.ARRAY:
            return f"at most {spec.maximum:.0f} values"
        case OptionType.STRING:
            return f"at most {spec.maximum:.0f} characters"
    return f"{spec.minimum:.0f} to {spec.maximum:.0f}"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
