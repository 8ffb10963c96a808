"""The second try of a callback, after half a minute, which the other clients' tests fill."""

from __future__ import annotations

from tests.clients.web import Site


def test_failed_callback_is_retried(site: Site, turned_away: str) -> None:
    first, second = site.wait_for(lambda one: one.path == "/turned-away", count=2, seconds=180)

    assert first.json() == second.json()
    assert second.json()["metadata"]["request_id"] == turned_away
