"""Things made once, kept while used, discarded when there is no place."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from transcriber.worker.refcounted_cache import Shelf


@pytest.fixture
def discarded() -> list[str]:
    return []


def test_many_who_ask_at_once_get_one_thing(discarded: list[str]) -> None:
    shelf: Shelf[str, object] = Shelf(10, lambda thing: None)
    made, begun, go = [], threading.Event(), threading.Event()

    def make() -> object:
        begun.set()
        go.wait(10)
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(shelf.take, "a", 1, make)
        begun.wait(10)
        others = [pool.submit(shelf.take, "a", 1, make) for _ in range(4)]
        go.set()
        things = [future.result(10) for future in (first, *others)]

    assert len(made) == 1
    assert things == made * 5


def test_the_least_recently_used_goes_when_there_is_no_place(discarded: list[str]) -> None:
    shelf: Shelf[str, str] = Shelf(3, discarded.append)
    for key in ("a", "b", "c", "a"):
        shelf.take(key, 1, lambda key=key: key.upper())
        shelf.give(key)

    shelf.take("d", 2, lambda: "D")

    assert discarded == ["B", "C"]
    assert shelf.things() == ["A", "D"]


def test_what_is_in_use_stays_whatever_the_budget_says(discarded: list[str]) -> None:
    shelf: Shelf[str, str] = Shelf(1, discarded.append)
    shelf.take("a", 1, lambda: "A")

    shelf.take("b", 1, lambda: "B")

    assert discarded == []
    shelf.give("a")
    shelf.take("c", 1, lambda: "C")
    assert discarded == ["A"]


def test_a_failure_is_everybodys_and_the_next_one_tries_again(discarded: list[str]) -> None:
    shelf: Shelf[str, str] = Shelf(1, discarded.append)

    with pytest.raises(OSError, match="no such thing"):
        shelf.take("a", 1, lambda: (_ for _ in ()).throw(OSError("no such thing")))

    assert shelf.take("a", 1, lambda: "A") == "A"
