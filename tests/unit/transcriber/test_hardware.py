"""Engine settings: the choice for each kind of machine, and overrides by environment variables."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from tests.fixtures.rows import each_row
from tests.paths import ROOT
from transcriber import hardware
from transcriber.hardware import Machine, choose_settings, configure_process, release_free_memory, resolve_settings
from transcriber.whisper.windows.profile import PROFILES

PLAIN = Machine(cores=4, memory=16 * 2**30, vendor="AuthenticAMD", flags=frozenset({"avx2"}), gpus=0, glibc=True)


def test_cpu_gets_one_batch_worker_per_core() -> None:
    settings = choose_settings(PLAIN)

    assert (settings.device, settings.compute_type, settings.batch_workers, settings.threads) == ("cpu", "int8", 4, 1)
    assert settings.cpu_isa is None


def test_avx512_is_forced_if_cpu_has_all_of_it() -> None:
    assert choose_settings(replace(PLAIN, flags=frozenset({"avx512f", "avx512bw", "avx512vl"}))).cpu_isa == "AVX512"
    assert choose_settings(replace(PLAIN, flags=frozenset({"avx512f"}))).cpu_isa is None


def test_intel_cpu_gets_smaller_batches() -> None:
    assert choose_settings(replace(PLAIN, vendor="GenuineIntel")).batch < choose_settings(PLAIN).batch


def test_gpu_gets_one_batch_worker_with_large_batches() -> None:
    settings = choose_settings(replace(PLAIN, gpus=1))

    assert (settings.device, settings.compute_type, settings.batch_workers) == ("cuda", "float16", 1)
    assert settings.batch > choose_settings(PLAIN).batch
    assert settings.prepare_threads == 2
    assert [choose_settings(replace(PLAIN, gpus=1, cores=cores)).prepare_threads for cores in (1, 8, 96)] == [2, 4, 8]


def test_int8_weights_are_for_int8_on_a_cpu_alone() -> None:
    cpu, gpu = choose_settings(PLAIN), choose_settings(replace(PLAIN, gpus=1))
    found = [cpu, replace(cpu, compute_type="float32"), gpu, replace(gpu, compute_type="int8")]

    assert [settings.rounds_to_int8 for settings in found] == [True, False, False, False]


def test_small_memory_limits_prepared_speech() -> None:
    assert (
        choose_settings(replace(PLAIN, memory=2**30)).max_prepared_seconds < choose_settings(PLAIN).max_prepared_seconds
    )


def test_valid_overrides_apply_and_invalid_ones_raise() -> None:
    settings = configure_process({"EARSHOT_LANES": "1", "EARSHOT_COMPUTE_TYPE": "float32", "EARSHOT_HEAP": "0"}, PLAIN)

    assert (settings.batch_workers, settings.compute_type, settings.reuse_heap) == (1, "float32", False)
    for variable, value in (("EARSHOT_BATCH", "many"), ("EARSHOT_LANES", "0"), ("EARSHOT_PREPARING", "-1")):
        with pytest.raises(ValueError, match=f"{variable} is '{value}'; it must be 1 or more"):
            configure_process({variable: value}, PLAIN)
    with pytest.raises(ValueError, match="EARSHOT_HEAP is 'yes'; it must be 0 or 1"):
        configure_process({"EARSHOT_HEAP": "yes"}, PLAIN)


def test_profile_override_must_be_known() -> None:
    assert choose_settings(PLAIN).profile == "accurate"
    assert resolve_settings({"EARSHOT_PROFILE": "fast"}, PLAIN).profile is EngineProfile.FAST
    assert set(EngineProfile) == set(PROFILES)
    with pytest.raises(ValueError, match="EARSHOT_PROFILE is 'quick'; it must be accurate or fast"):
        resolve_settings({"EARSHOT_PROFILE": "quick"}, PLAIN)


@each_row(("name", "variable"), hardware._OVERRIDES.items())
def test_every_override_changes_its_setting(name: str, variable: str) -> None:
    text = {"device": "cuda", "compute_type": "float32", "profile": "fast", "cpu_isa": "AVX2", "reuse_heap": "0"}

    settings = resolve_settings({variable: text.get(name, "7")}, PLAIN)

    assert str(getattr(settings, name)) in (text.get(name, "7"), "False")
    assert getattr(settings, name) != getattr(choose_settings(PLAIN), name)


def test_every_override_is_documented() -> None:
    page = (ROOT / "docs/reference/worker-settings.md").read_text()

    assert [variable for variable in hardware._OVERRIDES.values() if f"`{variable}`" not in page] == []


def test_device_override_changes_dependent_settings() -> None:
    machine = replace(PLAIN, gpus=1)

    assert resolve_settings({"EARSHOT_DEVICE": "cpu"}, machine) == choose_settings(PLAIN)
    assert resolve_settings({"EARSHOT_DEVICE": "cuda", "EARSHOT_BATCH": "8"}, PLAIN) == replace(
        choose_settings(machine), batch=8
    )
    with pytest.raises(ValueError, match="EARSHOT_DEVICE is 'tpu'; it must be cpu or cuda"):
        resolve_settings({"EARSHOT_DEVICE": "tpu"}, PLAIN)


def test_worker_for_a_gpu_without_one_says_why() -> None:
    on_gpu, on_cpu = resolve_settings({"EARSHOT_DEVICE": "cuda"}, PLAIN), choose_settings(PLAIN)

    assert "CUDA sees no GPU" in hardware.missing_gpu(on_gpu, lambda: 0)
    assert hardware.missing_gpu(on_gpu, lambda: 1) == ""
    assert hardware.missing_gpu(on_cpu, lambda: 0) == ""


@pytest.mark.skipif("CS_GNU_LIBC_VERSION" not in os.confstr_names, reason="the heap is glibc's")
def test_release_free_memory_gives_pages_back() -> None:
    buffers = [bytearray(65536) for _ in range(512)]  # 32 MiB; below glibc's limit for mappings of their own
    del buffers[:-1]  # the last lies at the heap's end, so that nothing shrinks by itself
    before = resident_pages()

    release_free_memory()

    assert before - resident_pages() > 20 * 2**20 / os.sysconf("SC_PAGE_SIZE")


def resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


def test_detect_reads_this_machine() -> None:
    machine = Machine.detect()

    assert machine.cores >= 1
    assert machine.memory > 2**28


@pytest.mark.slow
def test_products_of_numpy_keep_no_other_thread_busy():
    code = """
import time
from transcriber.hardware import configure_process
configure_process()
import numpy as np
a, b = np.ones((150, 260), np.float32), np.ones((260, 80), np.float32)
process, thread = time.process_time(), time.thread_time()
for _ in range(100):
    a @ b
    time.sleep(0.0005)  # as between two snippets: OpenBLAS's threads wait in a loop meanwhile
print((time.process_time() - process) / (time.thread_time() - thread))
"""
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("OPENBLAS_NUM_THREADS", None)
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert float(ran.stdout) < 1.2
