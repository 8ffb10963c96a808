"""Assembly: the results of a job's shards become its transcript; those of the first shards become its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from earshot_contract.documents.shard_results import MORE_CHANNELS, START_STAGE_PREFIX, AudioInfo, Segment, ShardResult
from functions.jobs.job import Job
from functions.options.options import Options
from functions.options.query_string import Warnings, warning
from functions.speech_models.names import LATEST, is_vendor_name, model_info
from functions.speech_models.speakers import no_speakers_warning
from functions.transcripts.audio_claims import claim_warnings
from functions.transcripts.known_speakers import recognise
from functions.transcripts.speaker_joining import NO_SPEAKERS, JoinedSpeakers, join_speakers
from functions.transcripts.transcript import Channel, SpeakerModelInfo, Transcript


def assemble(job: Job, options: Options, results: Sequence[ShardResult]) -> Transcript:
    """Join shard results, which may come in any order; shards of a channel are joined in the order of their index.

    Raises:
        ValueError: The result of a shard is missing: the workers' answers and their results do not agree.
    """
    ordered = sorted(results, key=lambda result: result.index)
    if [result.index for result in ordered] != list(range(job.shards or 1)):
        found = [result.index for result in ordered]
        raise ValueError(f"Job {job.id} was split into {job.shards or 1} shards; there are results of {found}.")
    return _join(job, options, ordered)


def assemble_beginning(job: Job, options: Options, results: Sequence[ShardResult], until: float) -> Transcript:
    """Join the results of the first shards of each channel, as many of one as of another, in the order of their index.

    Args:
        job: the job, which still runs.
        options: its options.
        results: at least one of each channel.
        until: where the last of these shards end, in seconds of the file.
    """
    return replace(_join(job, options, results), partial_until=until)


def _join(job: Job, options: Options, ordered: Sequence[ShardResult]) -> Transcript:
    by_channel = sorted(ordered, key=lambda result: result.channel or 0)
    groups = [list(group) for _, group in groupby(by_channel, key=lambda result: result.channel or 0)]
    # The header may have claimed more channels than the decoder finds: the shards of those channels are empty.
    groups = [group for group in groups if (group[0].channel or 0) < max(1, group[0].audio.channels)]
    first = ordered[0]
    speakers = [_speakers(group, options) for group in groups]
    known = [voice for result in ordered if result.speakers for voice in result.speakers.known]
    return Transcript(
        job_id=job.id,
        created=job.created,
        options=job.options,
        task=options.task,
        audio=_audio(ordered),
        model=first.model,
        channels=[_channel(index, group, speakers[index]) for index, group in enumerate(groups)],
        model_seconds=round(sum(result.seconds.get("model", 0.0) for result in ordered), 3),
        engine=_sum_counts([result.engine for result in ordered]),
        warnings=[*options.warnings, *_audio_warnings(options, ordered, len(groups))],
        speaker_model=_speaker_model(ordered),
        recognised=[name for index, each in enumerate(speakers) for name in recognise(index, each, known)],
    )


def worker_start(results: Sequence[ShardResult]) -> dict[str, float] | None:
    """Return the seconds of each stage of the longest worker start; None if no worker had to start."""
    stages: dict[str, float] = {}
    for result in results:
        for name, seconds in result.seconds.items():
            if name.startswith(START_STAGE_PREFIX):
                stages[name] = max(seconds, stages.get(name, 0.0))
    return stages or None


def _speaker_model(results: Sequence[ShardResult]) -> SpeakerModelInfo | None:
    """Return the model that told speakers apart, which is one for all shards; None unless it did so in all."""
    found = [result.speakers for result in results]
    first = found[0]
    return SpeakerModelInfo(first.model, first.sha256) if first and all(found) else None


def _audio(results: Sequence[ShardResult]) -> AudioInfo:
    """Return what the decoder found, from the shards at the end of the file, which know its length."""
    last = max(results, key=lambda result: result.audio.duration)
    truncated = any(result.audio.truncated for result in results)
    return replace(last.audio, truncated=truncated)


def _language(parts: Sequence[ShardResult]) -> tuple[str, float]:
    """Return the language of a channel and its probability.

    It is the one with most seconds of speech over all shards, then with most text: detection on music or silence is
    unreliable, and one shard of talk in another language does not change what a long recording is spoken in.
    """
    weights: dict[str, list[float]] = {}
    for part in parts:
        text = sum(len(segment.text) for segment in part.segments)
        speech = float(part.engine.get("speech", 0.0)) if text else 0.0
        seconds = weights.setdefault(part.language, [0.0, 0.0, 0.0])
        weights[part.language] = [seconds[0] + speech, seconds[1] + text, max(seconds[2], part.language_probability)]
    language = max(weights, key=lambda code: weights[code])
    own = [part for part in parts if part.language == language]
    speech = sum(float(part.engine.get("speech", 0.0)) for part in own)
    if not speech:
        return language, weights[language][2]
    mean = sum(part.language_probability * float(part.engine.get("speech", 0.0)) for part in own) / speech
    return language, round(mean, 4)


def _segments(part: ShardResult, language: str) -> list[Segment]:
    """Return a shard's segments, each with its language where that is not the channel's."""
    if part.language == language and not any(segment.language == language for segment in part.segments):
        return part.segments
    found = []
    for segment in part.segments:
        own = segment.language or part.language
        found.append(replace(segment, language=None if own == language else own))
    return found


def _speakers(parts: Sequence[ShardResult], options: Options) -> JoinedSpeakers:
    """Return the speakers of a channel; none unless they were told apart in all its shards."""
    found = [part.speakers for part in parts if part.speakers]
    return join_speakers(found, options.speaker_request) if len(found) == len(parts) else NO_SPEAKERS


def _channel(index: int, parts: Sequence[ShardResult], speakers: JoinedSpeakers) -> Channel:
    """Join the shards of a channel."""
    language, probability = _language(parts)
    segments = [segment for part in parts for segment in _segments(part, language)]
    return Channel(index, language, probability, segments, speakers.turns)


def _audio_warnings(options: Options, results: Sequence[ShardResult], channels: int) -> Warnings:
    """Return what the caller should know of the audio: each warning once, though every channel's shard has it.

    The warning of additional channels later in the file matters only to a caller who requested separate channels.
    """
    first = results[0]
    of_shards = [
        warning.to_dict()
        for result in results
        for warning in result.warnings
        if options.multichannel or warning.type != MORE_CHANNELS
    ]
    found = [entry for n, entry in enumerate(of_shards) if entry not in of_shards[:n]]
    ran = model_info(first.model.name, first.model.sha256)
    if is_vendor_name(options.model) and first.model.name != options.model.strip().lower():
        found.append(
            warning(
                "model",
                "unsupported_value",
                f"There is no {options.model} here: {ran['name']} transcribed this. "
                "strict_models=true refuses such names.",
            )
        )
    if is_vendor_name(options.model) and options.version.lower() not in (LATEST, ran["version"]):
        message = f"version={options.version} was ignored: it is none of {ran['name']}."
        found.append(warning("version", "unsupported_value", message))
    if options.multichannel and channels == 1 and first.audio.channels > 1:
        found.append(
            warning(
                "multichannel",
                "unknown_channels",
                f"The file's header does not say its channels; the {first.audio.channels} there are were mixed.",
            )
        )
    found += claim_warnings(options, first.audio)
    if _speaker_model(results) is None:
        found += no_speakers_warning(options)
    if any(result.audio.truncated for result in results):
        found.append(warning("audio", "truncated", "The audio ends too early; this is what could be read of it."))
    return found


def _sum_counts(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Add up the counts of all shards; of other values keep the first shard's."""
    total: dict[str, Any] = {}
    for document in documents:
        for name, value in document.items():
            is_count = isinstance(value, int | float) and not isinstance(value, bool)
            total[name] = total.get(name, 0) + value if is_count else total.get(name, value)
    return total
