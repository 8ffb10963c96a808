"""Foreground run of the local cloud, for `earshot up`."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from localcloud.cloud import Cloud, Progress

STOPPING = (signal.SIGINT, signal.SIGTERM)


def serve(
    *,
    port: int,
    aws_port: int,
    data_dir: Path,
    allow_private_urls: bool,
    require_key: bool,
    on_ready: Callable[[Cloud], None],
    progress: Progress = lambda stage: None,
) -> int:
    """Start the local cloud, call `on_ready`, serve until SIGINT or SIGTERM.

    Must run on the main thread: it handles the two signals until it returns. When `Cloud.start` raises, everything it
    started is ended before.

    Args:
        port: as in `Cloud`.
        aws_port: as in `Cloud`.
        data_dir: as in `Cloud`.
        allow_private_urls: as in `Cloud`.
        require_key: as in `Cloud`.
        on_ready: called with the running cloud.
        progress: called with a description of each stage of the start.

    Returns:
        The exit code: 0 after a signal, also one during the start; 1 when the emulator ended by itself.
    """
    cloud = Cloud(data_dir, port, aws_port, allow_private_urls=allow_private_urls, require_key=require_key)
    before = {number: signal.signal(number, interrupt) for number in STOPPING}
    try:
        cloud.start(progress)
        on_ready(cloud)
        cloud.wait()
        progress(f"The emulator ended by itself; {cloud.data_dir / 'logs' / 'emulator.log'} says why")
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C would leave some processes running
        cloud.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Handle a signal: raise KeyboardInterrupt."""
    raise KeyboardInterrupt
