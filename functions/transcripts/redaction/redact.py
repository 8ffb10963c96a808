"""Redact a transcript: its entities become tags such as `[SSN_1]`, in words, texts and tokens of all segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import fsum

from earshot_contract.documents.shard_results import Segment, Word
from functions.options.redacted_entities import EVERY_NUMBER, Entity, requested_entities
from functions.transcripts.redaction.channel_text import ChannelText
from functions.transcripts.redaction.cues import BEFORE, find_cues, questions
from functions.transcripts.redaction.dates import find_dates
from functions.transcripts.redaction.digits.mixed_numerals import joined
from functions.transcripts.redaction.digits.numerals import find_numerals
from functions.transcripts.redaction.emails import find_emails
from functions.transcripts.redaction.entity_span import EntitySpan, tag
from functions.transcripts.redaction.numbers.repeated_numbers import ChannelNumbers, repeats_on_channel
from functions.transcripts.redaction.numbers.sensitive_numbers import find_numbers, other_numbers
from functions.transcripts.text_boundaries.letters import split_punctuation
from functions.transcripts.text_boundaries.printed_words import PrintedWord, segment_words
from functions.transcripts.transcript import Channel, Redaction, Transcript
from functions.transcripts.words import TranscriptWord, join_words, punctuated_words_of

# Slow speech: three digits in two seconds, 400 letters a minute.
_SECONDS_A_DIGIT, _SECONDS_A_LETTER = 0.65, 0.15


def redact(transcript: Transcript, names: list[str]) -> Transcript:
    """Return the transcript with tags in place of what `names` ask for, numbered by kind in order of channel and time.

    Times, speakers and all other words stay. A tag lasts as long as the words it replaces; it stands in the segment of
    the first. Whisper's tokens of a changed segment are left out, since they spell its text.

    Args:
        transcript: As the model wrote it.
        names: What `parse_redact` returned; [] changes nothing.
    """
    if not names:
        return transcript
    counts: dict[Entity, int] = {}
    channels, redactions = [], []
    words_of_channels = [punctuated_words_of(transcript, channel) for channel in transcript.channels]
    cues_of_channels = [find_cues(words) for words in words_of_channels]
    numbers: list[ChannelNumbers] = []
    for at, (channel, words) in enumerate(zip(transcript.channels, words_of_channels, strict=True)):
        others = [*zip(words_of_channels, cues_of_channels, strict=True)]
        elsewhere = questions(words, [*others[:at], *others[at + 1 :]])
        cues = sorted([*cues_of_channels[at], *elsewhere], key=lambda cue: (cue.last, cue.first))
        languages = [_language(transcript, channel, word) for word in words]
        numerals = [*joined(find_numerals(words, languages), words)]
        text = ChannelText(words, languages, numerals, cues, requested_entities(names))
        found = find_entities(text, every_number=EVERY_NUMBER in names)
        numbers.append(ChannelNumbers(words, numerals, found))
    for at, (channel, own) in enumerate(zip(transcript.channels, numbers, strict=True)):
        again = repeats_on_channel(own, [*numbers[:at], *numbers[at + 1 :]])
        tagged = []
        for entity in _apart([*own.found, *again]):
            counts[entity.entity] = counts.get(entity.entity, 0) + 1
            tagged.append((entity, tag(entity.entity, counts[entity.entity])))
            redactions.append(
                Redaction(channel.index, entity.entity.value, *_stretch(own.words, entity, transcript.audio.duration))
            )
        channels.append(_with_tags(transcript, channel, own.words, tagged))
    return replace(transcript, channels=channels, redactions=redactions)


def find_entities(text: ChannelText, *, every_number: bool) -> list[EntitySpan]:
    """Return the requested entities of a channel, in order; none overlaps another.

    Args:
        text: The channel's words.
        every_number: Whether numbers of one and two digits are redacted, too.
    """
    words, numerals, requested = text.words, text.numerals, text.requested
    emails = find_emails(words, numerals) if Entity.EMAIL_ADDRESS in requested else []
    found = _apart([*emails, *(_plain(date, requested) for date in find_dates(words, numerals, text.cues))])
    taken = {at for entity in found for at in range(entity.first, entity.last + 1)}
    free = [numeral for numeral in numerals if taken.isdisjoint(range(numeral.first, numeral.last + 1))]
    found = _apart([*found, *find_numbers(text, free, found)])
    if Entity.CREDIT_CARD_EXPIRATION in requested:
        cards = {entity.last for entity in found if entity.entity is Entity.CREDIT_CARD}
        found = [_expiry_after_card(entity, cards) for entity in found]
    if Entity.NUMERICAL_PII in requested:
        # All numbers are requested then. An e-mail address that is not requested may still contain digits.
        found = [entity for entity in found if entity.entity in requested]
        found += other_numbers(words, numerals, found, every=every_number)
    return sorted((entity for entity in found if entity.entity in requested), key=lambda entity: entity.first)


def _stretch(words: Sequence[TranscriptWord], found: EntitySpan, duration: float) -> tuple[float, float]:
    """Return start and end, in seconds, of the speech that may contain an entity's words, at least their own times.

    Whisper shortens long words at a sentence's end: "1976" lasted 0.5 s although its speaker took 1.4. So the span
    extends into the pause beside such a word by the time that its digits and letters take.
    """
    first, last = words[found.first], words[found.last]
    before = words[found.first - 1].end if found.first else 0.0
    following = words[found.last + 1].start if found.last + 1 < len(words) else duration
    start = max(before, first.end - _seconds_to_say(first.text))
    end = min(following, last.start + _seconds_to_say(last.text))
    return min(first.start, start), max(last.end, end)


def _seconds_to_say(text: str) -> float:
    digits = sum(letter.isdecimal() for letter in text)
    return digits * _SECONDS_A_DIGIT + (len(text) - digits) * _SECONDS_A_LETTER


def _apart(found: Sequence[EntitySpan]) -> list[EntitySpan]:
    """Return the entities in order without those that overlap an earlier one of the list."""
    kept: list[EntitySpan] = []
    taken: set[int] = set()
    for entity in found:
        span = range(entity.first, entity.last + 1)
        if taken.isdisjoint(span):
            kept.append(entity)
            taken.update(span)
    return sorted(kept, key=lambda entity: entity.first)


def _plain(date: EntitySpan, requested: frozenset[Entity]) -> EntitySpan:
    """Return a date of birth or of expiry as a mere date where only dates are requested."""
    return date if date.entity in requested else replace(date, entity=Entity.DATE)


def _expiry_after_card(date: EntitySpan, cards: set[int]) -> EntitySpan:
    """Return a date near a card's last word as its expiry: Whisper may have misheard the words that say so."""
    if date.entity is Entity.DATE and not cards.isdisjoint(range(date.first - BEFORE, date.first)):
        return replace(date, entity=Entity.CREDIT_CARD_EXPIRATION)
    return date


