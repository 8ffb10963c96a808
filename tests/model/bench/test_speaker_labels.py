"""Another program's labels, scored on recordings that the benchmark wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.recordings.conversations import Conversation, Turn
from bench.recordings.rttm import read_recordings, write_recording
from bench.speaker_labels import main

TURNS = [Turn(0.0, 4.0, "ann"), Turn(4.0, 8.0, "ben"), Turn(8.0, 12.0, "ann")]


def test_labels_are_scored_by_condition_with_cpu(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, found = tmp_path / "made", tmp_path / "found"
    for number in (1, 2):
        write_recording(made, f"two, alike-{number}", Conversation(np.zeros(12 * 16_000, np.float32), TURNS))
    found.mkdir()
    labels = (made / "two-alike-1.rttm").read_text().replace("ann", "S1").replace("ben", "S2")
    (found / "two-alike-1.rttm").write_text(f"{labels};; cpu 1.20\n")
    (found / "two-alike-2.rttm").write_text(labels.replace("S2", "S1"))

    main(["--truth", str(made), "--found", str(found)])

    assert [turns.turns for _, turns in read_recordings(made)] == [TURNS, TURNS]
    condition, total = capsys.readouterr().out.splitlines()
    assert condition.startswith("condition two-alike  minutes 0.4  counted right 1/2")
    assert "CPU s a minute 3.00" in condition
    assert total.removeprefix("condition all") == condition.removeprefix("condition two-alike")
