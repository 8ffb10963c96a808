"""`python -m transcriber`: a worker. With `--model DIR --out DIR FILE…`: transcribes files without AWS."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from transcriber import hardware


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code.

    Other modules are imported later, inside the functions: ctranslate2 reads the environment that
    `hardware.configure_process` sets when it is imported.
    """
    options = _parse(arguments) if arguments else None
    try:
        engine_settings = hardware.configure_process()
    except ValueError as error:
        print(f"transcriber: {error}", file=sys.stderr)
        return 2
    return _transcribe_files(options, engine_settings) if options else _run_worker(engine_settings)


def _run_worker(engine_settings: hardware.EngineSettings) -> int:
    from transcriber.logs import logger, start_logging
    from transcriber.settings import WorkerSettings
    from transcriber.worker.aws_clients import AwsClients
    from transcriber.worker.loop import build_parts, build_worker

    start_logging()
    try:
        settings = WorkerSettings.from_environment(os.environ)
    except KeyError as error:
        print(
            f"transcriber: the environment has no {error.args[0]}; `--help` explains how to run without AWS",
            file=sys.stderr,
        )
        return 2
    if reason := hardware.missing_gpu(engine_settings):
        logger.error("No GPU", extra={"fields": {"reason": reason, "machine": asdict(engine_settings)}})
        print(f"transcriber: {reason}", file=sys.stderr)
        return 3
    worker = build_worker(settings, build_parts(settings, AwsClients.connect(), lambda: engine_settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    fields = {"slot": settings.slot, "model": settings.default_model, "machine": asdict(engine_settings)}
    logger.info("Started", extra={"fields": fields})
    healthy = worker.run()
    logger.info("Exited")
    return 0 if healthy else 1


def _transcribe_files(options: argparse.Namespace, engine_settings: hardware.EngineSettings) -> int:
    from transcriber.offline import transcribe

    return transcribe(
        options.model,
        options.out,
        options.files,
        engine_settings,
        task="translate" if options.translate else "transcribe",
        language=options.language,
        channel=options.channel,
        speakers=options.speakers,
    )


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m transcriber",
        description="Without arguments: a worker, configured by environment variables. "
        "With files: writes DIR/FILE.json for each, without AWS.",
    )
    parser.add_argument("--model", type=Path, required=True, metavar="DIR", help="a CTranslate2 Whisper folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--language", help="a Whisper code such as de; default: detected")
    parser.add_argument("--translate", action="store_true", help="into English")
    parser.add_argument("--channel", type=int, help="one channel, counted from 0; default: all, mixed")
    parser.add_argument("--speakers", type=Path, metavar="DIR", help="tell speakers apart, with the model in DIR")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # A native call in a daemon thread outlives the interpreter and may abort it, so exit without Python's teardown.
    os._exit(code)
