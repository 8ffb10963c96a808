"""GET /v1/models and /v1/models/{model}: models of this deployment, for Deepgram's clients and OpenAI's at once."""

from __future__ import annotations

from typing import Any

from functions.aws.model_bucket import RETRY_CACHE_SECONDS, available_models
from functions.errors import api_error
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.settings import settings
from functions.speech_models.names import Model, accepted_names, find, missing, model_info, model_uuid


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


def show_model(request: Request) -> Response:
    """Return the model that a request with this name gets: OpenAI's members and Deepgram's, which share no name.

    Deepgram's clients send the model's UUID, OpenAI's a name. Each name that a request may have is answered, also a
    vendor's: `id` is the name that was sent, `name` the model that it means.

    Raises:
        ApiError: 404. The deployment does not have the model; the message lists those it has.
    """
    requested = request.parameters["model"].strip()
    found = available_models(RETRY_CACHE_SECONDS)
    by_uuid = {model_uuid(model.sha256): model for model in found}
    model = by_uuid.get(requested.lower()) or find(requested, found)
    if model is None:
        raise api_error("MODEL_NOT_FOUND", missing(requested, found), 404)  # `model_not_found` at OpenAI
    return json_response(_openai_model(requested) | _deepgram_model(model, settings().default_model))


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
