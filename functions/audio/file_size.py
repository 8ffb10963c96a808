"""Size of audio files: how large one may be."""

from __future__ import annotations

MAX_AUDIO_BYTES = 2 * 1024**3  # of a file that is downloaded or uploaded; Deepgram's limit
