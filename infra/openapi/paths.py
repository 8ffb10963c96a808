"""Operations of the OpenAPI description: parameters, bodies, answers and errors of each route."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from earshot_contract.job_state import JobState
from earshot_contract.keys import SHORT_ID_CHARACTERS
from functions.handlers.api.job_routes import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from functions.handlers.api.openai_form import OWN_FIELDS
from functions.handlers.api.router import ROUTES
from functions.jobs.job import MAX_AUDIO_BYTES
from functions.options.registry import OPTIONS
from functions.options.specification import OptionSpec, OptionType, Support
from functions.rendering.formats import LISTEN_FORMATS, OPENAI_FORMATS
from functions.rendering.openai_response_format import GRANULARITIES
from infra.openapi.schemas import TEXT, Schema, array_of, named

_BINARY: Schema = {"type": "string", "format": "binary"}
_LIMITS = {
    OptionType.INTEGER: ("minimum", "maximum"),
    OptionType.NUMBER: ("minimum", "maximum"),
    OptionType.ARRAY: ("minItems", "maxItems"),
    OptionType.STRING: ("minLength", "maxLength"),
}
_SUPPORT = {
    Support.IMPLEMENTED: "",
    Support.IGNORED: "**Ignored**, with an entry in `metadata.warnings`: ",
    Support.REJECTED: "**Rejected** with 400: ",
}
_ERRORS = {
    400: "The request is not accepted; the message says why.",
    401: "No key, or one this deployment does not know (any more).",
    403: "The key's scope does not allow it.",
    404: "There is no such thing.",
    410: "The request was cancelled, or its audio is gone.",
    412: "Somebody else has changed it; read it again.",
    413: "Too large for a request. `POST /v1/uploads` gives a URL for larger audio.",
    428: "The header `If-Match` is missing.",
    429: "Too many requests; `Retry-After` says when to come back.",
    500: "An internal error.",
    503: "Too busy; `Retry-After` says when to come back.",
}


def paths() -> dict[str, Schema]:
    """Return the `paths` of the description: every route of the API with its operation."""
    found: dict[str, Schema] = {}
    for (method, path), route in ROUTES.items():
        operation = _OPERATIONS[route.operation]() | {"operationId": route.operation}
        found.setdefault(path, {})[method.lower()] = operation | ({"security": []} if route.public else {})
    return found


def _listen() -> Schema:
    return {
        "summary": "Transcribe audio",
        "description": "The body is JSON with a `url` if, and only if, its Content-Type is `application/json`; "
        "under any other, or none, it is the audio itself, and its bytes decide the codec. Waits for the "
        "transcript; when that takes longer than a request may, redirects to a URL that waits on. The same request "
        "sent again while it runs, or soon after, is the same job.",
        "parameters": [_parameter(spec) for spec in OPTIONS.values()],
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
            "202": _json("The request's id, with the header `Prefer: respond-async`.", "Accepted"),
            "303": _REDIRECT,
            **_errors("Error", 400, 401, 403, 404, 410, 413, 429, 500, 503),
        },
    }


_OPENAI_DOCUMENTS = ("Transcription", "VerboseTranscription", "DiarizedTranscription")


def _audio(task: str) -> Schema:
    fields: dict[str, Schema] = {
        "file": _BINARY,
        "model": {**TEXT, "description": "`whisper-1` is the deployment's default; GET /models lists the others."},
        "prompt": {**TEXT, "description": "Text that precedes the audio, in Whisper's sense."},
        "response_format": {"enum": list(OPENAI_FORMATS), "default": "json"},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1, "default": 0},
        "stream": {"type": "boolean", "description": "Server-sent events; for `json` and `text`."},
        "language": {**TEXT, "description": "Language of the speech; detected when left out."},
        "name": {**TEXT, "description": "Earshot's own: the file's name, if not that of the part `file`."},
        GRANULARITIES: {
            **array_of({"enum": ["word", "segment"]}),
            "description": "`word` needs `response_format=verbose_json`.",
        },
        **{name: {**TEXT, "description": OPTIONS[name].summary} for name in OWN_FIELDS},
    }
    return {
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
                "description": "In the requested format.",
                "content": {
                    "application/json": {"schema": {"oneOf": [named(name) for name in _OPENAI_DOCUMENTS]}},
                    "text/plain": {"schema": TEXT},
                    "text/event-stream": {"schema": TEXT},
                },
            },
            "303": _REDIRECT,
            **_errors("OpenAIError", 400, 401, 403, 404, 410, 413, 429, 500, 503),
        },
    }


def _requests() -> Schema:
    return {
        "summary": "List requests, newest first",
        "parameters": [
            _query("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE}),
            _query("next", TEXT, "The token of the page before. A filtered page may be short and have a next one."),
            _query("state", {"enum": [str(state) for state in JobState]}, "May be repeated."),
            _query("name", TEXT, "Part of the name, whatever the case; with `*` or `?` the whole name."),
            _query("tag", TEXT, "May be repeated: jobs that have all of these tags."),
            _query("since", TEXT, "Date or time in ISO 8601, UTC unless it names its zone; included itself."),
            _query("until", TEXT, "The same, for the latest."),
        ],
        "description": "Those of the caller's key; all, for a key of the scope `admin`; none without a key.",
        "responses": {"200": _json("A page.", "Jobs"), **_errors("Error", 400, 401, 429, 500)},
    }


def _request() -> Schema:
    return {
        "summary": "Show one request",
        "parameters": [_ID],
        "responses": {"200": _json("As it is now.", "Job"), **_errors("Error", 401, 404, 429, 500)},
    }


def _delete() -> Schema:
    return {
        "summary": "Cancel a request that runs, or delete one that has ended",
        "parameters": [_ID],
        "responses": {
            "200": _json("Cancelled, or deleted with its transcripts.", "Job", "Deleted"),
            **_errors("Error", 401, 403, 404, 429, 500),
        },
    }


def _retry() -> Schema:
    return {
        "summary": "Run a failed or cancelled request again",
        "description": "Its id, options and audio stay the same; `history` keeps what was before.",
        "parameters": [_ID],
        "responses": {"200": _json("Queued again.", "Job"), **_errors("Error", 400, 401, 403, 404, 410, 429, 500, 503)},
    }


def _result() -> Schema:
    return {
        "summary": "Get the transcript of a request",
        "description": "With `response_format` and its companions the answer is that of `/audio/transcriptions`.",
        "parameters": [
            _ID,
            _query("format", {"enum": list(LISTEN_FORMATS), "default": "json"}),
            _query("wait", {"type": "number", "minimum": 0}, "Seconds to wait for it; a redirect when it is not done."),
            _query("response_format", {"enum": list(OPENAI_FORMATS)}),
            _query(
                "edited", {"type": "boolean", "default": True}, "`false`: without the corrections of `PUT …/edits`."
            ),
        ],
        "responses": {
            "200": {
                "description": "The transcript.",
                "content": {
                    "application/json": {
                        "schema": {
                            "anyOf": [
                                named("ListenAnswer"),
                                *map(named, _OPENAI_DOCUMENTS),
                            ]
                        }
                    },
                    **{kind: {"schema": TEXT} for kind in ("application/x-subrip", "text/vtt", "text/plain")},
                    "text/event-stream": {"schema": TEXT},
                },
            },
            "303": _REDIRECT,
            **_errors("Error OpenAIError", 400, 401, 404, 410, 413, 429, 500, 503),
        },
    }


def _result_by_post() -> Schema:
    return _result() | {
        "summary": "The same, for clients that repeat their POST when they are redirected",
        "description": "`curl -L --request POST` is one.",
    }


def _uploads() -> Schema:
    return {
        "summary": "Get a URL for audio that does not fit in a request",
        "description": "PUT the file to `put`, then `POST /v1/listen` with `url`. With `size` in the body the file "
        "goes up in parts, each to a URL of its own, and an interrupted upload goes on: send `size`, `url` and "
        "`upload` again for the parts that are missing, until there are none.",
        "requestBody": {
            "required": False,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "size": {
                                "type": "integer",
                                "minimum": 1,
                                "maximum": MAX_AUDIO_BYTES,
                                "description": "Bytes of the file. Without it: one URL for the whole file.",
                            },
                            "url": {**TEXT, "description": "Of the answer before."},
                            "upload": {**TEXT, "description": "Of the answer before."},
                        },
                    }
                }
            },
        },
        "responses": {
            "200": _json("The URLs.", "Upload", "UploadInParts"),
            **_errors("Error", 400, 401, 403, 410, 413, 429, 500),
        },
    }


def _job_audio() -> Schema:
    return {
        "summary": "Get the audio of a request, to play it",
        "description": "Redirects to a presigned URL of S3, which serves ranges; with `redirect=false` the answer "
        "names it. Audio of requests is kept for some days, and that of the bucket as long as the bucket keeps it.",
        "parameters": [
            _ID,
            _query("redirect", {"type": "boolean", "default": True}, "`false`: answer 200 with the URL."),
        ],
        "responses": {
            "200": _json("The URL.", "Audio"),
            "303": {
                "description": "GET `Location`.",
                "headers": {"Location": {"schema": TEXT}},
                "content": {"application/json": {"schema": named("Redirect")}},
            },
            **_errors("Error", 400, 401, 404, 410, 429, 500),
        },
    }


def _edits() -> Schema:
    return {
        "summary": "Get the corrections of a transcript",
        "description": "Changed words and names of speakers. They lie over what the model wrote, in every format.",
        "parameters": [_ID],
        "responses": {
            "200": {**_json("With their version in `ETag`.", "Edits"), "headers": {"ETag": {"schema": TEXT}}},
            "303": _REDIRECT,
            **_errors("Error", 400, 401, 404, 410, 429, 500),
        },
    }


def _put_edits() -> Schema:
    return {
        "summary": "Replace the corrections of a transcript",
        "description": "All of them at once. Words that were there keep their times; changed ones share the time of "
        "those that they replace. An empty document takes all corrections away.",
        "parameters": [
            _ID,
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "schema": TEXT,
                "description": "The `ETag` that the corrections are based on.",
            },
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": named("NewEdits")}}},
        "responses": {
            "200": {**_json("With their new version in `ETag`.", "Edits"), "headers": {"ETag": {"schema": TEXT}}},
            "303": _REDIRECT,
            **_errors("Error", 400, 401, 403, 404, 410, 412, 428, 429, 500),
        },
    }


def _models() -> Schema:
    return {
        "summary": "The models of this deployment",
        "responses": {
            "200": _json("For Deepgram's clients and OpenAI's.", "Models"),
            **_errors("Error", 429, 500),
        },
    }


def _openapi() -> Schema:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "summary": "This description",
        "responses": {"200": {"description": "OpenAPI 3.1.", "content": content}},
    }


def _docs() -> Schema:
    return {
        "summary": "This description as a page",
        "responses": {"200": {"description": "HTML.", "content": {"text/html": {"schema": TEXT}}}},
    }


def _page() -> Schema:
    return {
        "summary": "The web page",
        "description": "Transcribes files in a browser, shows jobs, plays and searches transcripts.",
        "responses": {"200": {"description": "HTML.", "content": {"text/html": {"schema": TEXT}}}},
    }


def _page_file() -> Schema:
    return {
        "summary": "A file of the web page",
        "parameters": [
            {"name": "version", "in": "path", "required": True, "schema": TEXT, "description": "Of the page."},
            {"name": "file", "in": "path", "required": True, "schema": TEXT, "description": "Its name."},
        ],
        "responses": {
            "200": {
                "description": "A script, a style sheet or the icon.",
                "content": {kind: {"schema": TEXT} for kind in ("text/javascript", "text/css", "image/svg+xml")},
            },
            **_errors("Error", 404, 429, 500),
        },
    }


def _favicon() -> Schema:
    return {
        "summary": "The icon of the web page",
        "responses": {"200": {"description": "SVG.", "content": {"image/svg+xml": {"schema": TEXT}}}},
    }


_ID: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": TEXT,
    "description": f"With a key its beginning does, {SHORT_ID_CHARACTERS} characters or more, where only one of the "
    "caller's requests begins so.",
}
_REDIRECT: Schema = {
    "description": "Not completed yet: GET `Location`, which waits on. Clients that follow redirects just wait longer.",
    "headers": {"Location": {"schema": TEXT}},
    "content": {"application/json": {"schema": named("Redirect")}},
}


def _parameter(spec: OptionSpec) -> Schema:
    schema: Schema = {"type": str(spec.type)}
    if spec.type is OptionType.ARRAY:
        schema["items"] = TEXT
    if spec.choices:
        schema["enum"] = list(spec.choices)
    for name, limit in zip(_LIMITS.get(spec.type, ()), (spec.minimum, spec.maximum), strict=False):
        if limit is not None:
            schema[name] = int(limit) if float(limit).is_integer() else limit
    parameter = _query(spec.name, schema, _SUPPORT[spec.support] + spec.summary)
    repeated = {"style": "form", "explode": True} if spec.type is OptionType.ARRAY else {}
    return parameter | repeated | {"x-support": str(spec.support)}


def _query(name: str, schema: Schema, description: str = "") -> Schema:
    return {"name": name, "in": "query", "schema": schema} | ({"description": description} if description else {})


def _json(description: str, *schemas: str) -> Schema:
    schema = named(schemas[0]) if len(schemas) == 1 else {"anyOf": [named(name) for name in schemas]}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors(schemas: str, *statuses: int) -> dict[str, Schema]:
    return {str(status): _json(_ERRORS[status], *schemas.split()) for status in statuses}


_OPERATIONS: dict[str, Callable[[], Schema]] = {
    "listen": _listen,
    "requests": _requests,
    "request": _request,
    "delete_request": _delete,
    "retry": _retry,
    "result": _result,
    "result_again": _result_by_post,
    "audio": _job_audio,
    "edits": _edits,
    "put_edits": _put_edits,
    "upload": _uploads,
    "transcribe": partial(_audio, "transcribe"),
    "translate": partial(_audio, "translate"),
    "models": _models,
    "openapi": _openapi,
    "docs": _docs,
    "page": _page,
    "page_file": _page_file,
    "favicon": _favicon,
}
