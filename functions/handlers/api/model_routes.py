"""GET /v1/models: what this deployment holds, for Deepgram's clients and OpenAI's in one document."""

from __future__ import annotations

from typing import Any

from functions.aws.model_bucket import RETRY_CACHE_SECONDS, available_models
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply, json_reply
from functions.settings import settings
from functions.speech_models.names import Model, accepted_names, model_info, model_uuid


def models(_: Request) -> Reply:
    found = available_models(RETRY_CACHE_SECONDS)
    default = settings().default_model
    return json_reply(
        {
            "stt": [_deepgrams(model, default) for model in found],
            "tts": [],
            "object": "list",
            "data": [_openais(name) for name in ("whisper-1", *accepted_names(found))],
        }
    )


def _deepgrams(model: Model, default: str) -> dict[str, Any]:
    info = model_info(model.name, model.sha256)
    return {
        "name": f"whisper-{model.name}",
        "canonical_name": info["name"],
        "architecture": info["arch"],
        "languages": model.languages,
        "version": info["version"],
        "uuid": model_uuid(model.sha256),
        "batch": True,
        "streaming": False,
        "formatted_output": True,
        "default": model.name == default,
    }


def _openais(name: str) -> dict[str, Any]:
    # OpenAI's type has a time of creation, which nobody knows of a manifest.
    return {"id": name, "object": "model", "created": 0, "owned_by": "openai"}
