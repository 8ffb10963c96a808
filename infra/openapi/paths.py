"""The operations of the API's OpenAPI description: what each takes, gives and refuses."""

from __future__ import annotations

from earshot_contract.keys import Result
from functions.handlers.api.job_routes import LONGEST_PAGE, PAGE
from functions.handlers.api.openai_form import TASKS
from functions.options.registry import PARAMETERS, Fate, Kind, Parameter
from functions.rendering.openai import GRANULARITIES, Format
from infra.openapi.schemas import TEXT, UUID, Schema, listed, named

_BINARY: Schema = {"type": "string", "format": "binary"}
_KINDS = {
    Kind.FLAG: "boolean",
    Kind.TEXT: "string",
    Kind.WHOLE: "integer",
    Kind.NUMBER: "number",
    Kind.LIST: "array",
}
_LIMITS = {
    Kind.WHOLE: ("minimum", "maximum"),
    Kind.NUMBER: ("minimum", "maximum"),
    Kind.LIST: ("minItems", "maxItems"),
    Kind.TEXT: ("minLength", "maxLength"),
}
_FATES = {
    Fate.DONE: "",
    Fate.IGNORED: "**Ignored**, with an entry in `metadata.warnings`: ",
    Fate.REFUSED: "**ApiError** with 400: ",
}
_REFUSED = {
    400: "Something in the request cannot be obeyed; the sentence says what.",
    401: "No key, or one this deployment does not know.",
    404: "There is no such thing.",
    410: "The request was cancelled.",
    413: "Too large for a request. `POST /v1/uploads` lends a place for larger audio.",
    429: "Too many requests; `Retry-After` says when to come back.",
    500: "Our fault.",
    503: "Too busy; `Retry-After` says when to come back.",
}


def paths() -> dict[str, Schema]:
    return {
        "/listen": {"post": _listen()},
        "/requests": {"get": _requests()},
        "/requests/{id}": {"get": _request(), "delete": _forget()},
        "/requests/{id}/result": {"get": _result(), "post": _result_again()},
        "/uploads": {"post": _uploads()},
        **{path: {"post": _audio(task)} for path, task in TASKS.items()},
        "/models": {"get": _models()},
        "/openapi.json": {"get": _openapi()},
        "/docs": {"get": _docs()},
    }


def _listen() -> Schema:
    return {
        "operationId": "listen",
        "summary": "Transcribe audio",
        "description": "The body is JSON with a `url` if, and only if, its Content-Type is `application/json`; "
        "under any other, or none, it is the audio itself, and its bytes say which codec. Waits for the "
        "transcript; when that takes longer than a request may, redirects to where to wait on. The same request "
        "sent again while it runs, or soon after, is the same job.",
        "parameters": [_parameter(parameter) for parameter in PARAMETERS.values()],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["url"],
                        "properties": {"url": {**TEXT, "examples": ["https://dpgr.am/spacewalk.wav"]}},
                    }
                },
                "audio/*": {"schema": _BINARY},
                "application/octet-stream": {"schema": _BINARY},
            },
        },
        "responses": {
            "200": _json("The transcript; with `callback`, only the request's id.", "ListenAnswer", "Accepted"),
            "303": _REDIRECT,
            **_refusals("Error", 400, 401, 404, 410, 413, 429, 500, 503),
        },
    }


def _audio(task: str) -> Schema:
    fields: dict[str, Schema] = {
        "file": _BINARY,
        "model": {**TEXT, "description": "`whisper-1` is the deployment's default; GET /models lists the others."},
        "prompt": {**TEXT, "description": "Text that precedes the audio, in Whisper's sense."},
        "response_format": {"enum": [str(form) for form in Format], "default": str(Format.JSON)},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1, "default": 0},
        "stream": {"type": "boolean", "description": "Server-sent events; for `json` and `text`."},
        "language": {**TEXT, "description": "What is spoken; detected when left out."},
        GRANULARITIES: {
            **listed({"enum": ["word", "segment"]}),
            "description": "`word` needs `response_format=verbose_json`.",
        },
    }
    return {
        "operationId": task,
        "summary": "Transcribe audio, as OpenAI does" if task == "transcribe" else "Translate audio into English",
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {"type": "object", "required": ["file", "model"], "properties": fields}
                }
            },
        },
        "responses": {
            "200": {
                "description": "In the format asked for.",
                "content": {
                    "application/json": {"schema": {"oneOf": [named("Transcription"), named("VerboseTranscription")]}},
                    "text/plain": {"schema": TEXT},
                    "text/event-stream": {"schema": TEXT},
                },
            },
            "303": _REDIRECT,
            **_refusals("OpenAIError", 400, 401, 404, 410, 413, 429, 500, 503),
        },
    }


