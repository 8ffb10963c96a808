"""Labelling and segmentation with a scripted network: turns, overlaps, short answers, and streams of any block size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from earshot_contract.documents.shard_results import ShardSpeakers
from earshot_contract.documents.shards import SpeakerOptions
from transcriber.speakers import stream
from transcriber.speakers.embedding import SNIPPET_SECONDS, Embedding, Snippet, snippet_times, word_times
from transcriber.speakers.labelling import Section, find_turns
from transcriber.speakers.model import unit
from transcriber.speakers.segmentation import FRAME_SAMPLES, FRAMES_A_SECOND, WINDOW_FRAMES, Segmentation, frame_time
from transcriber.speakers.stream import SpeakerStream

RATE = 16_000
VOICES = unit(np.random.default_rng(3).normal(size=(3, 192))).astype(np.float32)
SILENCE, PAIR = -1, 9


class ScriptedModel:
    """A speaker model for samples whose value says who talks: 0.1 × (speaker + 1); PAIR: the first two at once."""

    name, sha256 = "speakers", "0" * 64
    telephone_mean = np.zeros(192, np.float32)

    def segment(self, samples: np.ndarray, starts: Sequence[int]) -> np.ndarray:
        frames = np.stack([samples[start : start + WINDOW_FRAMES * FRAME_SAMPLES : FRAME_SAMPLES] for start in starts])
        who = np.round(frames * 10).astype(int) - 1
        sets = np.where(who == PAIR, 4, np.where(who == SILENCE, 0, who + 1))
        return np.eye(7)[sets]

    def embed(self, energies: np.ndarray) -> np.ndarray:
        return VOICES[np.round(energies[:, 0, 0]).astype(int)]


@pytest.fixture(autouse=True)
def readable_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Energies that say who talks in the middle of a snippet, so that the scripted network can tell."""

    def energies(samples: np.ndarray) -> np.ndarray:
        speaker = np.clip(np.round(samples[len(samples) // 2] * 10) - 1, 0, 2)
        return np.full((1 + (len(samples) - 400) // 160, 80), speaker, np.float32)

    monkeypatch.setattr("transcriber.speakers.embedding.log_mel_energies", energies)


class OneVoiceModel(ScriptedModel):
    """A speaker model whose segmentation takes all audio for one voice; its vectors tell who talks."""

    def segment(self, samples: np.ndarray, starts: Sequence[int]) -> np.ndarray:
        return np.eye(7)[np.ones((len(starts), WINDOW_FRAMES), int)]


def talk(*turns: tuple[int, float]) -> np.ndarray:
    """Samples of (speaker, seconds)."""
    return np.concatenate([np.full(int(seconds * RATE), 0.1 * (who + 1), np.float32) for who, seconds in turns])


def label(
    samples: np.ndarray,
    block: int = 10 * RATE,
    options: SpeakerOptions | None = None,
    model: ScriptedModel | None = None,
) -> ShardSpeakers:
    options = options or SpeakerOptions("speakers")
    speakers = SpeakerStream(model or ScriptedModel(), options)  # type: ignore[arg-type]
    for start in range(0, len(samples), block):
        speakers.feed(samples[start : start + block])
    return speakers.finish()


def spans(result: ShardSpeakers) -> list[tuple[int, float, float]]:
    return [(turn.speaker, turn.start, turn.end) for section in result.sections for turn in section.turns]


def test_turns_begin_and_end_where_the_speakers_do() -> None:
    found = spans(label(talk((0, 6), (SILENCE, 1), (1, 5), (0, 4), (1, 6))))

    assert len({who for who, *_ in found}) == 2
    for (_, start, end), (first, last) in zip(found, [(0, 6), (7, 12), (12, 16), (16, 22)], strict=True):
        assert start == pytest.approx(first, abs=0.05)
        assert end == pytest.approx(last, abs=0.05)
    assert found[0][0] == found[2][0] != found[1][0] == found[3][0]


@pytest.mark.parametrize("block", [RATE, 7 * RATE + 13, 60 * RATE])
def test_size_of_blocks_changes_nothing(block: int) -> None:
    samples = talk((0, 6), (SILENCE, 1), (1, 5), (PAIR, 1), (0, 14), (2, 3), (SILENCE, 5), (1, 12))

    assert label(samples, block) == label(samples)


def test_overlap_gives_both_speakers_a_turn() -> None:
    result = label(talk((0, 8), (PAIR, 1), (1, 8)))

    turns = result.sections[0].turns
    assert [(turn.speaker, turn.overlap) for turn in turns] == [(0, False), (1, True), (1, False)]
    assert turns[0].end == pytest.approx(9, abs=0.05)
    assert turns[1].start == pytest.approx(8, abs=0.05)


@pytest.mark.parametrize("seconds", [3, 14])  # with the second voice alone in a window of the overlap, and without
def test_interruption_is_the_other_speakers_turn(seconds: float) -> None:
    turns = label(talk((0, seconds), (PAIR, 1), (0, seconds), (1, 6))).sections[0].turns

    interrupted, interruption, last = turns[0], *[turn for turn in turns if turn.speaker != turns[0].speaker]
    assert (interruption.speaker, interruption.overlap, last.overlap) == (last.speaker, True, False)
    assert interruption.start == pytest.approx(seconds, abs=0.05)
    assert interruption.end == pytest.approx(seconds + 1, abs=0.05)
    assert interrupted.end == pytest.approx(2 * seconds + 1, abs=0.05)


def test_interruption_by_one_of_several_unknown_has_no_turn() -> None:
    turns = label(talk((1, 6), (SILENCE, 12), (0, 14), (PAIR, 1), (0, 14), (2, 6))).sections[0].turns

    assert not any(turn.overlap for turn in turns)


def test_silence_has_no_speakers() -> None:
    assert label(talk((SILENCE, 30))).sections == label(np.zeros(100, np.float32)).sections
    assert spans(label(talk((SILENCE, 30)))) == []


def test_answer_too_short_for_a_vector_follows_its_local_speaker() -> None:
    found = spans(label(talk((0, 3), (SILENCE, 0.4), (1, 0.3), (SILENCE, 0.4), (0, 3), (SILENCE, 0.5), (1, 4))))

    assert [who for who, *_ in found] == [0, 1, 0, 1] or [who for who, *_ in found] == [1, 0, 1, 0]


@pytest.mark.parametrize("seconds", [0.4, 0.6, 0.75])
def test_word_between_pauses_is_of_who_says_it(seconds: float) -> None:
    """The segmentation network often takes a "yes" for the voice around it."""
    pause = (SILENCE, 0.1)
    samples = talk((0, 6), pause, (1, seconds), pause, (0, 5.9 - seconds), (1, 8))

    found = spans(label(samples, model=OneVoiceModel()))

    assert [who for who, *_ in found] == [0, 1, 0, 1]
    assert found[1][1] == pytest.approx(6.1, abs=0.15)
    assert found[1][2] == pytest.approx(6.1 + seconds, abs=0.15)


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([(0, 2), (SILENCE, 0.1), (1, 0.5), (SILENCE, 0.2), (0, 2)], [(2.1, 2.6)]),
        ([(1, 0.5), (SILENCE, 0.1), (0, 3)], [(0, 0.5)]),  # the stretch begins with it
        ([(0, 2), (SILENCE, 0.05), (1, 0.5), (SILENCE, 0.05), (0, 2)], []),  # no pauses, but closures of consonants
        ([(0, 2), (SILENCE, 0.1), (1, 0.2), (SILENCE, 0.1), (0, 2)], []),  # too short for a vector
        ([(0, 2), (SILENCE, 0.1), (1, 1.5), (SILENCE, 0.1), (0, 2)], []),  # long enough to be heard as a turn
        ([(0, 4)], []),
    ],
)
def test_words_stand_between_pauses(turns: list[tuple[int, float]], words: list[tuple[float, float]]) -> None:
    assert word_times(talk(*turns)) == [pytest.approx(span, abs=0.02) for span in words]


def test_long_stream_has_sections_with_all_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_SECTION_FRAMES", round(60 * FRAMES_A_SECOND))
    monkeypatch.setattr(stream, "_LAST_SECTION_FRAMES", round(30 * FRAMES_A_SECOND))
    result = label(talk(*[(n % 2, 8.0) for n in range(16)]))  # 128 s

    ends = [section.turns[-1].end for section in result.sections]
    starts = [section.turns[0].start for section in result.sections]
    assert len(result.sections) == 2
    assert 60 <= starts[1] <= 70
    assert starts[1] == pytest.approx(ends[0], abs=0.05)
    assert ends[1] == pytest.approx(128, abs=0.05)
    assert all(len(section.speakers) == 2 for section in result.sections)


def test_minimum_does_not_part_a_voice_of_the_first_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_SECTION_FRAMES", round(30 * FRAMES_A_SECOND))
    monkeypatch.setattr(stream, "_LAST_SECTION_FRAMES", round(20 * FRAMES_A_SECOND))
    options = SpeakerOptions("speakers", minimum=3, maximum=3)

    late = label(talk((0, 8), (0, 40), (1, 6), (2, 6), (1, 6), (2, 6)), options=options)
    short = label(talk((0, 8), (SILENCE, 1), (0, 9)), options=options)

    assert [len(section.speakers) for section in late.sections] == [1, 3]
    assert [len(section.speakers) for section in short.sections] == [3]


def test_maximum_of_one_makes_one_speaker() -> None:
    result = label(talk((0, 8), (1, 8)), options=SpeakerOptions("speakers", maximum=1))

    assert [len(section.speakers) for section in result.sections] == [1]


def test_confidence_is_lower_between_two_voices() -> None:
    clear = np.stack([VOICES[0], VOICES[1]])
    close = unit(np.stack([VOICES[0], VOICES[0] + 0.3 * VOICES[1]]))

    def confidence(centres: np.ndarray) -> float:
        section = Section(0, np.ones(175, bool), np.zeros(175, bool), [], [Snippet(0.0, 3.0, VOICES[0])])
        return find_turns(section, centres)[0].confidence

    assert confidence(clear) > 0.99 > confidence(close) > 0.5


@pytest.mark.parametrize("seconds", [0.35, 1.0, 2.0, 2.1, 5.1, 10.0])
def test_snippets_follow_one_another_through_their_stretch(seconds: float) -> None:
    times = snippet_times(1.0, 1.0 + seconds)
    lengths = [end - start for start, end in times]

    assert (times[0][0], times[-1][1]) == (1.0, pytest.approx(1.0 + seconds))
    assert all(earlier[1] == later[0] for earlier, later in pairwise(times))
    assert max(lengths) <= SNIPPET_SECONDS + 1e-9
    assert min(lengths) >= min(seconds, 1.0) - 1e-9  # a snippet of a second makes clusters, a shorter one does not


@pytest.mark.parametrize("seconds", [3.0, 4.9])
def test_snippets_of_a_longer_stretch_overlap(seconds: float) -> None:
    times = snippet_times(0.0, seconds)

    assert (times[0][0], times[-1][1]) == (0.0, pytest.approx(seconds))
    assert all(0.7 <= later[0] - earlier[0] <= 1.25 + 1e-9 for earlier, later in pairwise(times))


def test_short_stretch_has_no_snippet() -> None:
    assert snippet_times(1.0, 1.3) == []


@pytest.mark.parametrize("seconds", [1.0, 2.5, 4.0, 9.0])
def test_snippets_have_the_length_of_their_stretch(seconds: float) -> None:
    embedding = Embedding(ScriptedModel())  # type: ignore[arg-type]

    embedding.add(0.0, seconds, talk((0, 10)), 0)

    assert sum(snippet.seconds * snippet.share for snippet in embedding.take()) == pytest.approx(seconds)


def test_monologue_is_cut_so_that_samples_can_go() -> None:
    segmentation = Segmentation(ScriptedModel())  # type: ignore[arg-type]
    found = segmentation.feed(talk((0, 60)))

    assert len(found) >= 4
    assert all(float(frame_time(s.end)) - float(frame_time(s.start)) <= 10.1 for s in found)
