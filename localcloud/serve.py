"""What `earshot up` runs."""

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
    """Bring the local cloud up, call `on_ready`, serve until SIGINT or SIGTERM.

    Args are `Cloud`'s. Has to run on the main thread: it takes over the two signals until it returns.

    Returns:
        The exit code: 0 after a signal, whenever it came; 1 when the emulator ended by itself.

    Raises:
        As `Cloud.start`, with everything ended again.
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
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        cloud.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
