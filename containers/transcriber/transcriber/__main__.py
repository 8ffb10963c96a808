"""`python -m transcriber`: a worker. With `--model DIR --out DIR FILE…`: transcribes files, without any AWS."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from transcriber import hardware


def main(arguments: list[str]) -> int:
    """The other imports come late: ctranslate2 must find the process as `settle` leaves it."""
    given = _parse(arguments) if arguments else None
    try:
        machine = hardware.configure_process()
    except ValueError as error:
        print(f"transcriber: {error}", file=sys.stderr)
        return 2
    return _files(given, machine) if given else _worker(machine)


def _worker(machine: hardware.EngineSettings) -> int:
    from transcriber.logs import logger, start_logging
    from transcriber.settings import Settings
    from transcriber.worker.aws_clients import Clients
    from transcriber.worker.loop import hire

    start_logging()
    try:
        settings = Settings.from_environment(os.environ)
    except KeyError as error:
        print(
            f"transcriber: the environment has no {error.args[0]}; `--help` says how to go without",
            file=sys.stderr,
        )
        return 2
    worker = hire(settings, Clients.connect(), machine)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    facts = {"slot": settings.slot, "model": settings.default_model, "machine": asdict(machine)}
    logger.info("Working", extra={"facts": facts})
    sound = worker.run()
    logger.info("Left")
    return 0 if sound else 1


def _files(given: argparse.Namespace, machine: hardware.EngineSettings) -> int:
    from transcriber.offline import transcribe

    return transcribe(
        given.model,
        given.out,
        given.files,
        machine,
        task="translate" if given.translate else "transcribe",
        language=given.language,
        channel=given.channel,
    )


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m transcriber",
        description="Without arguments: a worker, told by its environment what to do. "
        "With files: writes DIR/FILE.json for each, without any AWS.",
    )
    parser.add_argument("--model", type=Path, required=True, metavar="DIR", help="a CTranslate2 Whisper folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument("--language", help="a Whisper code such as de; left out: detected")
    parser.add_argument("--translate", action="store_true", help="into English")
    parser.add_argument("--channel", type=int, help="one channel, counted from 0; left out: all, mixed")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # A native call in a daemon thread outlives the interpreter and may abort it: leave without its teardown.
    os._exit(code)
