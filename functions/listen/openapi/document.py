"""What the API offers, as an OpenAPI 3.1 description made from the code that offers it.

`python -m functions.listen.openapi.document` writes the committed copy beside this file; a test holds both up.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from functions.listen.openapi.paths import paths
from functions.listen.openapi.schemas import SCHEMAS

COPY = Path(__file__).with_name("openapi.json")

_KEYS = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token KEY`, as Deepgram's clients send it.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same key, as OpenAI's clients send it."},
}


def describe() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Earshot",
            "version": "1",
            "summary": "Hosted Whisper in your own AWS account.",
            "description": "Speaks Deepgram's pre-recorded API (`POST /v1/listen`) and OpenAI's audio API "
            "(`POST /v1/audio/…`): their clients work with nothing but another address.",
        },
        "servers": [{"url": "/v1"}],
        "security": [{"token": []}, {"bearer": []}, {}],
        "paths": paths(),
        "components": {"schemas": SCHEMAS, "securitySchemes": _KEYS},
    }


def text() -> str:
    return json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    COPY.write_text(text(), encoding="utf-8")
