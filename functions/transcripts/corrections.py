"""Corrections of a finished transcript: changed words and names of speakers.

They are stored apart from the transcript and applied before rendering, after the edits of the options. ADR 0012.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from earshot_contract.document import Document
from earshot_contract.documents.known_speakers import MAX_SPEAKER_NAME
from earshot_contract.documents.shard_results import Segment
from functions.transcripts.text_boundaries.printed_words import PrintedWord, segment_words, spread
from functions.transcripts.transcript import Channel, SpeakerName, Transcript
from functions.transcripts.words import TranscriptWord, join_words, punctuated_words_of

_CERTAIN = 1.0  # confidence of a word that a person wrote


class BadCorrections(ValueError):
    """Corrections that do not fit the transcript; the error message names one."""


@dataclass(frozen=True)
class Change(Document):
    """Words `first` to `first + count - 1` of a channel, replaced by a text.

    Words are counted from 0, as the API's answer lists them with the edits of the options and without corrections.
    A newer Earshot may count them otherwise: `replaced` says which words were meant.
    """

    channel: int
    first: int
    count: int
    text: str
    replaced: str | None = None  # the words that it replaces, as one line; None: stored before this was kept


@dataclass(frozen=True)
class Corrections(Document):
    """All corrections of one transcript."""

    changes: list[Change] = field(default_factory=list)
    speakers: list[SpeakerName] = field(default_factory=list)


@dataclass(frozen=True)
class ChangedWords:
    """Where the words of a change are, in the corrected transcript: positions within the channel's words."""

    change: Change
    first: int
    count: int


def correct(transcript: Transcript, corrections: Corrections) -> Transcript:
    """Return the transcript with corrections.

    A change whose words are not where they were when it was stored is left out, and warned about.

    Args:
        transcript: what `functions.transcripts.edit` returned.
        corrections: what `check` returned, perhaps stored by an earlier version of Earshot.
    """
    fitting = fitting_changes(transcript, corrections)
    channels = [
        _correct_channel(transcript, channel, [each for each in fitting if each.channel == channel.index])
        for channel in transcript.channels
    ]
    warnings = [*transcript.warnings, *_warnings(len(corrections.changes) - len(fitting))]
    return replace(transcript, channels=channels, speaker_names=list(corrections.speakers), warnings=warnings)


def fitting_changes(transcript: Transcript, corrections: Corrections) -> list[Change]:
    """Return the changes whose words are where they were when the change was stored."""
    words = {channel.index: punctuated_words_of(transcript, channel) for channel in transcript.channels}
    return [change for change in corrections.changes if _fits(change, words.get(change.channel, []))]


def with_replaced(transcript: Transcript, corrections: Corrections) -> Corrections:
    """Return checked corrections as they are stored: each change with the words that it replaces."""
    words = {channel.index: punctuated_words_of(transcript, channel) for channel in transcript.channels}
    changes = [replace(change, replaced=_line(change, words[change.channel])) for change in corrections.changes]
    return replace(corrections, changes=changes)


def _fits(change: Change, words: Sequence[TranscriptWord]) -> bool:
    exists = change.first >= 0 and change.count > 0 and change.first + change.count <= len(words)
    return exists and change.replaced in (None, _line(change, words))


def _line(change: Change, words: Sequence[TranscriptWord]) -> str:
    return join_words(words[change.first : change.first + change.count])


def _warnings(left_out: int) -> list[dict[str, str]]:
    if not left_out:
        return []
    number = "One correction is" if left_out == 1 else f"{left_out} corrections are"
    message = f"{number} left out: the words that were corrected are no longer at their places. Correct them again."
    return [{"parameter": "edits", "type": "corrections_left_out", "message": message}]


def check(transcript: Transcript, corrections: Corrections) -> None:
    """Check that corrections fit an edited transcript.

    Raises:
        BadCorrections: A change names words that do not exist or are others than it says, or two changes name the
            same; or a name is empty or too long, or is that of a speaker who does not exist or has another, too.
    """
    words = {channel.index: punctuated_words_of(transcript, channel) for channel in transcript.channels}
    ordered = sorted(corrections.changes, key=lambda change: (change.channel, change.first))
    for change in ordered:
        of_channel = words.get(change.channel, [])
        if not _fits(replace(change, replaced=None), of_channel):
            raise BadCorrections(
                f"Channel {change.channel} has {len(of_channel)} words: "
                f"there are not {change.count} from word {change.first} on."
            )
        if not _fits(change, of_channel):
            raise BadCorrections(
                f"Word {change.first} of channel {change.channel} and those after it are "
                f"{_line(change, of_channel)!r}, not {change.replaced!r}. Read the transcript again."
            )
    for before, after in pairwise(ordered):
        if before.channel == after.channel and before.first + before.count > after.first:
            raise BadCorrections(f"Two changes name word {after.first} of channel {after.channel}.")
    _check_speakers(transcript, corrections.speakers)


