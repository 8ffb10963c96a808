"""Clustering: vectors of snippets become speakers, whose number is not known.

Average linkage on the cosine, then repairs: clusters that are alike are joined, and those with too little speech, such
as laughs and coughs, are given up. Distances are 1 - cosine; all vectors have length 1.
"""

from __future__ import annotations

import numpy as np

from transcriber.speakers.model import unit

# Chosen on speakers and meetings that no figure in the documentation is from.
_STOP = 0.6  # distance at which clusters are no longer joined
_STOPS_FOR_MORE = (0.5, 0.4, 0.3)  # tried in turn where the caller knows of more speakers
_STOPS_OF_ONE_VOICE = np.arange(0.6, -0.1, -0.05).tolist()  # tried if that does not suffice, down to no joining
_ALIKE = 0.55  # cosine of two clusters' centres from which they are one speaker
_SPEAKER_SHARE, _MIN_SPEAKER_SECONDS, _MAX_SPEAKER_SECONDS = 0.04, 2.0, 8.0  # of speech that makes a cluster a speaker
_RELIABLE_SECONDS = 0.9  # a shorter snippet makes no clusters, and less speech no speaker
_REFINEMENTS = 3


def cluster(
    vectors: np.ndarray,
    seconds: np.ndarray,
    minimum: int | None = None,
    maximum: int | None = None,
    speech: np.ndarray | None = None,
) -> np.ndarray:
    """Return the centres of the speakers, shape (speakers, size).

    Args:
        vectors: vectors of snippets, shape (n, size), n ≥ 1.
        seconds: length of each snippet, shape (n,).
        minimum: number of speakers, if the caller knows it; fewer are returned where there are fewer snippets.
        maximum: the same; never more are returned.
        speech: seconds that each snippet adds to its speaker's, where snippets overlap; without it all of them.
    """
    speech = seconds if speech is None else speech
    reliable = seconds >= _RELIABLE_SECONDS
    if reliable.sum() < 2:
        reliable[:] = True
    labels = _labels(vectors[reliable], speech[reliable], minimum or 1)
    if minimum and labels.max() + 1 < minimum:
        reliable[:] = True  # a speaker may have given short answers only
        labels = _part(vectors, speech, minimum)
    vectors, seconds, speech = vectors[reliable], seconds[reliable], speech[reliable]
    if maximum and labels.max() + 1 > maximum:
        # Those with least speech go first, then those that are most alike.
        min_seconds = np.sort(np.bincount(labels, speech))[::-1][maximum - 1]
        labels = _join_alike(vectors, _give_up_small(vectors, labels, speech, min_seconds), 2.0, maximum)
    found = centres(vectors, labels, seconds)
    for _ in range(_REFINEMENTS):
        nearest = (vectors @ found.T).argmax(1)
        if len(np.unique(nearest)) < len(found) or (nearest == labels).all():
            break
        labels = nearest
        found = centres(vectors, labels, seconds)
    return found


def centres(vectors: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted mean direction of each cluster, shape (clusters, size)."""
    return unit(np.stack([weights[labels == n] @ vectors[labels == n] for n in range(labels.max() + 1)]))


def agglomerate(vectors: np.ndarray, stop: float) -> np.ndarray:
    """Return the cluster of each vector by average linkage, up to a distance of `stop`.

    A chain of nearest neighbours: n steps of O(n), and a matrix of n². Sections of a stream bound n.
    """
    n = len(vectors)
    distances = (1 - vectors @ vectors.T).astype(np.float32)
    np.fill_diagonal(distances, np.inf)
    sizes, alive = np.ones(n), np.ones(n, bool)
    parents, chain = np.arange(n), [0]
    for _ in range(n - 1):
        chain = chain or [int(alive.argmax())]
        while True:
            here = chain[-1]
            near = int(distances[here].argmin())
            if len(chain) > 1 and distances[here, near] >= distances[here, chain[-2]]:
                break  # the two at the end of the chain are nearest to each other
            chain.append(near)
        a, b = chain.pop(), chain.pop()
        if distances[a, b] <= stop:
            parents[_root(parents, b)] = _root(parents, a)
        row = (sizes[a] * distances[a] + sizes[b] * distances[b]) / (sizes[a] + sizes[b])
        row[[a, b]] = np.inf
        row[~alive] = np.inf
        distances[a], distances[:, a] = row, row
        distances[b], distances[:, b] = np.inf, np.inf
        sizes[a] += sizes[b]
        alive[b] = False
    return np.unique([_root(parents, i) for i in range(n)], return_inverse=True)[1]


def _labels(vectors: np.ndarray, seconds: np.ndarray, minimum: int) -> np.ndarray:
    small = float(np.clip(_SPEAKER_SHARE * seconds.sum(), _MIN_SPEAKER_SECONDS, _MAX_SPEAKER_SECONDS))
    labels = _join_alike(vectors, agglomerate(vectors, _STOP), _ALIKE)
    labels = _give_up_small(vectors, labels, seconds, small)
    for stop in _STOPS_FOR_MORE:
        if labels.max() + 1 >= minimum:
            break
        more = _join_alike(vectors, agglomerate(vectors, stop), 1 - stop)
        more = _give_up_small(vectors, more, seconds, _MIN_SPEAKER_SECONDS)
        labels = more if more.max() > labels.max() else labels
    return labels


def _part(vectors: np.ndarray, seconds: np.ndarray, minimum: int) -> np.ndarray:
    """Return `minimum` clusters of voices that are too alike for any distance; fewer if there are too few vectors.

    A speaker of one word is found before the halves of one voice: distances decrease step by step.
    """
    for min_seconds in (_RELIABLE_SECONDS, 0.0):
        for stop in _STOPS_OF_ONE_VOICE:
            more = _give_up_small(vectors, agglomerate(vectors, stop), seconds, min_seconds)
            if more.max() + 1 >= minimum:
                return _join_alike(vectors, more, 2.0, minimum)
    return np.arange(len(vectors))


def _join_alike(vectors: np.ndarray, labels: np.ndarray, alike: float, maximum: int | None = None) -> np.ndarray:
    """Join clusters whose centres have at least this cosine; with a `maximum`, the nearest until that many are left."""
    while labels.max() > 0:
        found = centres(vectors, labels, np.ones(len(vectors)))
        cosines = found @ found.T
        np.fill_diagonal(cosines, -2)
        a, b = np.unravel_index(cosines.argmax(), cosines.shape)
        if cosines[a, b] < alike and (maximum is None or labels.max() < maximum):
            break
        labels = np.where(labels == b, a, labels)
        labels = np.unique(labels, return_inverse=True)[1]
    return labels


def _give_up_small(vectors: np.ndarray, labels: np.ndarray, seconds: np.ndarray, min_seconds: float) -> np.ndarray:
    """Distribute the snippets of clusters with less than `min_seconds` seconds over the others; the largest stays."""
    totals = np.bincount(labels, seconds)
    kept = np.flatnonzero(totals >= min_seconds)
    if not len(kept):
        kept = np.array([totals.argmax()])  # one, though two may be as large: halves of one stretch of speech are
    if len(kept) == len(totals):
        return labels
    remaining = centres(vectors, labels, np.ones(len(vectors)))[kept]
    return np.unique((vectors @ remaining.T).argmax(1), return_inverse=True)[1]


def _root(parents: np.ndarray, i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = int(parents[i])
    return i
