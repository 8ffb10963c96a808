"""Known voices: the vectors of a caller's samples, by which Assemble recognises the speakers of the job."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earshot_contract.documents.known_speakers import (
    MAX_REFERENCE_SECONDS,
    MIN_REFERENCE_SECONDS,
    KnownSpeaker,
    KnownSpeakers,
)
from earshot_contract.documents.shard_results import KnownVoice
from earshot_contract.documents.shards import ShardError, SpeakerOptions
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.engine_protocol import ShardFailed
from transcriber.speakers.model import SpeakerModel
from transcriber.speakers.stream import SpeakerStream, is_telephone

TELEPHONE_BAND = (300.0, 3400.0)  # Hz: ITU-T G.712
_TOLERANCE_SECONDS = 0.1  # encoders pad: ten seconds of MP3 are 10.03


@dataclass(frozen=True)
class VoiceSample:
    """A known speaker and the samples (float32 in -1..1, 16 kHz) of their voice."""

    speaker: KnownSpeaker
    samples: np.ndarray


def read_samples(path: Path) -> list[VoiceSample]:
    """Return the decoded samples of a file with `KnownSpeakers`.

    Raises:
        ShardFailed: BAD_REFERENCE, a sample is no audio, or is too short or too long.
    """
    known = KnownSpeakers.from_json(path.read_bytes())
    return [VoiceSample(speaker, _decode(speaker)) for speaker in known.speakers]


def known_voices(samples: Sequence[VoiceSample], model: SpeakerModel) -> list[KnownVoice]:
    """Return the voices in samples.

    Raises:
        ShardFailed: BAD_REFERENCE, one of them has no speech.
    """
    voices = []
    for sample in samples:
        centres = voice_centres(sample.samples, model)
        if not centres:
            raise _bad_reference(sample.speaker, "Nobody speaks in it.")
        voices.append(KnownVoice(sample.speaker.name, centres))
    return voices


def voice_centres(samples: np.ndarray, model: SpeakerModel) -> list[str]:
    """Return vectors of the main speaker in samples, in the form of results; none if there is no speech.

    Args:
        samples: float32 in -1..1, 16 kHz, seconds of them.
        model: the model that tells speakers apart.
    """
    # Vectors of a voice differ much with the band. For a sample that is of a telephone itself both vectors are the
    # same.
    versions = [samples] if is_telephone(samples) else [samples, _telephone_band(samples)]
    centres = (_centre(each, model) for each in versions)
    return [centre for centre in centres if centre]


def _centre(samples: np.ndarray, model: SpeakerModel) -> str | None:
    stream = SpeakerStream(model, SpeakerOptions(model.name))
    stream.feed(samples)
    found = [each for section in stream.finish().sections for each in section.speakers]
    return max(found, key=lambda each: each.seconds).centre if found else None


def _telephone_band(samples: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    low, high = TELEPHONE_BAND
    spectrum[(hertz < low) | (hertz > high)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def _decode(speaker: KnownSpeaker) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reference"
        path.write_bytes(speaker.reference)
        try:
            blocks = list(AudioStream(path, max_seconds=MAX_REFERENCE_SECONDS + _TOLERANCE_SECONDS))
        except ShardFailed as error:
            if error.error is ShardError.TOO_LONG:
                raise _wrong_length(speaker, f"more than {MAX_REFERENCE_SECONDS:g}") from error
            raise _bad_reference(speaker, error.message) from error
    samples = np.concatenate([np.zeros(0, np.float32), *blocks])
    if (seconds := len(samples) / SAMPLE_RATE) < MIN_REFERENCE_SECONDS - _TOLERANCE_SECONDS:
        raise _wrong_length(speaker, f"{seconds:.1f}")
    return samples


def _wrong_length(speaker: KnownSpeaker, seconds: str) -> ShardFailed:
    limits = f"{MIN_REFERENCE_SECONDS:g} to {MAX_REFERENCE_SECONDS:g} seconds are needed"
    return _bad_reference(speaker, f"It has {seconds} seconds; {limits}.")


def _bad_reference(speaker: KnownSpeaker, why: str) -> ShardFailed:
    return ShardFailed(ShardError.BAD_REFERENCE, f"The reference of {speaker.name!r} cannot be used. {why}")