def _check_speakers(transcript: Transcript, names: Sequence[SpeakerName]) -> None:
    speakers = {
        channel.index: {word.speaker for word in punctuated_words_of(transcript, channel) if word.speaker is not None}
        | {turn.speaker for turn in channel.turns}
        | {known.speaker for known in transcript.recognised if known.channel == channel.index}
        for channel in transcript.channels
    }
    named: set[tuple[int, int]] = set()
    for each in names:
        if not each.name.strip() or len(each.name) > MAX_SPEAKER_NAME or not each.name.isprintable():
            raise BadCorrections(
                f"The name of speaker {each.speaker} has 1 to {MAX_SPEAKER_NAME} printable characters."
            )
        if not any(speakers.values()):
            raise BadCorrections("The transcript has no speakers who could be named: send the audio with diarize=true.")
        if each.speaker not in speakers.get(each.channel, ()):
            known = ", ".join(map(str, sorted(speakers.get(each.channel, ())))) or "none"
            raise BadCorrections(f"Channel {each.channel} has no speaker {each.speaker}; its speakers: {known}.")
        if (each.channel, each.speaker) in named:
            raise BadCorrections(f"Speaker {each.speaker} of channel {each.channel} has two names.")
        named.add((each.channel, each.speaker))


def changed_words(transcript: Transcript, corrections: Corrections) -> list[ChangedWords]:
    """Return where the words of each change that fits are in the corrected transcript, in order of channel and word."""
    found: list[ChangedWords] = []
    fitting = fitting_changes(transcript, corrections)
    for channel in transcript.channels:
        old, moved = punctuated_words_of(transcript, channel), 0
        changes = sorted((each for each in fitting if each.channel == channel.index), key=_first)
        for change in changes:
            count = len([word for word in _new_words(transcript, channel, old, change) if word.normalised])
            found.append(ChangedWords(change, change.first + moved, count))
            moved += count - change.count
    return found


def _first(change: Change) -> int:
    return change.first


def _correct_channel(transcript: Transcript, channel: Channel, changes: Sequence[Change]) -> Channel:
    if not changes:
        return channel
    old = punctuated_words_of(transcript, channel)
    words: list[TranscriptWord] = []
    at = 0
    for change in sorted(changes, key=_first):
        words += [*old[at : change.first], *_new_words(transcript, channel, old, change)]
        at = change.first + change.count
    words += old[at:]
    touched = {
        word.position[0] for change in changes for word in old[change.first : change.first + change.count]
    }  # indices of segments
    by_segment: dict[int, list[TranscriptWord]] = {number: [] for number in touched}
    for word in words:
        if word.position[0] in touched:
            by_segment[word.position[0]].append(word)
    segments = [
        _with_words(segment, by_segment[number]) if number in touched else segment
        for number, segment in enumerate(channel.segments)
    ]
    return replace(channel, segments=[segment for segment in segments if segment.text])


def _new_words(
    transcript: Transcript, channel: Channel, old: Sequence[TranscriptWord], change: Change
) -> list[TranscriptWord]:
    """Return the words of a change.

    Words that were there keep their times. A changed run of words shares the time of the run that it replaces, by
    letters; an added one takes the silence between its neighbours.
    """
    from difflib import SequenceMatcher  # for corrections alone: each module costs milliseconds of a cold start

    before = old[change.first : change.first + change.count]
    language = transcript.segment_language(channel, channel.segments[before[0].position[0]])
    text = " ".join(change.text.split())
    printed = segment_words(Segment(before[0].start, before[-1].end, text), language)
    matcher = SequenceMatcher(None, [word.text for word in before], [word.text for word in printed], autojunk=False)
    found: list[TranscriptWord] = []
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        fresh = printed[new_from:new_to]
        if kind == "equal":
            found += [
                replace(word, space_before=new.space_before)
                for word, new in zip(before[old_from:old_to], fresh, strict=True)
            ]
            continue
        if old_from < old_to:
            start, end = before[old_from].start, before[old_to - 1].end
        else:
            start = before[old_from - 1].end if old_from else before[0].start
            end = max(start, before[old_from].start) if old_from < len(before) else start
        timed = spread([word.text for word in fresh], start, end)
        for number, (new, time) in enumerate(zip(fresh, timed, strict=True)):
            nearest = before[min(max(old_from + number, 0), max(old_to - 1, old_from - 1, 0))]
            found.append(
                TranscriptWord(
                    new.text, new.normalised, time.start, time.end, _CERTAIN, nearest.position, new.space_before
                )
            )
    return found


def _with_words(segment: Segment, words: Sequence[TranscriptWord]) -> Segment:
    printed = [
        PrintedWord(word.text, word.start, word.end, word.confidence, word.normalised, word.space_before)
        for word in words
    ]
    return replace(segment, text=join_words(printed), words=[*printed])
