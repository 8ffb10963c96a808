"""Field types of the documents: what JSON Schema and the reader know of a value beyond its Python type.

A limit in `extra_json_schema` is documented in the schema and not enforced by the reader: a probability of 1.0000001
is no reason to lose a transcript. A limit given to `Meta` itself is enforced.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Name = Annotated[str, Meta(min_length=1)]
Index = Annotated[int, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]
Hertz = Annotated[int, Meta(ge=1, description="Hz")]
Bytes = Annotated[int, Meta(ge=0, description="Bytes")]
Seconds = Annotated[float, Meta(extra_json_schema={"minimum": 0})]
Probability = Annotated[float, Meta(extra_json_schema={"minimum": 0, "maximum": 1})]
Sha256 = Annotated[str, Meta(extra_json_schema={"pattern": "^[0-9a-f]{64}$"})]
Language = Annotated[str, Meta(description="Whisper's language code", examples=["en", "de"])]
Timestamp = Annotated[
    str,
    Meta(
        description="ISO 8601 in UTC, milliseconds",
        examples=["2026-11-22T12:00:00.123Z"],
        extra_json_schema={"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
    ),
]
