"""Clustering of vectors whose speakers are known: made around random directions, as speech's are."""

from __future__ import annotations

import numpy as np
import pytest

from transcriber.speakers.clustering import agglomerate, cluster
from transcriber.speakers.model import unit


def voices(*counts: int, spread: float = 0.05, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors around one random direction a speaker, in mixed order, and whose they are."""
    rng = np.random.default_rng(seed)
    directions = unit(rng.normal(size=(len(counts), 192)))
    owners = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return unit(directions[owners] + rng.normal(scale=spread, size=(len(owners), 192))).astype(np.float32), owners


def nearest(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return np.asarray((vectors @ centres.T).argmax(1))


@pytest.mark.parametrize("counts", [(30,), (20, 40), (12, 13, 14, 15), (10, 10, 10, 10, 10, 10)])
def test_number_of_speakers_is_found(counts: tuple[int, ...]) -> None:
    vectors, owners = voices(*counts)

    found = cluster(vectors, np.full(len(vectors), 1.5))

    assert len(found) == len(counts)
    pairs = set(zip(owners.tolist(), nearest(vectors, found).tolist(), strict=True))
    assert len(pairs) == len(counts)  # one centre each


def test_laugh_of_a_second_is_no_speaker() -> None:
    vectors, _ = voices(40, 1)

    assert len(cluster(vectors, np.full(41, 1.5))) == 1


def test_halves_of_a_short_stretch_are_one_speaker() -> None:
    """Two snippets of equal length, whose vectors are not alike, are all that three seconds of one voice have."""
    vectors, _ = voices(1, 1)

    assert len(cluster(vectors, np.full(2, 1.5))) == 1
    assert len(cluster(vectors, np.full(2, 1.5), minimum=2)) == 2


@pytest.mark.parametrize(("share", "speakers"), [(1.0, 2), (0.6, 1)])  # of two snippets that overlap, 1.8 s in all
def test_speech_in_two_snippets_counts_once(share: float, speakers: int) -> None:
    vectors, _ = voices(20, 2)
    seconds = np.full(22, 1.5)

    assert len(cluster(vectors, seconds, speech=share * seconds)) == speakers


def test_maximum_keeps_speakers_with_most_speech() -> None:
    vectors, owners = voices(40, 30, 8)

    found = cluster(vectors, np.full(78, 1.5), maximum=2)

    assert len(found) == 2
    assert len(set(nearest(vectors, found)[owners < 2].tolist())) == 2


def test_minimum_parts_voices_that_are_alike() -> None:
    rng = np.random.default_rng(1)
    middle, apart = unit(rng.normal(size=(2, 192)))
    owners = np.repeat([0, 1], 20)
    directions = unit(np.stack([middle + 0.45 * apart, middle - 0.45 * apart]))
    vectors = unit(directions[owners] + rng.normal(scale=0.02, size=(40, 192))).astype(np.float32)
    seconds = np.full(40, 1.5)

    assert len(cluster(vectors, seconds)) == 1
    assert len(cluster(vectors, seconds, minimum=2)) == 2


@pytest.mark.parametrize("number", [2, 3, 5])
@pytest.mark.parametrize("spread", [0.0005, 0.05])  # vectors that are all but equal, and those of one real voice
def test_number_is_obeyed_where_one_voice_talks(number: int, spread: float) -> None:
    vectors, _ = voices(20, spread=spread)

    found = cluster(vectors, np.full(20, 1.5), number, number)

    assert len(found) == number
    assert len(set(nearest(vectors, found).tolist())) == number


def test_number_is_obeyed_where_a_speaker_says_a_word() -> None:
    vectors, owners = voices(20, 1)

    found = cluster(vectors, np.full(21, 1.0), 2, 2)

    assert len(found) == 2
    assert len(set(nearest(vectors, found)[owners == 0].tolist())) == 1


def test_number_is_obeyed_where_a_speaker_gives_short_answers() -> None:
    vectors, owners = voices(20, 5)
    seconds = np.where(owners == 0, 1.5, 0.5)

    found = cluster(vectors, seconds, 2, 2)

    assert len(cluster(vectors, seconds)) == 1
    assert len(set(zip(owners.tolist(), nearest(vectors, found).tolist(), strict=True))) == 2


def test_more_speakers_than_snippets_are_fewer() -> None:
    vectors, _ = voices(3)

    assert len(cluster(vectors, np.full(3, 1.5), 5, 5)) <= 3


def test_single_snippet_is_one_speaker() -> None:
    vectors, _ = voices(1)

    assert cluster(vectors, np.array([0.4])).shape == (1, 192)


def test_average_linkage_weighs_all_members() -> None:
    # On a circle: 0° and 40° are joined; 100° is 80° from their mean and stays outside.
    angles = np.radians([0, 40, 100])
    vectors = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)

    assert agglomerate(vectors, 1 - np.cos(np.radians(60))).tolist() == [0, 0, 1]
    assert agglomerate(vectors, 1.1).tolist() == [0, 0, 0]
