"""Warnings about an audio file, which reach the caller with the transcript."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from earshot_contract.documents.shard_results import MORE_CHANNELS, ShardWarning
from earshot_contract.documents.shards import RawAudio
from transcriber.audio.file_structure.damage import Damage
from transcriber.audio.levels import LevelMeter


def contradicting_claims(raw: RawAudio, container: str, described: str) -> ShardWarning:
    """Warn that a file with a header was described as headerless audio.

    Args:
        raw: what the caller said.
        container: name of the file's format.
        described: codec, sample rate and channels that the file has.
    """
    return ShardWarning(
        "encoding",
        "contradicts_file",
        f"The file is {container} ({described}) and was read as such; encoding={raw.encoding}, sample_rate and "
        "channels are for audio without a header.",
    )


_MAX_TIMES = 5  # of a warning
_MIN_LOSS = 0.1  # seconds
_ENCODINGS = {  # of samples, as `sample_encoding` names them
    "linear16": "16-bit integers (linear16)",
    "linear16be": "16-bit integers, the high byte first (big-endian)",
    "linear32": "32-bit floats (linear32)",
    "linear32int": "32-bit integers",
    "linear32be": "32-bit floats, the high byte first (big-endian)",
    "unsigned8": "8-bit integers without a sign",
    "signed8": "8-bit integers with a sign",
    "mulaw": "µ-law (mulaw)",
    "alaw": "A-law (alaw)",
}


def other_encoding(claimed: str, found: str, skipped: int) -> ShardWarning:
    """Warn that raw samples are of another encoding than the caller says, or lie behind `skipped` bytes."""
    return _other_encoding(f"encoding={claimed}", found, skipped)


def untrue_header(found: str, skipped: int) -> ShardWarning:
    """Warn that samples are of another encoding than the file's header says, or lie behind `skipped` bytes."""
    return _other_encoding("the file's header", found, skipped)


def _other_encoding(claim: str, found: str, skipped: int) -> ShardWarning:
    described = f"the first one begins behind {skipped} byte" if skipped else f"they are {_ENCODINGS[found]}"
    return ShardWarning(
        "encoding",
        "contradicts_file",
        f"Read as {claim} says, the samples are noise; they were read as they are speech: {described}.",
    )


def other_track(default: int, reason: str, transcribed: int) -> ShardWarning:
    """Warn that the default track was passed over; numbers of tracks are from 1."""
    message = f"Audio track {default} {reason}; track {transcribed} was transcribed. audio_track chooses another one."
    return ShardWarning("audio", "silent_track", message)


def cancelling_channels(taken: Collection[int]) -> ShardWarning:
    """Warn that the mix of the channels was silent in places, where channels of `taken` were used instead."""
    channels = " or ".join(str(channel) for channel in sorted(taken))
    return ShardWarning(
        "channels",
        "channels_cancel_out",
        "The channels cancel each other out when they are mixed; where they do, "
        f"channel {channels} (counted from 0) was transcribed. multichannel=true transcribes each.",
    )


def noisy_channels(left_out: Collection[int]) -> ShardWarning:
    """Warn that channels of `left_out` were steady noise, louder than what the others have, and were not mixed in."""
    channels = " and ".join(str(channel) for channel in sorted(left_out))
    return ShardWarning(
        "channels",
        "noisy_channel",
        f"Channel {channels} (counted from 0) has steady noise that would hide the others; where it has nothing else, "
        "it was left out of the mix. multichannel=true transcribes each.",
    )


def clipped() -> ShardWarning:
    """Warn that the recording was too loud for what recorded it."""
    return ShardWarning(
        "audio",
        "clipped",
        "The audio is clipped: it was louder than the recorder, or a program behind it, could hold, and the peaks were "
        "cut off. Words may be wrong. A recording with less gain helps; turning this one down does not.",
    )


def too_quiet(steps: int) -> ShardWarning:
    """Warn that the loudest sample of a recording of 8 bits has `steps` of the 128 steps that there are."""
    return ShardWarning(
        "audio",
        "too_quiet",
        f"The audio has 8 bits, and its loudest sample {steps} of 128 steps: speech as quiet as that is lost in "
        "rounding. Send the recording before it was converted to 8 bits, or one with more gain.",
    )


