"""Known speakers of a transcript: the speakers of a channel whose voices are those of a caller's samples."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul

from earshot_contract.documents.shard_results import KnownVoice
from functions.transcripts.speaker_joining import JoinedSpeakers, unit_vector
from functions.transcripts.transcript import SpeakerName

# Cosine from which two voices are one person's. In the synthetic conversations from which it was chosen, no two voices
# exceeded 0.48, and half of the samples had more than 0.8 to their own voice (`bench.known_speakers`).
SAME_VOICE = 0.5


def recognise(channel: int, speakers: JoinedSpeakers, voices: Sequence[KnownVoice]) -> list[SpeakerName]:
    """Return the names of the speakers that are recognised, in order of their numbers.

    A name is given to one speaker and a speaker gets one name: the pairs that are most alike come first.

    Args:
        channel: index of the channel.
        speakers: speakers of the channel.
        voices: voices of the samples.
    """
    pairs = sorted(
        (
            (likeness, voice.name, number)
            for voice in voices
            for number, likeness in enumerate(likenesses(voice, speakers))
        ),
        reverse=True,
    )
    found: dict[int, str] = {}
    for likeness, name, number in pairs:
        if likeness >= SAME_VOICE and number not in found and name not in found.values():
            found[number] = name
    return [SpeakerName(channel, number, name) for number, name in sorted(found.items())]


def likenesses(voice: KnownVoice, speakers: JoinedSpeakers) -> list[float]:
    """Return the cosine of a voice and each speaker, of the vector of the sample that is most like them."""
    vectors = [unit_vector(centre) for centre in voice.centres]
    return [max(sum(map(mul, vector, centre)) for vector in vectors) for centre in speakers.centres]
