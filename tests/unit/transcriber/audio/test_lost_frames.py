"""Frames that a file lost in its middle: what follows keeps its time, and a warning says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import SAMPLE_SECONDS, decode
from tests.fixtures.rows import each_row
from transcriber.audio.stream import AudioStream


def warnings_of(path: Path) -> list[str]:
    audio = AudioStream(path)
    list(audio)
    return [warning.message for warning in audio.warnings]


@each_row(
    ("name", "codec", "rate"),
    [("a.flac", "flac", 16_000), ("a.ogg", "libopus", 48_000), ("b.ogg", "flac", 16_000)],
)
@pytest.mark.parametrize("lost", ["removed", "overwritten"])
def test_lost_frames_are_warned_about(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int, lost: str
) -> None:
    options = {"page_duration": "200000"} if name.endswith("ogg") else {}
    path = record(speech, name, codec, rate=rate, **options)
    assert warnings_of(path) == []
    file = path.read_bytes()
    first, last = int(len(file) * 0.4), int(len(file) * 0.6)
    damage = np.random.default_rng(1).bytes(last - first) if lost == "overwritten" else b""
    path.write_bytes(file[:first] + damage + file[last:])

    assert decode(path).info.duration == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert any("From 3." in message or "From 2." in message for message in warnings_of(path)), warnings_of(path)


@each_row(("gap", "warned"), [(0.4, False), (2.0, True)])
def test_silence_of_a_call_is_no_lost_sound(
    speech: Path, record: Callable[..., Path], tmp_path: Path, gap: float, warned: bool
) -> None:
    """In silence an encoder of calls sends a packet every 0.4 s, and the recording's clock goes on."""
    whole, call = record(speech, "a.ogg", "libopus", rate=48_000), tmp_path / "call.ogg"
    with av.open(str(whole)) as source, av.open(str(call), "w", options={"page_duration": "20000"}) as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.pts is not None and not 2 < float(packet.pts * packet.time_base) <= 2 + gap:
                packet.stream = stream
                target.mux(packet)

    assert decode(call).info.duration == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert bool(warnings_of(call)) is warned
