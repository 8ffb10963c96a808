"""Films in several languages: which track is transcribed, and that Prepare counts the channels of the same one."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.shards import ShardError
from functions.audio.probe import probe
from functions.languages import whisper_code
from functions.options.options import Options
from tests.fixtures.audio_files.films import Track, film
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.engine_protocol import ShardFailed

TRACKS = (
    Track(400, "mono", "eng"),
    Track(800, "stereo", "ger"),
    Track(1600, "5.1", "fra"),
    Track(3200, "mono"),
)
CHANNELS = (1, 2, 6, 1)


def request(value: str | None) -> TrackRequest | None:
    return Options.from_query(f"audio_track={value}" if value else "").track_request


def loudest_hz(audio: AudioStream) -> float:
    """The loudest frequency, in Hz."""
    samples = np.concatenate(list(audio))[2000:-2000]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * SAMPLE_RATE / len(samples))


@pytest.mark.slow
@pytest.mark.parametrize("container", ["matroska", "mp4", "mov", "mpegts"])
@pytest.mark.parametrize(("value", "number"), [(None, 3), ("1", 1), ("4", 4), ("en", 1), ("de-AT", 2), ("fr", 3)])
def test_requested_track_is_transcribed(tmp_path: Path, container: str, value: str | None, number: int) -> None:
    body = film(container, *TRACKS, default=2)
    path = tmp_path / "film"
    path.write_bytes(body)
    if container == "mpegts" and value is None:
        number = 1  # a transport stream marks no default

    audio = AudioStream(path, track=request(value))

    assert loudest_hz(audio) == pytest.approx(TRACKS[number - 1].hz, abs=10)
    assert (audio.info.track, audio.info.tracks) == (number, 4)
    assert whisper_code(audio.info.track_language or "") == whisper_code(TRACKS[number - 1].language or "")
    found = probe(io.BytesIO(body), len(body), None, request(value))
    assert found.channels == CHANNELS[number - 1]
    assert audio.warnings == []


@pytest.mark.parametrize(("query", "number"), [("language=de", 2), ("language=en", 1), ("language=es", 3), ("", 3)])
def test_track_in_language_of_speech_is_preferred(tmp_path: Path, query: str, number: int) -> None:
    body = film("matroska", *TRACKS, default=2)
    path = tmp_path / "film.mkv"
    path.write_bytes(body)
    preferred = Options.from_query(query).track_request

    audio = AudioStream(path, track=preferred)

    assert loudest_hz(audio) == pytest.approx(TRACKS[number - 1].hz, abs=10)
    assert audio.info.track == number
    assert probe(io.BytesIO(body), len(body), None, preferred).channels == CHANNELS[number - 1]


def test_silent_track_in_language_of_speech_is_left(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(film("matroska", Track(440, "mono", "eng"), Track(0, "mono", "ger"), seconds=1.0))

    audio = AudioStream(path, track=Options.from_query("language=de").track_request)

    assert loudest_hz(audio) == pytest.approx(440, abs=10)
    assert [warning.type for warning in audio.warnings] == ["silent_track"]


@pytest.mark.parametrize("value", ["5", "es"])
def test_missing_track_is_refused_with_those_there_are(tmp_path: Path, value: str) -> None:
    body = film("matroska", *TRACKS[:2])
    path = tmp_path / "film.mkv"
    path.write_bytes(body)

    with pytest.raises(ShardFailed) as raised:
        AudioStream(path, track=request(value))

    assert raised.value.error is ShardError.NO_CHANNEL
    assert raised.value.message.endswith("but the file has 1 (eng), 2 (ger).")
    assert value in raised.value.message
    assert probe(io.BytesIO(body), len(body), None, request(value)).channels is None


def test_requested_silent_track_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(film("matroska", Track(0), Track(800)))

    assert loudest_hz(AudioStream(path)) == pytest.approx(800, abs=10)
    audio = AudioStream(path, track=request("1"))
    assert np.abs(np.concatenate(list(audio))).max() < 0.01
    assert audio.warnings == []


def test_audible_track_is_named_in_info(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film("mp4", Track(0, "mono", "eng"), Track(800, "mono", "spa")))

    audio = AudioStream(path)
    list(audio)

    assert (audio.info.track, audio.info.track_language) == (2, "spa")
    assert "track 2 was transcribed" in audio.warnings[0].message


def test_only_track_without_language_has_every_one(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film("mp4", Track(800)))

    assert loudest_hz(AudioStream(path, track=request("de"))) == pytest.approx(800, abs=10)


def test_requested_track_lasts_through_joined_files(tmp_path: Path) -> None:
    path = tmp_path / "joined.mp4"
    path.write_bytes(film("mp4", *TRACKS[:2]) * 2)

    audio = AudioStream(path, track=request("2"))

    assert loudest_hz(audio) == pytest.approx(800, abs=10)
    assert audio.info.duration == pytest.approx(1, abs=0.15)
