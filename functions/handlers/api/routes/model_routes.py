"""GET /v1/models: models of this deployment, for Deepgram's clients and OpenAI's in one document."""

from __future__ import annotations

from typing import Any

from functions.aws.model_bucket import RETRY_CACHE_SECONDS, available_models
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.settings import settings
from functions.speech_models.names import Model, accepted_names, model_info, model_uuid


def models(_: Request) -> Response:
    """Return all available models."""
    found = available_models(RETRY_CACHE_SECONDS)
    default = settings().default_model
    return json_response(
        {
            "stt": [_deepgram_model(model, default) for model in found],
            "tts": [],
            "object": "list",
            "data": [_openai_model(name) for name in ("whisper-1", *accepted_names(found))],
        }
    )


def _deepgram_model(model: Model, default: str) -> dict[str, Any]:
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


def _openai_model(name: str) -> dict[str, Any]:
    # `created` is required by OpenAI's type; manifests do not record it, so it is 0.
    return {"id": name, "object": "model", "created": 0, "owned_by": "openai"}