def of_levels(levels: LevelMeter) -> Iterator[ShardWarning]:
    """Warn of samples that are too loud or too quiet for words."""
    if levels.is_clipped:
        yield clipped()
    if levels.few_steps is not None:
        yield too_quiet(levels.few_steps)


def more_channels(found: int, expected: int, start: float, *, mixed: bool) -> ShardWarning:
    """Warn that the file has more channels from `start` seconds on than it begins with; Assemble knows if it matters.

    Args:
        found: channels from there on.
        expected: channels at the beginning, of which each may be transcribed on its own.
        start: seconds of the file.
        mixed: all channels are transcribed together.
    """
    outcome = "they were mixed" if mixed else f"of these the first {expected} were transcribed"
    return ShardWarning(
        "multichannel",
        MORE_CHANNELS,
        f"From {start:.1f} s on the file has {found} channels, and at its beginning {expected}: {outcome}.",
    )


def unreadable_part(number: int, parts: int, start: float) -> ShardWarning:
    """Warn of one of several recordings in a file: its number from 1, and its start in seconds."""
    return ShardWarning(
        "audio",
        "unreadable_part",
        f"The file has {parts} recordings, one after another; number {number}, from {start:.1f} s, cannot be read.",
    )


def unread_bytes(size: int, start: float) -> ShardWarning:
    """Warn of `size` bytes behind the recording that ends at `start` seconds."""
    return ShardWarning(
        "audio",
        "unread_bytes",
        f"Behind the recording, from {start:.1f} s, {size} more bytes are of no format that is known here.",
    )


def undecodable(start: float, end: float) -> ShardWarning:
    """Warn of damage between two times, in seconds; an end that is not after the start is not known."""
    until = f" to {end:.1f} s" if end > start else " on"
    return ShardWarning(
        "audio", "undecodable", f"From {start:.1f} s{until} the audio is damaged and cannot be decoded."
    )


def lost_sound(start: float, end: float) -> ShardWarning:
    """Warn of a gap between two times, in seconds, in a file whose clock counts its samples."""
    return ShardWarning(
        "audio",
        "undecodable",
        f"From {start:.1f} s to {end:.1f} s sound is missing: that part of the file was lost, or never recorded.",
    )


def damaged_frames(damage: Damage, start: float, first: float, end: float) -> ShardWarning | None:
    """Warn of frames that do not follow each other, in a recording that begins at `start` seconds of the file.

    Returns:
        None if nothing is lost between the times `first` and `end`, or too little for a word.
    """
    losses = [(start + loss.start, loss.seconds) for loss in damage.losses if first <= start + loss.start < end]
    losses = [loss for loss in losses if loss[1] is None or loss[1] >= _MIN_LOSS]
    if not losses:
        return None
    times = [
        f"at {time:.1f} s" if seconds is None else f"from {time:.1f} s to {time + seconds:.1f} s"
        for time, seconds in losses[:_MAX_TIMES]
    ]
    if more := len(losses) - len(times):
        times.append(f"in {more} more places" if more > 1 else "in one more place")
    listed = " and ".join([", ".join(times[:-1]), times[-1]] if len(times) > 1 else times)
    later = "" if all(seconds is not None for _, seconds in losses) else ", and later times may be too early"
    return ShardWarning(
        "audio",
        "undecodable",
        f"The audio is interrupted {listed}: bytes of the file are damaged or missing. Words may be missing there"
        f"{later}.",
    )


def scattered_damage(left_out: int, packets: int) -> ShardWarning:
    """Warn of damage in many places, each of them short: `left_out` of the packets cannot be decoded."""
    return ShardWarning(
        "audio",
        "undecodable",
        f"The audio is damaged in many places: {left_out} of {packets} packets cannot be decoded. Words may be "
        "missing.",
    )


def missing_bytes(size: int, *, has_clock: bool) -> ShardWarning:
    """Warn of `size` bytes of zeros inside a recording; `has_clock`: the times of what is behind them are right."""
    later = "" if has_clock else ", and later times are too early by as much"
    return ShardWarning(
        "audio",
        "missing_bytes",
        f"About {size} bytes inside the file are zeros, as a download or copy that was not finished leaves them: what "
        f"was said there is missing{later}.",
    )
