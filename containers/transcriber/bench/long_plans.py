"""Time and memory of a plan for a recording of ten hours, by container: `python -m bench.long_plans [--hours 10]`.

Encodes a minute of noise with pauses, writes its packets again and again until the file is long enough, and plans each
file in a process of its own, as a worker does: from its local disk, where it has downloaded the file to. Beside the
plan stand the CPU seconds of its pass over the packets, which goes on while a second thread looks at the cuts, and what
PyAV alone needs to read the packets: a plan cannot take less.

With `--bucket` (and `AWS_ENDPOINT_URL`, credentials and a region for boto3) each file is in S3 first, and the process
fetches it as a worker does. Then two columns more say what that takes, and what reading the same ranges and forgetting
them takes, as CPU seconds and as seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import boto3
import numpy as np

from bench.recordings.encoded_audio import Encoding, write_audio

SECONDS = 60  # of the sound that is repeated
_FRAGMENTED = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "5000000"}
# By the file's name.
FORMATS = {
    "wav": Encoding("pcm_s16le", 16_000),
    "cbr.mp3": Encoding("libmp3lame", 44_100, encoder={"b": "64000"}),
    "vbr.mp3": Encoding("libmp3lame", 44_100, muxer={"write_xing": "0"}, encoder={"q": "5"}),
    "aac": Encoding("aac", 44_100, encoder={"b": "64000"}),
    "ts": Encoding("aac", 44_100, encoder={"b": "64000"}),
    "m4a": Encoding("aac", 44_100, encoder={"b": "64000"}),
    "flac": Encoding("flac", 16_000),
    "ogg": Encoding("libopus", 48_000, encoder={"b": "32000"}),
    "webm": Encoding("libopus", 48_000, muxer={"live": "1"}, encoder={"b": "32000"}),  # without cues
    "cues.webm": Encoding("libopus", 48_000, encoder={"b": "32000"}),
    "front.m4a": Encoding("aac", 44_100, muxer={"movflags": "faststart"}, encoder={"b": "64000"}),  # index first
    "fragmented.mp4": Encoding("aac", 44_100, muxer=_FRAGMENTED, encoder={"b": "64000"}),
    "avi": Encoding("libmp3lame", 44_100, encoder={"b": "64000"}),
    "amr": Encoding("libopencore_amrnb", 8000),
    "rf64.wav": Encoding("pcm_s16le", 16_000, muxer={"rf64": "always"}),
    "w64": Encoding("pcm_s16le", 16_000),
    "caf": Encoding("pcm_s16le", 16_000),
}
CHAIN = "chain.ogg"  # a recording of each minute, one after another
_READ_BYTES = 2**20
_PLAN = """
import json, sys, time
from pathlib import Path
import av
from earshot_contract.documents.shards import PlanRequest
from transcriber.planning.shard_plan import find_cuts
def most():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024
find_cuts(Path(sys.argv[1]), PlanRequest(20.0, 3))  # a minute: loads the libraries and the voice activity detection
before, began, cpu, thread = most(), time.perf_counter(), time.process_time(), time.thread_time()
found = find_cuts(Path(sys.argv[2]), PlanRequest(float(sys.argv[3]), 300))
answer = {
    "wall": time.perf_counter() - began, "cpu": time.process_time() - cpu, "pass": time.thread_time() - thread,
    "before": before, "most": most(),
    "seconds": found.seconds, "packets": found.packets, "cuts": len(found.cuts), "reason": found.reason,
}
cpu = time.process_time()
with av.open(sys.argv[2]) as file:
    for _ in file.demux(audio=0):
        pass
print(json.dumps(answer | {"bare": time.process_time() - cpu}))
"""


def minute(target: Path, name: str) -> Path:
    """Write a minute of noise with pauses, in one of `FORMATS`."""
    rate = FORMATS[name].rate
    times = np.arange(SECONDS * rate) / rate
    noise = np.random.default_rng(0).normal(0, 3000, len(times)) * (times % 5 < 4)
    path = target / f"minute.{name}"
    write_audio(path, noise.astype(np.int16), rate, FORMATS[name])
    return path


def repeated(source: Path, name: str, hours: float) -> Path:
    """Write the packets of a file again and again, their clock going on."""
    target, times = source.with_name(f"long.{name}"), round(hours * 3600 / SECONDS)
    if name in (CHAIN, "aac", "vbr.mp3"):  # without a header that says a length: their bytes can be repeated
        with target.open("wb") as out:
            for _ in range(times):
                out.write(source.read_bytes())
        return target
    with av.open(str(source)) as old, av.open(str(target), "w", options=FORMATS[name].muxer) as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        packets = [(bytes(p), p.pts or 0, p.duration, p.time_base) for p in old.demux(audio=0) if p.size and p.duration]
        step = sum(duration for _, _, duration, _ in packets)
        first = packets[0][1]
        for number in range(times):
            for body, pts, duration, unit in packets:
                packet = av.Packet(body)
                packet.stream, packet.time_base, packet.duration = stream, unit, duration
                packet.pts = packet.dts = pts - first + number * step
                new.mux(packet)
    return target


def fetched(path: Path, bucket: str) -> tuple[Path, str]:
    """Move a file to a bucket and fetch it again; return the file, and cells of the table."""
    s3, key = boto3.client("s3"), f"uploads/long-plans/{path.name}"
    s3.upload_file(str(path), bucket, key)
    path.unlink()
    command = [sys.executable, "-m", "bench.fetched_audio", bucket, key, str(path.parent)]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    s3.delete_object(Bucket=bucket, Key=key)
    cells = (f"{cpu:.1f} in {seconds:.1f} s" for cpu, seconds in (answer["fetching"], answer["reading"]))
    return Path(answer["path"]), " | ".join(cells)


def measured(folder: Path, hours: float, names: Sequence[str], bucket: str | None = None) -> Iterator[str]:
    """Yield a line of the table for each container."""
    for name in names:
        source = minute(folder, "ogg" if name == CHAIN else name)
        path = repeated(source, name, hours)
        shard = hours * 3600 / 20
        began = time.perf_counter()
        with path.open("rb", buffering=0) as file:
            while file.read(_READ_BYTES):
                pass
        reading = time.perf_counter() - began
        path, fetching = fetched(path, bucket) if bucket else (path, "")
        command = [sys.executable, "-c", _PLAN, str(source), str(path), str(shard)]
        answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        size, more = path.stat().st_size / 2**20, answer["most"] - answer["before"]
        path.unlink()
        yield (
            f"| {name} | {size:.0f} | {answer['seconds'] / 3600:.2f} | {answer['packets']:,} | {answer['cuts'] + 1} "
            f"| {answer['wall']:.1f} | {answer['cpu']:.1f} | {answer['pass']:.1f} | {answer['bare']:.1f} "
            f"| {answer['most']:.0f} (+{more:.0f}) | {reading:.1f} |"
            + (f" {fetching} |" if fetching else "")
            + (f" {answer['reason']}" if answer["reason"] else "")
        )


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="bench.long_plans", description="Plans of long recordings, by container.")
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--formats", default=",".join([*FORMATS, CHAIN]), help="by commas")
    parser.add_argument("--bucket", help="of S3, to fetch each file from; default: the file is on the local disk")
    options = parser.parse_args(arguments)
    columns = ["container", "MiB", "hours", "packets", "shards", "s", "CPU s", "its pass", "PyAV's"]
    columns += ["most MiB (more)", "s to read"]
    columns += ["CPU s to fetch", "to read alone"] if options.bucket else []
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for line in measured(Path(folder), options.hours, options.formats.split(","), options.bucket):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
