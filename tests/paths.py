"""Folders that tests read from."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EVENTS = ROOT / "events"
SAMPLES = EVENTS / "samples"
SPEECH = ROOT / "tests" / "fixtures" / "speech"