def _requests() -> Schema:
    return {
        "operationId": "requests",
        "summary": "List requests, newest first",
        "parameters": [
            _query("limit", {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": PAGE}),
            _query("next", TEXT, "As the page before gave it."),
        ],
        "responses": {"200": _json("A page.", "Jobs"), **_refusals("Error", 400, 401, 429, 500)},
    }


def _request() -> Schema:
    return {
        "operationId": "request",
        "summary": "Look at one request",
        "parameters": [_ID],
        "responses": {"200": _json("As it is now.", "Job"), **_refusals("Error", 401, 404, 429, 500)},
    }


def _forget() -> Schema:
    return {
        "operationId": "forget",
        "summary": "Cancel a request that runs, or forget one that is over",
        "parameters": [_ID],
        "responses": {
            "200": _json("Cancelled, or gone with its transcripts.", "Job", "Forgotten"),
            **_refusals("Error", 401, 404, 429, 500),
        },
    }


def _result() -> Schema:
    return {
        "operationId": "result",
        "summary": "Get the transcript of a request",
        "description": "With `response_format` and its companions it is given as under `/audio/transcriptions`.",
        "parameters": [
            _ID,
            _query("format", {"enum": [str(form) for form in Result], "default": str(Result.JSON)}),
            _query("wait", {"type": "number", "minimum": 0}, "Seconds to wait for it; a redirect when it is not done."),
            _query("response_format", {"enum": [str(form) for form in Format]}),
        ],
        "responses": {
            "200": {
                "description": "The transcript.",
                "content": {
                    "application/json": {
                        "schema": {
                            "anyOf": [
                                named("ListenAnswer"),
                                named("Transcription"),
                                named("VerboseTranscription"),
                            ]
                        }
                    },
                    **{kind: {"schema": TEXT} for kind in ("application/x-subrip", "text/vtt", "text/plain")},
                    "text/event-stream": {"schema": TEXT},
                },
            },
            "303": _REDIRECT,
            **_refusals("Error OpenAIError", 400, 401, 404, 410, 413, 429, 500, 503),
        },
    }


def _result_again() -> Schema:
    return _result() | {
        "operationId": "result_again",
        "summary": "The same, for clients that repeat their POST when they are redirected",
        "description": "`curl -L --request POST` is one.",
    }


def _uploads() -> Schema:
    return {
        "operationId": "upload",
        "summary": "A place for audio that does not fit in a request",
        "description": "PUT the file to `put`, then `POST /v1/listen` with `url`.",
        "responses": {"200": _json("The place.", "Upload"), **_refusals("Error", 401, 429, 500)},
    }


def _models() -> Schema:
    return {
        "operationId": "models",
        "summary": "The models this deployment holds",
        "security": [],
        "responses": {
            "200": _json("For Deepgram's clients and OpenAI's.", "Models"),
            **_refusals("Error", 429, 500),
        },
    }


def _openapi() -> Schema:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "operationId": "openapi",
        "summary": "This description",
        "security": [],
        "responses": {"200": {"description": "OpenAPI 3.1.", "content": content}},
    }


def _docs() -> Schema:
    return {
        "operationId": "docs",
        "summary": "This description as a page",
        "security": [],
        "responses": {"200": {"description": "HTML.", "content": {"text/html": {"schema": TEXT}}}},
    }


_ID: Schema = {"name": "id", "in": "path", "required": True, "schema": UUID}
_REDIRECT: Schema = {
    "description": "Not done yet: GET `Location`, which waits on. To clients that follow it, it is a wait.",
    "headers": {"Location": {"schema": TEXT}},
    "content": {"application/json": {"schema": named("Redirect")}},
}


def _parameter(parameter: Parameter) -> Schema:
    schema: Schema = {"type": _KINDS[parameter.kind]}
    if parameter.kind is Kind.LIST:
        schema["items"] = TEXT
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    for name, limit in zip(_LIMITS.get(parameter.kind, ()), (parameter.least, parameter.most), strict=False):
        if limit is not None:
            schema[name] = int(limit) if float(limit).is_integer() else limit
    said = _FATES[parameter.fate] + parameter.says
    described = _query(parameter.name, schema, said)
    repeated = {"style": "form", "explode": True} if parameter.kind is Kind.LIST else {}
    return described | repeated | {"x-fate": str(parameter.fate)}


def _query(name: str, schema: Schema, says: str = "") -> Schema:
    return {"name": name, "in": "query", "schema": schema} | ({"description": says} if says else {})


def _json(says: str, *schemas: str) -> Schema:
    one = named(schemas[0]) if len(schemas) == 1 else {"anyOf": [named(schema) for schema in schemas]}
    return {"description": says, "content": {"application/json": {"schema": one}}}


def _refusals(shapes: str, *statuses: int) -> dict[str, Schema]:
    return {str(status): _json(_REFUSED[status], *shapes.split()) for status in statuses}
