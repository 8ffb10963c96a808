"""JSON Schemas of the documents, generated from their classes.

`python -m earshot_contract.schemas` writes them into `events/schemas/`; a test compares the files with `generated()`.
The schemas of events that AWS writes (S3, SQS, API Gateway, the scheduler) are kept by hand in the same folder.
"""

from __future__ import annotations

import json
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from earshot_contract.document import Document
from earshot_contract.documents import audio_copies, job_events, job_inputs, manifest, shard_results, shards

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parents[1] / "schemas"

DOCUMENTS: dict[str, type[Document]] = {
    "audio-copy-message": audio_copies.AudioCopyMessage,
    "manifest": manifest.Manifest,
    "request-input": job_inputs.RequestInput,
    "scale-incoming": job_inputs.ScaleInput,
    "settle": job_inputs.SettleInput,
    "shard-message": shards.ShardMessage,
    "shard-plan": shards.ShardPlan,
    "shard-result": shard_results.ShardResult,
    "step-failed": job_inputs.StepFailed,
    "upload-input": job_inputs.UploadInput,
    "worker-input": job_inputs.WorkerInput,
}


def generated() -> dict[str, dict[str, Any]]:
    """Return every generated schema by its name, e.g. "shard-message"."""
    documents = {name: document_schema(kind) for name, kind in DOCUMENTS.items()}
    events = {title.lower().replace(" ", "-"): event_schema(title, kind) for title, kind in job_events.DETAILS.items()}
    return documents | events


def document_schema(kind: type[Document]) -> dict[str, Any]:
    """Return the schema of one document.

    Readers ignore unknown members; the schema describes what this release writes and therefore allows none.
    """
    reference, definitions = _definitions(kind)
    own = definitions.pop(reference)
    return {"$schema": DIALECT, **own} | ({"$defs": definitions} if definitions else {})


def event_schema(title: str, kind: type[Document]) -> dict[str, Any]:
    """Return the schema of an event of the bus: the envelope's fixed members and the detail.

    It allows unknown members: subscribers validate with the copy that they have, and optional ones may be added.
    """
    reference, definitions = _definitions(kind)
    for definition in definitions.values():
        definition.pop("additionalProperties", None)
    members = {"source": {"const": job_events.SOURCE}, "detail-type": {"const": title}}
    return {
        "$schema": DIALECT,
        "title": title,
        "description": f"{definitions[reference]['description']} EventBridge adds the envelope's other members.",
        "type": "object",
        "properties": {**members, "detail": {"$ref": f"#/$defs/{reference}"}},
        "required": [*members, "detail"],
        "additionalProperties": True,
        "$defs": definitions,
    }


def _definitions(kind: type[Document]) -> tuple[str, dict[str, Any]]:
    """Return the name of the class's definition, and all definitions it needs, closed to unknown members."""
    _, definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if "properties" in definition:
            definition["additionalProperties"] = False
        if "description" in definition:  # Python 3.13 strips a docstring's indentation, earlier ones keep it
            definition["description"] = cleandoc(definition["description"])
    return kind.__name__, dict(definitions)


def main(folder: Path = FOLDER) -> None:
    """Write the generated schemas into `folder`."""
    for name, schema in generated().items():
        (folder / f"{name}.schema.json").write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
