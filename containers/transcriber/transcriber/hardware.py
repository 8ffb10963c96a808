"""Hardware: what machine this is, and the engine settings for it.

Call `configure_process` before ctranslate2 is imported. Each setting in `_OVERRIDES` may be overridden by an
environment variable; containers/transcriber/README.md lists them.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from earshot_contract.documents.engine_profile import EngineProfile

# glibc's mallopt parameters (malloc.h) and their values. ctranslate2 allocates its large buffers at every call; by
# default glibc maps each one, touches it page by page and unmaps it again: a third of the encoder's time. On one heap
# that never shrinks the buffers are reused. GLIBC_TUNABLES has the same effect, but only in a new process.
_MALLOPT = {
    -8: 1,  # M_ARENA_MAX: one heap; each of several heaps would keep its own peak
    -4: 0,  # M_MMAP_MAX: no allocation is mapped on its own
    -1: 2**31 - 1,  # M_TRIM_THRESHOLD: free memory at the heap's end is kept
}
_INT8 = "int8"  # ctranslate2's name of the number format on a CPU
_OVERRIDES = {
    "device": "EARSHOT_DEVICE",
    "compute_type": "EARSHOT_COMPUTE_TYPE",
    "batch_workers": "EARSHOT_LANES",
    "threads": "EARSHOT_THREADS",
    "prepare_threads": "EARSHOT_PREPARING",
    "speaker_threads": "EARSHOT_SPEAKER_THREADS",
    "batch": "EARSHOT_BATCH",
    "profile": "EARSHOT_PROFILE",
    "cpu_isa": "CT2_FORCE_CPU_ISA",
    "reuse_heap": "EARSHOT_HEAP",
}


@dataclass(frozen=True)
class Machine:
    """The properties of this machine that engine settings depend on."""

    cores: int  # that this process may use
    memory: int  # bytes that this process may use
    vendor: str  # of the CPU: "GenuineIntel", "AuthenticAMD", …
    flags: frozenset[str]  # of the CPU
    gpus: int
    glibc: bool

    @classmethod
    def detect(cls) -> Machine:
        """Read /proc, /dev and the cgroup; a property that cannot be read counts as absent."""
        cpu = _read_text("/proc/cpuinfo").split("\n\n")[0]
        fields = {k.strip(): v.strip() for k, _, v in (line.partition(":") for line in cpu.splitlines())}
        quota, _, period = _read_text("/sys/fs/cgroup/cpu.max").partition(" ")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if quota.isdigit() and period.strip().isdigit():
            cores = min(cores, max(1, int(quota) // int(period)))
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit = _read_text("/sys/fs/cgroup/memory.max").strip()
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
    threads: int  # of one batch worker
    prepare_threads: int  # that prepare bulk shards; interactive shards have one more thread of their own
    speaker_threads: int  # that prepare bulk shards and tell their speakers apart; one more for interactive shards
    batch: int  # maximum number of windows in one batch
    profile: EngineProfile  # of shards that name none
    max_prepared_seconds: float  # of speech that may be prepared and waiting for a batch
    cpu_isa: str | None  # ctranslate2's vector instructions; None: its own choice
    reuse_heap: bool  # keep large buffers on one heap

    @property
    def rounds_to_int8(self) -> bool:
        """Whether ctranslate2 would round a model's weights to int8, which the bucket may have already."""
        return self.device == "cpu" and self.compute_type == _INT8


