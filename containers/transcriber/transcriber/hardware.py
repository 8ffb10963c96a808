"""The process's settings, decided once by what the machine is. Run `configure_process` before ctranslate2 is imported.

Every choice may be overridden by the environment variable named in `_OVERRIDES`; ENGINE.md has the measurements.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

# glibc's mallopt parameters (malloc.h) and what we set them to. ctranslate2 allocates its large buffers at every
# call; by default each is mapped, touched page by page and unmapped again: a third of the encoder's time. Kept on
# one heap that never shrinks they are reused. GLIBC_TUNABLES does the same but needs a fresh process.
_MALLOPT = {
    -8: 1,  # M_ARENA_MAX: one heap; several would each keep the peak
    -4: 0,  # M_MMAP_MAX: nothing is mapped on its own
    -1: 2**31 - 1,  # M_TRIM_THRESHOLD: the heap's end is not given back
}
_OVERRIDES = {
    "device": "EARSHOT_DEVICE",
    "compute_type": "EARSHOT_COMPUTE_TYPE",
    "batch_workers": "EARSHOT_LANES",
    "threads": "EARSHOT_THREADS",
    "prepare_threads": "EARSHOT_PREPARING",
    "batch": "EARSHOT_BATCH",
    "cpu_isa": "CT2_FORCE_CPU_ISA",
    "reuse_heap": "EARSHOT_HEAP",
}


@dataclass(frozen=True)
class Machine:
    """What we run on, as far as it matters."""

    cores: int  # that this process may use
    memory: int  # bytes that this process may use
    vendor: str  # of the CPU: "GenuineIntel", "AuthenticAMD", …
    flags: frozenset[str]  # of the CPU
    gpus: int
    glibc: bool

    @classmethod
    def detect(cls) -> Machine:
        """Reads /proc and the cgroup; what it cannot find out, it takes for absent."""
        cpu = _text("/proc/cpuinfo").split("\n\n")[0]
        fields = {k.strip(): v.strip() for k, _, v in (line.partition(":") for line in cpu.splitlines())}
        quota, _, period = _text("/sys/fs/cgroup/cpu.max").partition(" ")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if quota.isdigit() and period.strip().isdigit():
            cores = min(cores, max(1, int(quota) // int(period)))
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit = _text("/sys/fs/cgroup/memory.max").strip()
        return cls(
            cores=cores,
            memory=min(memory, int(limit)) if limit.isdigit() else memory,
            vendor=fields.get("vendor_id", ""),
            flags=frozenset(fields.get("flags", "").split()),
            gpus=len(list(Path("/dev").glob("nvidia[0-9]*"))),
            glibc="CS_GNU_LIBC_VERSION" in os.confstr_names,
        )


@dataclass(frozen=True)
class EngineSettings:
    """How the engine uses the machine."""

    device: str  # "cpu" | "cuda"
    compute_type: str  # ctranslate2's name
    batch_workers: int  # batches that run at the same time
    threads: int  # of one lane
    prepare_threads: int  # threads that prepare bulk shards; interactive ones have one more of their own
    batch: int  # windows in one batch, at most
    max_window_seconds: float  # seconds of a window
    max_prepared_seconds: float  # seconds of speech that may be prepared and waiting, at most
    cpu_isa: str | None  # ctranslate2's vector instructions; None: its own choice
    reuse_heap: bool  # keep large buffers on one heap


def choose_settings(machine: Machine) -> EngineSettings:
    """One lane a core with one thread each: 1.7 times the words of one lane with all threads (measured)."""
    max_prepared_seconds = min(3600.0, machine.memory * 0.05 / 100_000)  # 100 kB a second: samples and features
    if machine.gpus:
        # A thread prepares 550 s of speech a second, two 890 (measured on two cores): few for a large GPU.
        prepare_threads = min(8, max(2, machine.cores // 2))
        return EngineSettings(
            "cuda", "float16", 1, 1, prepare_threads, 32, 28.0, max_prepared_seconds, None, machine.glibc
        )
    cpu_isa = "AVX512" if {"avx512f", "avx512bw", "avx512vl"} <= machine.flags else None
    # From three windows on an Intel takes as long for each, and whoever is interactive waits for one batch. A
    # prototype on an AMD still gained from 8 to 16.
    batch = 4 if machine.vendor == "GenuineIntel" else 8
    return EngineSettings("cpu", "int8", machine.cores, 1, 2, batch, 15.0, max_prepared_seconds, cpu_isa, machine.glibc)


def resolve_settings(environment: Mapping[str, str] = os.environ, machine: Machine | None = None) -> EngineSettings:
    """What `choose_settings` says, with overrides heeded; raises `ValueError` for an override that is none."""
    machine = machine or Machine.detect()
    if device := environment.get(_OVERRIDES["device"]):
        if device not in ("cpu", "cuda"):
            raise ValueError(f"{_OVERRIDES['device']} is {device!r}; it must be cpu or cuda.")
        machine = replace(machine, gpus=int(device == "cuda"))  # all other settings follow it
    return _override(choose_settings(machine), environment)


def configure_process(environment: Mapping[str, str] = os.environ, machine: Machine | None = None) -> EngineSettings:
    """Choose, and apply what only the process can: the ISA and the allocator."""
    settings = resolve_settings(environment, machine)
    if settings.cpu_isa:
        os.environ["CT2_FORCE_CPU_ISA"] = settings.cpu_isa  # ctranslate2 reads it when it loads
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.threads))
    if settings.reuse_heap:
        libc = ctypes.CDLL(None)
        for parameter, value in _MALLOPT.items():
            libc.mallopt(parameter, value)
    return settings


def _override(settings: EngineSettings, environment: Mapping[str, str]) -> EngineSettings:
    for name, variable in _OVERRIDES.items():
        value = environment.get(variable)
        if not value:
            continue
        kind = type(asdict(settings)[name])
        if kind is int and not (value.isdecimal() and int(value)):
            raise ValueError(f"{variable} is {value!r}; it must be 1 or more.")
        if kind is bool and value not in ("0", "1"):
            raise ValueError(f"{variable} is {value!r}; it must be 0 or 1.")
        value = kind(int(value)) if kind in (int, bool) else value
        settings = replace(settings, **{name: value})  # type: ignore[arg-type]
    return settings


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
