"""Offline transcription: files to JSON results on this machine, without AWS. Used by `python -m transcriber`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from earshot_contract.documents.manifest import EMBEDDING, SPEAKERS, WEIGHTS, digest
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard, SpeakerOptions
from transcriber.engine_protocol import Engine, Model, ShardFailed
from transcriber.engine_registry import open_engine
from transcriber.hardware import EngineSettings
from transcriber.speakers.model import SpeakerModels


def transcribe(
    model: Path,
    out: Path,
    files: Sequence[Path],
    settings: EngineSettings,
    speakers: Path | None = None,
    **options: object,
) -> int:
    """Write `out`/FILE.json, a `ShardResult`, for each of `files`.

    Args:
        model: a CTranslate2 Whisper folder.
        out: folder for the results; created if necessary.
        files: audio files.
        settings: how the engine uses this machine.
        speakers: a folder with the model that tells speakers apart; None: they are not.
        options: fields of `Shard`.

    Returns:
        The exit code: 0, 1 when a file failed (the others are still transcribed), 2 when `model` does not load.
    """
    if not (model / WEIGHTS).is_file():
        return _print_error(f"{model} is no CTranslate2 Whisper folder: it holds no {WEIGHTS}", 2)
    if speakers and not (speakers / EMBEDDING).is_file():
        return _print_error(f"{speakers} does not hold the model that tells speakers apart: no {EMBEDDING}", 2)
    speaker_models = None
    if speakers:
        found = Model(SPEAKERS, speakers, digest(speakers / EMBEDDING), SPEAKERS)
        speaker_models = SpeakerModels(lambda _: found)
        options["speakers"] = SpeakerOptions(SPEAKERS)
    try:
        engine = open_engine(Model(model.resolve().name, model, digest(model / WEIGHTS)), settings, speaker_models)
    except (RuntimeError, ValueError) as error:
        return _print_error(f"the model in {model} cannot be loaded: {error}", 2)
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for number, file in enumerate(files, 1):
        print(f"[{number}/{len(files)}] {file}", end=" … ", file=sys.stderr, flush=True)
        try:
            result = _transcribe_file(engine, model.resolve().name, file, options)
        except (ShardFailed, OSError) as error:
            failed += 1
            print("failed", file=sys.stderr)
            _print_error(f"{file}: {error}", 1)
            continue
        target = out / f"{file.name}.json"
        target.write_text(result.to_json(), encoding="utf-8")
        seconds = result.seconds["total"]
        print(f"{result.audio.duration:.1f} s of {result.language} in {seconds:.1f} s → {target}", file=sys.stderr)
    engine.close()
    return 1 if failed else 0


def _transcribe_file(engine: Engine, model: str, file: Path, options: dict[str, object]) -> ShardResult:
    unused = S3Object(bucket="", key=file.name)
    fields = {"job_id": file.name, "index": 0, "count": 1, "model": model, **options}
    shard = Shard(audio=unused, result=unused, **fields)  # type: ignore[arg-type]
    sha256 = digest(file)
    result = engine.submit(shard, file).result()
    return replace(result, audio=replace(result.audio, sha256=sha256))


def _print_error(message: str, exit_code: int) -> int:
    print(f"transcriber: {message}", file=sys.stderr)
    return exit_code
