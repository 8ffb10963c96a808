"""Every implemented option changes exactly the stages that its row in the registry names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import AudioInfo, ModelInfo, ShardResult, ShardSpeakers
from earshot_contract.documents.shards import Shard
from functions.audio.probe import Probe
from functions.errors import ApiError
from functions.handlers.prepare.plan_shards import is_interactive, plan_shards
from functions.jobs.job import Job, Source, SourceKind
from functions.options.options import Options
from functions.options.registry import IMPLEMENTED, OPTIONS
from functions.options.specification import OptionSpec, Stage, Support
from functions.rendering.deepgram import listen_response
from functions.rendering.formats import FORMATS, JSON
from functions.speech_models.names import Model, choose
from functions.transcripts.assembly import assemble
from functions.transcripts.edit import edit
from functions.transcripts.redaction.redact import redact
from functions.transcripts.transcript import Transcript
from tests.fixtures.results.transcripts import SHA, segment, timed_words

MODELS = [Model("base", SHA), Model("tiny", SHA)]
SPEECH = "Well, um, I paid twenty five dollars to Acme. Then that bastard left."


def shard_result(shard: Shard) -> ShardResult:
    return ShardResult(
        job_id=shard.job_id,
        index=shard.index,
        channel=shard.channel,
        language="en",
        language_probability=1.0,
        segments=[segment(timed_words(SPEECH))],
        audio=AudioInfo("ab" * 32, 60.0, 2, 16000, "flac"),
        model=ModelInfo(shard.model, SHA, True, "int8", "cpu"),
        seconds={"model": 1.0, "total": 1.5},
        speakers=ShardSpeakers("speakers", SHA, []) if shard.speakers else None,
    )


def planned(options: Options) -> list[Shard]:
    audio = S3Object("transcripts", "work/j1/audio")
    probe = Probe(60.0, 2, 16000)
    return plan_shards(
        "j1", audio, options, model="base", probe=probe, bucket="transcripts", speakers=options.speaker_request
    )


def assembled(options: Options) -> Transcript:
    shards = planned(options)
    job = Job("j1", Source(SourceKind.BODY), options.query, created="2026-11-22T12:00:00.123Z", shards=len(shards))
    return replace(assemble(job, options, [shard_result(shard) for shard in shards]), options="")


def chosen_model(options: Options) -> str:
    """Name of the model that runs, or the refusal."""
    try:
        return choose(options.model, None, MODELS, "base", options.strict_models).name
    except ApiError as error:
        return error.failure.err_msg


def outputs(options: Options, base: Options) -> dict[Stage, Any]:
    """Return each stage's output for the options, after the earlier stages have run with `base`."""
    words = edit(assembled(base), base)
    answer = listen_response(replace(words, warnings=assembled(options).warnings), options)
    return {
        Stage.INPUT: options.raw_audio_format,
        Stage.MODEL: chosen_model(options),
        Stage.SHARD: planned(options),
        Stage.QUEUE: is_interactive(SourceKind.BODY, options, 60.0),
        Stage.STORE: (redact(assembled(base), options.redact).channels, options.redact_audio),
        Stage.EDIT: edit(assembled(base), options).channels,
        Stage.RENDER: [answer["results"], *(form.render(words, options) for form in FORMATS if form is not JSON)],
        Stage.METADATA: answer["metadata"],
        Stage.DELIVERY: (options.callback, options.callback and options.callback_method),
    }


@pytest.mark.parametrize("spec", IMPLEMENTED, ids=lambda spec: spec.name)
def test_option_changes_exactly_the_stages_of_its_row(spec: OptionSpec) -> None:
    base = Options.from_query(spec.needs)
    options = Options.from_query("&".join(filter(None, (spec.needs, urlencode({spec.name: spec.example})))))

    without, with_option = outputs(base, base), outputs(options, base)

    assert {stage for stage in Stage if without[stage] != with_option[stage]} == spec.stages
    assert Options.from_stored(options.to_stored(), options.query) == options


@pytest.mark.parametrize("spec", IMPLEMENTED, ids=lambda spec: spec.name)
def test_option_reaches_every_format_of_a_whole_job(spec: OptionSpec) -> None:
    options = Options.from_query("&".join(filter(None, (spec.needs, urlencode({spec.name: spec.example})))))

    transcript = edit(redact(assembled(options), options.redact), options)

    assert all(form.render(transcript, options) for form in FORMATS)


def test_options_without_effect_are_the_known_ones() -> None:
    without_effect = [spec.name for spec in IMPLEMENTED if not spec.stages]

    assert without_effect == ["version", "diarize_version", "name", "mip_opt_out"]
    assert all(bool(spec.stages) != bool(spec.no_effect) for spec in IMPLEMENTED)
    assert all(not spec.stages for spec in OPTIONS.values() if spec.support is not Support.IMPLEMENTED)


def test_options_have_a_field_for_each_implemented_option() -> None:
    names = {*Options.__struct_fields__} - {"query", "warnings"}

    assert names == {spec.name for spec in IMPLEMENTED}


def test_stored_options_are_read_leniently() -> None:
    stored = {"version": 9, "values": {"punctuate": "yes", "new": 1, "task": "translate", "temperature": 1}}

    options = Options.from_stored(stored, "punctuate=true")

    assert (options.punctuate, options.task, options.temperature) == (False, "translate", 1.0)
    assert Options.from_stored({"values": 7}, "tag=a").tag == ["a"]
    assert Options.from_stored({}, "tag=a").tag == ["a"]


def test_row_without_parsed_options_drops_invalid_values() -> None:
    options = Options.from_stored(None, "punctuate=maybe&encoding=linear16&tag=a&redact=pci")

    assert (options.punctuate, options.encoding, options.tag) == (False, None, ["a"])
    assert {warning["parameter"] for warning in options.warnings} == {"punctuate", "encoding"}
