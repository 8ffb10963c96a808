"""A clear track beside an encrypted one is transcribed, with a warning: Prepare and the worker choose alike."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest

from earshot_contract.documents.audio_tracks import TrackRequest
from functions.audio.probe import probe
from functions.errors import ApiError
from tests.fixtures.audio_files.films import Track, film
from transcriber.audio.stream import AudioStream

TRACKS = (Track(400, "mono", "eng"), Track(800, "stereo", "eng"))


def encrypted(body: bytes, path: Path, *, named: bool) -> Path:
    """An MP4 of which the first track is noise; `named`: its header says that it is encrypted."""
    content = bytearray(body.replace(b"mp4a", b"enca", 1) if named else body)
    path.write_bytes(body)
    generator = np.random.default_rng(1)
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.audio[0]):
            if packet.size and packet.pos is not None:
                content[packet.pos : packet.pos + packet.size] = generator.bytes(packet.size)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("named", "reason"), [(True, "is encrypted"), (False, "cannot be decoded")])
def test_clear_track_is_transcribed(tmp_path: Path, named: bool, reason: str) -> None:
    path = encrypted(film("mp4", *TRACKS, default=0), tmp_path / "a.mp4", named=named)

    audio = AudioStream(path)
    samples = np.concatenate(list(audio))

    assert float(np.abs(samples).max()) > 0.05
    assert (audio.info.track, audio.channels) == (2, 2)
    (warning,) = audio.warnings
    assert (warning.type, warning.message) == (
        "silent_track",
        f"Audio track 1 {reason}"
        + ("" if named else ": it is damaged or encrypted")
        + "; track 2 was transcribed. audio_track chooses another one.",
    )


def test_encrypted_track_that_is_no_default_has_no_warning(tmp_path: Path) -> None:
    path = encrypted(film("mp4", *TRACKS, default=1), tmp_path / "a.mp4", named=True)

    audio = AudioStream(path)

    assert sum(len(block) for block in audio)
    assert (audio.info.track, audio.warnings) == (2, [])


def test_prepare_counts_the_channels_of_the_clear_track(tmp_path: Path) -> None:
    content = encrypted(film("mp4", *TRACKS, default=0), tmp_path / "a.mp4", named=True).read_bytes()

    assert probe(io.BytesIO(content), len(content)).channels == 2


def test_requested_encrypted_track_is_refused(tmp_path: Path) -> None:
    content = encrypted(film("mp4", *TRACKS, default=0), tmp_path / "a.mp4", named=True).read_bytes()

    with pytest.raises(ApiError, match="encrypted"):
        probe(io.BytesIO(content), len(content), None, TrackRequest(number=1))
