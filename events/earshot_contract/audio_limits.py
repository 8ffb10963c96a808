"""Limits of the values in an audio file's header: above them, Prepare and the worker treat the header as damaged."""

from __future__ import annotations

MAX_SECONDS = 7 * 24 * 3600.0  # of a recording; the worker transcribes at most 12 hours
# A guard against damaged and hostile files, not a documented limit. `multichannel` splits at most 20 channels
# (`functions.options.tables.speech.MAX_CHANNELS`) into shards; without it a file of up to 64 is mixed to one.
MAX_CHANNELS = 64
MAX_RATE = 768_000  # Hz; real recordings have 4,000 to 768,000
