"""The cache with reference counts: loads once, evicts unused values."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from transcriber.worker.caches.refcounted_cache import RefCountedCache


@pytest.fixture
def evicted() -> list[str]:
    return []


def test_concurrent_acquires_load_value_once(evicted: list[str]) -> None:
    cache: RefCountedCache[str, object] = RefCountedCache(10, lambda value: None)
    loaded, begun, go = [], threading.Event(), threading.Event()

    def load() -> object:
        begun.set()
        go.wait(10)
        loaded.append(object())
        return loaded[-1]

    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(cache.acquire, "a", 1, load)
        begun.wait(10)
        others = [pool.submit(cache.acquire, "a", 1, load) for _ in range(4)]
        go.set()
        values = [future.result(10) for future in (first, *others)]

    assert len(loaded) == 1
    assert values == loaded * 5


def test_least_recently_used_values_are_evicted_first(evicted: list[str]) -> None:
    cache: RefCountedCache[str, str] = RefCountedCache(3, evicted.append)
    for key in ("a", "b", "c", "a"):
        cache.acquire(key, 1, lambda key=key: key.upper())
        cache.release(key)

    cache.acquire("d", 2, lambda: "D")

    assert evicted == ["B", "C"]
    assert cache.values() == ["A", "D"]


def test_value_in_use_is_never_evicted(evicted: list[str]) -> None:
    cache: RefCountedCache[str, str] = RefCountedCache(1, evicted.append)
    cache.acquire("a", 1, lambda: "A")

    cache.acquire("b", 1, lambda: "B")

    assert evicted == []
    cache.release("a")
    cache.acquire("c", 1, lambda: "C")
    assert evicted == ["A"]


def test_load_error_is_raised_and_not_cached(evicted: list[str]) -> None:
    cache: RefCountedCache[str, str] = RefCountedCache(1, evicted.append)

    with pytest.raises(OSError, match="no such file"):
        cache.acquire("a", 1, lambda: (_ for _ in ()).throw(OSError("no such file")))

    assert cache.acquire("a", 1, lambda: "A") == "A"


def test_load_error_after_clear_is_still_its_own(evicted: list[str]) -> None:
    """A worker that is stopped closes its engines while one may still load."""
    cache: RefCountedCache[str, str] = RefCountedCache(1, evicted.append)

    def load() -> str:
        cache.clear()
        raise OSError("no such file")

    with pytest.raises(OSError, match="no such file"):
        cache.acquire("a", 1, load)


def test_load_error_after_clear_leaves_the_next_load(evicted: list[str]) -> None:
    cache: RefCountedCache[str, str] = RefCountedCache(2, evicted.append)

    def load() -> str:
        cache.clear()
        cache.acquire("a", 1, lambda: "loaded anew")
        raise OSError("no such file")

    with pytest.raises(OSError, match="no such file"):
        cache.acquire("a", 1, load)

    assert cache.values() == ["loaded anew"]
    cache.release("a")
