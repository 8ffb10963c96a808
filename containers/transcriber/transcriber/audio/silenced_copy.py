"""Silenced copy: the audio that was transcribed, without the stretches whose words were redacted, as an MP3."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

from earshot_contract.documents.audio_copies import AudioCopy, Span
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

# Whisper's word times are off by a tenth of a second or two, and a digit that is cut in half can be guessed.
MARGIN_SECONDS = 0.3
_BIT_RATE = 48_000  # a channel; speech at 16 kHz does not sound better with more


def write_silenced_copy(source: Path, target: Path, copy: AudioCopy, spans: Sequence[Span]) -> None:
    """Write `source` with silence in all channels wherever a span is, and MARGIN_SECONDS around it.

    The copy has the times that the transcript has. Memory does not grow with its length.

    Args:
        source: an audio file.
        target: the MP3 to write.
        copy: which track and channels, and how to read headerless audio.
        spans: stretches to silence, in any order.

    Raises:
        ShardFailed: the file cannot be read.
    """
    channels: Sequence[int | None] = copy.channels or [None]
    streams = [AudioStream(source, channel=channel, track=copy.track, raw=copy.raw) for channel in channels]
    with av.open(str(target), "w", format="mp3") as container:
        layout = "stereo" if len(channels) > 1 else "mono"
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE, layout=layout)
        stream.bit_rate = _BIT_RATE * len(channels)
        position = 0
        waiting = deque(sorted((span.start - MARGIN_SECONDS, span.end + MARGIN_SECONDS) for span in spans))
        current: list[tuple[float, float]] = []  # spans that have begun and not ended; hours have thousands
        for samples in _blocks(streams):
            end = position + samples.shape[1]
            while waiting and waiting[0][0] * SAMPLE_RATE < end:
                current.append(waiting.popleft())
            for start, stop in current:
                first, last = round(start * SAMPLE_RATE) - position, round(stop * SAMPLE_RATE) - position
                samples[:, max(first, 0) : max(last, 0)] = 0.0
            current = [span for span in current if span[1] * SAMPLE_RATE > end]
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
            frame.sample_rate, frame.pts = SAMPLE_RATE, position
            position = end
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _blocks(streams: Sequence[AudioStream]) -> Iterator[np.ndarray]:
    """Yield blocks of all channels, shape (channels, n); a channel that ends earlier is silent."""
    for blocks in zip_longest(*streams, fillvalue=np.zeros(0, np.float32)):
        length = max(map(len, blocks))
        yield np.stack([np.pad(block, (0, length - len(block))) for block in blocks]).astype(np.float32)