def _language(transcript: Transcript, channel: Channel, word: TranscriptWord) -> str:
    return transcript.segment_language(channel, channel.segments[word.position[0]])


def _with_tags(
    transcript: Transcript, channel: Channel, words: Sequence[TranscriptWord], tagged: Sequence[tuple[EntitySpan, str]]
) -> Channel:
    if not tagged:
        return channel
    touched = {
        number
        for entity, _ in tagged
        for number in range(words[entity.first].position[0], words[entity.last].position[0] + 1)
    }
    printed = {
        number: segment_words(channel.segments[number], transcript.segment_language(channel, channel.segments[number]))
        for number in touched
    }
    segments = {number: [*segment] for number, segment in printed.items()}
    for entity, text in reversed(tagged):
        span = words[entity.first : entity.last + 1]
        (first, start), (last, end) = span[0].position, span[-1].position
        for number in range(first, last + 1):
            begin = start if number == first else 0
            stop = end + 1 if number == last else len(segments[number])
            segments[number][begin:stop] = [_tag_word(span, printed[last][end], text)] if number == first else []
    rebuilt: list[Segment] = []
    for number, segment in enumerate(channel.segments):
        if number not in touched:
            rebuilt.append(segment)
        elif segments[number]:
            rebuilt.append(_with_words(segment, segments[number]))
    return replace(channel, segments=rebuilt)


def _tag_word(span: Sequence[TranscriptWord], last: PrintedWord, tag: str) -> PrintedWord:
    """Return the tag as a word, with the punctuation before the first word of a span and after its last."""
    # Only what cannot be part of a number or an address: "+", "(" and "#" belong to it.
    before = _only(split_punctuation(span[0].text, span[0].normalised)[0], "\"'“‘«¿¡")
    after = _only(split_punctuation(last.text, last.normalised)[2], ".,;:?!…\"'”’»")
    confidence = fsum(word.confidence for word in span) / len(span)
    return PrintedWord(
        before + tag + after, span[0].start, span[-1].end, confidence, tag, space_before=span[0].space_before
    )


def _only(text: str, marks: str) -> str:
    """Return the text without the letters that are none of these marks."""
    return "".join(letter for letter in text if letter in marks)


def _with_words(segment: Segment, words: Sequence[PrintedWord]) -> Segment:
    """Return the segment with these words, as plain words of the contract, and without its tokens."""
    return replace(
        segment,
        text=join_words(words),
        words=[Word(word.text, word.start, word.end, word.probability) for word in words],
        tokens=[],
        start=min(segment.start, words[0].start),
        end=max(segment.end, words[-1].end),
    )
