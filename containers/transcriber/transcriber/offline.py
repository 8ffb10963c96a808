"""Transcribing files without any AWS: for people who want to look at the engine alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from earshot_contract.manifest import WEIGHTS, digest
from earshot_contract.shards import S3Object, Shard, ShardResult
from transcriber import hardware
from transcriber.engine_protocol import Engine, Model, ShardFailed
from transcriber.worker.loaded_engines import open_engine


def transcribe(
    model: Path, out: Path, files: Sequence[Path], machine: hardware.EngineSettings, **options: object
) -> int:
    """Write `out`/FILE.json, a `ShardResult`, for each of `files`; `options` are fields of `Shard`.

    Returns the exit code: 0, 1 when a file failed (the others are done all the same), 2 when the model is none.
    """
    if not (model / WEIGHTS).is_file():
        return _complain(f"{model} is no CTranslate2 Whisper folder: it holds no {WEIGHTS}", 2)
    try:
        engine = open_engine(Model(model.resolve().name, model, digest(model / WEIGHTS)), machine)
    except (RuntimeError, ValueError) as error:
        return _complain(f"the model in {model} cannot be loaded: {error}", 2)
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for number, file in enumerate(files, 1):
        print(f"[{number}/{len(files)}] {file}", end=" … ", file=sys.stderr, flush=True)
        try:
            result = _one(engine, model.resolve().name, file, options)
        except (ShardFailed, OSError) as error:
            failed += 1
            print("failed", file=sys.stderr)
            _complain(f"{file}: {error}", 1)
            continue
        target = out / f"{file.name}.json"
        target.write_text(result.to_json(), encoding="utf-8")
        spent = result.seconds["total"]
        print(
            f"{result.audio.duration:.1f} s of {result.language} in {spent:.1f} s → {target}",
            file=sys.stderr,
        )
    engine.close()
    return 1 if failed else 0


def _one(engine: Engine, model: str, file: Path, options: dict[str, object]) -> ShardResult:
    here = S3Object(bucket="", key=file.name)
    order = {"job_id": file.name, "index": 0, "count": 1, "model": model, **options}
    shard = Shard(audio=here, result=here, **order)  # type: ignore[arg-type]
    sha256 = digest(file)
    result = engine.submit(shard, file).result()
    return replace(result, audio=replace(result.audio, sha256=sha256))


def _complain(sentence: str, exit_code: int) -> int:
    print(f"transcriber: {sentence}", file=sys.stderr)
    return exit_code
