"""Short encoder windows with every instruction set and compute type: no inserted and no repeated words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jiwer
import pytest
from whisper_normalizer.basic import BasicTextNormalizer

from transcriber.engine_protocol import Model

NORMAL = BasicTextNormalizer()
SCRIPT = Path(__file__).with_name("isa_process.py")
# Clips on which an unchecked short window repeats itself, and one of each language.
PRONE = ("fleurs-de-005.ogg", "1688-142285-0002.flac", "2033-164914-0005.flac", "fleurs-es-006.ogg")


@pytest.mark.parametrize(("isa", "compute_type"), [("AVX2", "int8"), ("AVX512", "int8"), ("AVX2", "float32")])
def test_isa_and_compute_type_insert_no_words(isa: str, compute_type: str, model: Model, clips: list[Any]) -> None:
    if isa == "AVX512" and "avx512vl" not in Path("/proc/cpuinfo").read_text():
        pytest.skip("this processor has no AVX-512: ctranslate2 would end the process")
    picked = [clip for clip in clips if clip.path.name in PRONE]
    command = [sys.executable, str(SCRIPT), str(model.directory), compute_type, *[str(c.path) for c in picked]]

    run = subprocess.run(
        command, env=os.environ | {"CT2_FORCE_CPU_ISA": isa}, capture_output=True, text=True, check=True
    )

    report = json.loads(run.stdout)
    assert report["compute_type"].startswith(compute_type)
    assert report["languages"] == [clip.language for clip in picked]
    for clip, text in zip(picked, report["texts"], strict=True):
        found = jiwer.process_words(NORMAL(clip.text), NORMAL(text))
        assert found.insertions <= 3, (clip.path.name, text)
        assert found.hits >= 0.5 * (found.hits + found.substitutions + found.deletions), (clip.path.name, text)
