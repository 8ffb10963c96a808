"""`isa_process.py MODEL COMPUTE_TYPE FILE…`: transcribes in a process of its own, for the ISA is chosen once.

Prints a JSON object: the text of each file, its language, and how many windows were retried.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path


def main(model: str, compute_type: str, *files: str) -> None:
    from earshot_contract.documents.engine_profile import EngineProfile
    from earshot_contract.documents.s3_object import S3Object
    from earshot_contract.documents.shards import Shard
    from transcriber.hardware import configure_process

    # The profile with short encoder windows.
    settings = replace(configure_process(), batch_workers=1, compute_type=compute_type, profile=EngineProfile.FAST)
    from transcriber.engine_protocol import Model
    from transcriber.whisper.engine import BatchingEngine

    engine = BatchingEngine(Model("base", Path(model), ""), settings)
    here = S3Object("", "")
    futures = [engine.submit(Shard("j", 0, 1, here, here, "base", word_timestamps=False), Path(file)) for file in files]
    results = [future.result() for future in futures]
    report = {
        "texts": [" ".join(segment.text for segment in result.segments) for result in results],
        "languages": [result.language for result in results],
        "compute_type": engine.model_info.compute_type,
        "redone": sum(result.engine.get("redone", 0) for result in results),
    }
    print(json.dumps(report), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
