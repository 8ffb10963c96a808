"""Close look: some seconds of a file decoded packet by packet, to find a pause at which it can be cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from av.audio.frame import AudioFrame

from earshot_contract.documents.shards import PacketPosition
from transcriber.audio.mixing import Mixer, planar, weights
from transcriber.audio.resampling import SAMPLE_RATE, Resampler16k
from transcriber.planning.pauses import choose_cut, choose_weakest, pauses
from transcriber.planning.window_ends import frames_of, window_ends
from transcriber.whisper.windows.profile import Profile
from transcriber.whisper.windows.voice_activity import VAD_FRAME_SAMPLES, VoiceActivityDetector

# A decoder returns a packet's samples with it, or with the next one or two. More seconds between the clock and the
# samples are a gap, which counts as silence. If samples come much later, or are more than the packet's length says, a
# cut between packets would not be a cut between samples.
_MAX_SHIFT_SECONDS = 0.25
_FRAME_SECONDS = VAD_FRAME_SAMPLES / SAMPLE_RATE
_FIRST_WINDOW_SECONDS = 30.0  # in which a window of the whole file begins, if there is speech

# In speech without a pause a window may begin anywhere.
_ANY_BEGINS = [frames_of(float(seconds)) for seconds in range(0, int(_FIRST_WINDOW_SECONDS), 2)]


class Cut(NamedTuple):
    """A place to cut: the packet, and whether it lies in a pause."""

    position: PacketPosition
    in_pause: bool


class CloseLook:
    """Packets and samples of one stretch, from `start` seconds of the file on."""

    def __init__(self, start: float) -> None:
        """Begin an empty stretch."""
        self._start = start
        self._packets: list[PacketPosition] = []
        self._blocks: list[np.ndarray] = []
        self._decoded = 0.0  # seconds of the stretch
        self._run: Resampler16k | None = None
        self._mixer = Mixer()

    def add(self, position: PacketPosition, frames: Sequence[AudioFrame]) -> None:
        """Add a packet and its decoded frames."""
        gap = position.seconds - self._start - self._decoded
        if gap > _MAX_SHIFT_SECONDS:
            self._finish_run()
            self._blocks.append(np.zeros(round(gap * SAMPLE_RATE), np.float32))
            self._decoded += gap
        self._packets.append(position)
        for frame in frames:
            form = (frame.format.name, frame.layout.name, frame.sample_rate)
            if self._run is None or self._run.form != form:
                self._finish_run()
                self._run = Resampler16k(form, weights(frame), None, self._mixer)
            self._blocks += self._run.add(planar(frame))
            self._decoded += frame.samples / frame.sample_rate

    def is_steady(self, end: float) -> bool:
        """Return whether there are as many samples as the packets say; `end`: where the stretch ends in the file."""
        return abs(end - self._start - self._decoded) <= _MAX_SHIFT_SECONDS

    def best_cut(self, target: float, after: float, profile: Profile) -> Cut | None:
        """Return the best place near a target; None if there is no sound.

        Best is a pause in which a window of the whole file ends, too, then any pause, then the end of a window in
        speech.

        Args:
            target: seconds of the file.
            after: where the cut may be at the earliest, in seconds of the file.
            profile: profile of the windows.
        """
        self._finish_run()
        if not self._packets or not self._blocks:
            return None
        # As in the file, a VAD frame begins at each multiple of its length.
        before, lead_samples = divmod(round(self._start * SAMPLE_RATE), VAD_FRAME_SAMPLES)
        lead = np.zeros(lead_samples, np.float32)
        origin = self._start - len(lead) / SAMPLE_RATE
        detector = VoiceActivityDetector(before)
        probabilities = np.concatenate([detector.feed(np.concatenate([lead, *self._blocks])), detector.finish()])
        begins = [
            frames_of((begin + end) / 2)
            for begin, end in pauses(probabilities, _FRAME_SECONDS)
            if begin <= _FIRST_WINDOW_SECONDS
        ]
        ends = window_ends(probabilities, begins or _ANY_BEGINS, frames_of(after - origin), profile)
        packets = [position for position in self._packets if position.seconds >= after]
        starts = [position.seconds - origin for position in packets]
        # The middle of the frame.
        for among in ([(end + 0.5) * _FRAME_SECONDS for end in ends], None):
            found = choose_cut(probabilities, _FRAME_SECONDS, starts, target - origin, among)
            if found is not None:
                return Cut(packets[found], True)
        begin_frames = [end * _FRAME_SECONDS for end in ends]
        found = choose_weakest(probabilities, _FRAME_SECONDS, starts, target - origin, begin_frames)
        return None if found is None else Cut(packets[found], False)

    def _finish_run(self) -> None:
        if self._run:
            self._blocks += self._run.finish()
        self._run = None
