"""The reference page of the options is made from the registry."""

from __future__ import annotations

from functions.options.registry import OPTIONS
from infra.openapi.options_page import PAGE, text


def test_committed_options_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "`python -m infra.openapi.options_page` writes it."


def test_options_page_has_every_option() -> None:
    assert all(f"| `{name}` |" in text() for name in OPTIONS)
