"""Speaker stream: blocks of a shard's audio in, its speakers' turns out; memory does not grow with the square of time.

The stream is labelled in sections of about ten minutes, each with speakers of its own. Their centres go into the shard
result, and Assemble joins those of all sections and shards to one numbering.
"""

from __future__ import annotations

import base64
from dataclasses import replace

import numpy as np

from earshot_contract.documents.shard_results import SectionSpeaker, ShardSpeakers, SpeakerSection, SpeakerTurn
from earshot_contract.documents.shards import SpeakerOptions
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.speakers.clustering import cluster
from transcriber.speakers.embedding import Embedding, Snippet, stacked
from transcriber.speakers.labelling import Section, find_turns
from transcriber.speakers.model import SpeakerModel, unit
from transcriber.speakers.segmentation import (
    FRAME_SAMPLES,
    FRAMES_A_SECOND,
    WINDOW_FRAMES,
    Segmentation,
    SegmentationWindow,
    Stretch,
    frame_time,
)

# Speakers are joined by their centres, which need minutes of talk: in a recording of 10 speakers, sections of one
# minute gave 17 speakers, sections of three minutes 10 (measured).
_SECTION_FRAMES = round(600 * FRAMES_A_SECOND)
_LAST_SECTION_FRAMES = round(300 * FRAMES_A_SECOND)  # the last section has at least this
_TELEPHONE_HZ, _TELEPHONE_SHARE = 4500, 1e-4  # telephone speech has less of its energy above (studio: 2 % and more)
_CENTRE_SCALE = 127


class SpeakerStream:
    """Tells the speakers of one stream apart.

    Args:
        model: its networks.
        options: how many speakers there are, if the caller knows it.
        start: time of the first sample, in seconds from the start of the file.
        whole: whether the stream is the whole channel; only then does the minimum number of speakers apply to it.
    """

    def __init__(self, model: SpeakerModel, options: SpeakerOptions, start: float = 0.0, whole: bool = True) -> None:
        self.model, self._options, self._start, self._whole = model, options, start, whole
        self._segmentation, self._embedding = Segmentation(model), Embedding(model)
        self._samples, self._samples_start = np.zeros(0, np.float32), 0
        self._snippets: list[Snippet] = []
        self._windows: list[SegmentationWindow] = []
        self._section_start = 0  # frame
        self._energy = np.zeros(2)  # of the section: in all, and above _TELEPHONE_HZ
        self._sections: list[SpeakerSection] = []
        self._cut: int | None = None  # frame at which the section can end: a stretch begins there

    def feed(self, samples: np.ndarray) -> None:
        """Add samples: float32 in -1..1, 16 kHz, about ten seconds."""
        self._energy += _energies(samples)
        self._samples = np.concatenate([self._samples, samples])
        self._embed(self._segmentation.feed(samples))
        if self._cut is not None and self._frames() - self._section_start >= _SECTION_FRAMES + _LAST_SECTION_FRAMES:
            self._close_section(self._cut)

    def finish(self) -> ShardSpeakers:
        """Return the speakers and their turns."""
        self._embed(self._segmentation.finish())
        only = self._whole and not self._sections
        self._close_section(self._section_start + self._frames_waiting(), self._options.minimum if only else None)
        return ShardSpeakers(self.model.name, self.model.sha256, self._sections)

    def _frames(self) -> int:
        return self._section_start + self._frames_waiting()

    def _frames_waiting(self) -> int:
        return sum(map(len, self._segmentation.speech))

    def _embed(self, stretches: list[Stretch]) -> None:
        for stretch in stretches:
            start, end = max(0.0, float(frame_time(stretch.start))), float(frame_time(stretch.end))
            self._embedding.add(start, end, self._samples, self._samples_start)
            if self._cut is None and stretch.start - self._section_start >= _SECTION_FRAMES:
                self._cut = stretch.start
        needed = min(self._segmentation.needed_from * FRAME_SAMPLES, self._samples_start + len(self._samples))
        if needed > self._samples_start:
            self._samples, self._samples_start = self._samples[needed - self._samples_start :].copy(), needed

    def _close_section(self, end: int, minimum: int | None = None) -> None:
        """Label the frames from the section's start to before `end`; what follows begins the next section.

        A `minimum` of speakers applies to a section only if it is the only one: some may be silent for ten minutes.
        """
        start, frames = self._section_start, end - self._section_start
        speech, overlap = (np.concatenate(parts) for parts in (self._segmentation.speech, self._segmentation.overlap))
        windows = [*self._windows, *self._segmentation.windows]
        snippets = [*self._snippets, *self._embedding.take()]
        boundary = float(frame_time(end))
        own = [snippet for snippet in snippets if snippet.start < boundary - 1e-6]
        section = Section(start, speech[:frames], overlap[:frames], [w for w in windows if w.start < end], own)
        self._sections.append(self._label(section, minimum))
        self._segmentation.speech, self._segmentation.overlap = [speech[frames:]], [overlap[frames:]]
        self._segmentation.windows = []
        self._windows = [window for window in windows if window.start + WINDOW_FRAMES > end]
        self._snippets = snippets[len(own) :]
        self._section_start, self._cut, self._energy = end, None, np.zeros(2)

    def _label(self, section: Section, minimum: int | None) -> SpeakerSection:
        if not section.snippets:
            return SpeakerSection([], [])
        if _is_narrow(self._energy):
            shifted = unit(stacked(section.snippets)[0] - self.model.telephone_mean)
            moved = [replace(snippet, vector=vector) for snippet, vector in zip(section.snippets, shifted, strict=True)]
            section = Section(section.start, section.speech, section.overlap, section.windows, moved)
        snippets = section.of_stretches
        vectors, seconds = stacked(snippets)
        speech = seconds * [snippet.share for snippet in snippets]
        found = cluster(vectors, seconds, minimum, self._options.maximum, speech)
        turns = find_turns(section, found)
        lengths = np.zeros(len(found))
        for turn in turns:
            lengths[turn.speaker] += turn.end - turn.start
        speakers = [
            SectionSpeaker(round(float(length), 2), packed(centre))
            for length, centre in zip(lengths, found, strict=True)
        ]
        return SpeakerSection(
            speakers,
            [
                SpeakerTurn(
                    round(self._start + turn.start, 2),
                    round(self._start + turn.end, 2),
                    turn.speaker,
                    round(turn.confidence, 3),
                    turn.overlap,
                )
                for turn in turns
            ],
        )


def packed(centre: np.ndarray) -> str:
    """Return a centre as Base64 of one signed byte a number, scaled to its largest one."""
    scaled = np.round(centre / np.abs(centre).max() * _CENTRE_SCALE)
    return base64.b64encode(scaled.astype(np.int8).tobytes()).decode()


def is_telephone(samples: np.ndarray) -> bool:
    """Return whether samples have almost no energy above the band of a telephone."""
    return _is_narrow(_energies(samples))


def _is_narrow(energies: np.ndarray) -> bool:
    total, above = energies
    return bool(above < _TELEPHONE_SHARE * total)


def _energies(samples: np.ndarray) -> np.ndarray:
    """Return the energy in all and the one above _TELEPHONE_HZ."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    above = round(len(power) * _TELEPHONE_HZ / (SAMPLE_RATE / 2))
    return np.array([power.sum(), power[above:].sum()], float)