def choose_settings(machine: Machine) -> EngineSettings:
    """Choose engine settings.

    CPU: one batch worker a core with one thread each, 1.7 times the throughput of one worker with all threads
    (measured). GPU: one batch worker with large batches.
    """
    # 100 kB a second of speech (samples and features), in at most 5 % of the memory and at most an hour.
    max_prepared_seconds = min(3600.0, machine.memory * 0.05 / 100_000)
    if machine.gpus:
        return EngineSettings(
            device="cuda",
            compute_type="float16",
            batch_workers=1,
            threads=1,
            # One thread prepares 550 s of speech a second, two 890 (measured on two cores): few suffice for a GPU.
            prepare_threads=min(8, max(2, machine.cores // 2)),
            speaker_threads=max(1, machine.cores - 1),
            batch=32,
            profile=EngineProfile.ACCURATE,
            max_prepared_seconds=max_prepared_seconds,
            cpu_isa=None,
            reuse_heap=machine.glibc,
        )
    return EngineSettings(
        device="cpu",
        compute_type=_INT8,
        batch_workers=machine.cores,
        threads=1,
        prepare_threads=2,
        speaker_threads=max(1, machine.cores // 2),
        # From three windows on, an Intel CPU takes the same time for each window, and an interactive shard waits for
        # the batch that runs. A prototype on an AMD CPU was still faster with 16 windows than with 8.
        batch=4 if machine.vendor == "GenuineIntel" else 8,
        profile=EngineProfile.ACCURATE,
        max_prepared_seconds=max_prepared_seconds,
        cpu_isa="AVX512" if {"avx512f", "avx512bw", "avx512vl"} <= machine.flags else None,
        reuse_heap=machine.glibc,
    )


def for_latency(settings: EngineSettings) -> EngineSettings:
    """Return the settings with the shortest time for a single clip on a CPU: all threads work on one window.

    Their throughput with many windows is lower (see `choose_settings`). Used for callers that come one by one.
    """
    return replace(settings, batch_workers=1, threads=settings.batch_workers * settings.threads)


def resolve_settings(environment: Mapping[str, str] = os.environ, machine: Machine | None = None) -> EngineSettings:
    """Choose engine settings and apply the overrides of `environment`.

    Args:
        environment: environment variables.
        machine: default: this machine.

    Raises:
        ValueError: an override has an invalid value.
    """
    machine = machine or Machine.detect()
    if device := environment.get(_OVERRIDES["device"]):
        if device not in ("cpu", "cuda"):
            raise ValueError(f"{_OVERRIDES['device']} is {device!r}; it must be cpu or cuda.")
        machine = replace(machine, gpus=int(device == "cuda"))  # all other settings follow the device
    return _override(choose_settings(machine), environment)


def configure_process(environment: Mapping[str, str] = os.environ, machine: Machine | None = None) -> EngineSettings:
    """Resolve the engine settings, and apply those that concern the whole process: the ISA and the allocator.

    Must run before ctranslate2 is imported. Arguments and errors are those of `resolve_settings`.
    """
    settings = resolve_settings(environment, machine)
    if settings.cpu_isa:
        os.environ["CT2_FORCE_CPU_ISA"] = settings.cpu_isa  # ctranslate2 reads it when it is imported
    os.environ.setdefault("OMP_NUM_THREADS", str(settings.threads))
    # numpy's products are small. Its other threads would spin while they wait: a quarter of the time of diarization.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if settings.reuse_heap:
        libc = ctypes.CDLL(None)
        for parameter, value in _MALLOPT.items():
            libc.mallopt(parameter, value)
    return settings


def release_free_memory() -> None:
    """Give the heap's free pages back to the system, which `_MALLOPT` keeps; does nothing without glibc.

    For a worker without work: its next batch touches its pages anew, 2 % of the time that one clip takes (measured).
    """
    if "CS_GNU_LIBC_VERSION" in os.confstr_names:
        ctypes.CDLL(None).malloc_trim(0)


def missing_gpu(settings: EngineSettings, count: Callable[[], int] | None = None) -> str:
    """Return why a worker that needs a GPU cannot have one; empty if it needs none or has one.

    A worker must not run on the CPU of an instance that is paid for its GPU.

    Args:
        settings: the engine's.
        count: number of GPUs that CUDA sees; default: ctranslate2's answer.
    """
    if settings.device != "cuda":
        return ""
    if count is None:
        from ctranslate2 import get_cuda_device_count

        count = get_cuda_device_count
    if count():
        return ""
    nodes = " ".join(str(path) for path in sorted(Path("/dev").glob("nvidia*"))) or "no /dev/nvidia*"
    return (
        f"{_OVERRIDES['device']} is cuda, but CUDA sees no GPU ({nodes}): the driver, the container's access to the "
        "device, or the instance type is wrong."
    )


def _override(settings: EngineSettings, environment: Mapping[str, str]) -> EngineSettings:
    for name, variable in _OVERRIDES.items():
        text = environment.get(variable)
        if not text:
            continue
        kind = type(asdict(settings)[name])
        if kind is int and not (text.isdecimal() and int(text)):
            raise ValueError(f"{variable} is {text!r}; it must be 1 or more.")
        if kind is bool and text not in ("0", "1"):
            raise ValueError(f"{variable} is {text!r}; it must be 0 or 1.")
        if name == "profile" and text not in tuple(EngineProfile):
            raise ValueError(f"{variable} is {text!r}; it must be {' or '.join(EngineProfile)}.")
        value: object = kind(int(text)) if kind in (int, bool) else EngineProfile(text) if name == "profile" else text
        settings = replace(settings, **{name: value})  # type: ignore[arg-type]
    return settings


def _read_text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
