"""Parts that operations of the OpenAPI description share: parameters, answers by schema, errors by status."""

from __future__ import annotations

from earshot_contract.keys import SHORT_ID_CHARACTERS
from functions.options.specification import OptionSpec, OptionType, Support
from infra.openapi.schemas.schema_types import TEXT, Schema, named

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
    409: "Nothing is there yet; a request that is sent again later may find it.",
    410: "The request was cancelled, or its audio is gone.",
    412: "Somebody else has changed it; read it again.",
    413: "Too large for a request. `POST /v1/uploads` gives a URL for larger audio.",
    428: "The header `If-Match` is missing.",
    429: "Too many requests, or too many unfinished jobs of this key; `Retry-After` says when to come back.",
    500: "An internal error.",
    503: "Too busy; `Retry-After` says when to come back.",
}

ID: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": TEXT,
    "description": f"With a key its beginning does, {SHORT_ID_CHARACTERS} characters or more, where only one of the "
    "caller's requests begins so.",
}
REDIRECT: Schema = {
    "description": "Not completed yet: GET `Location`, which waits on. Clients that follow redirects just wait longer.",
    "headers": {"Location": {"schema": TEXT}},
    "content": {"application/json": {"schema": named("Redirect")}},
}


def option_parameter(spec: OptionSpec) -> Schema:
    """Return the parameter of a request option, with its support."""
    schema: Schema = {"type": str(spec.type)}
    if spec.type is OptionType.ARRAY:
        schema["items"] = TEXT
    if spec.choices:
        schema["enum"] = list(spec.choices)
    for name, limit in zip(_LIMITS.get(spec.type, ()), (spec.minimum, spec.maximum), strict=False):
        if limit is not None:
            schema[name] = int(limit) if float(limit).is_integer() else limit
    parameter = query_parameter(spec.name, schema, _SUPPORT[spec.support] + spec.summary)
    repeated = {"style": "form", "explode": True} if spec.type is OptionType.ARRAY else {}
    return parameter | repeated | {"x-support": str(spec.support)}


def query_parameter(name: str, schema: Schema, description: str = "") -> Schema:
    """Return a parameter of the query string."""
    return {"name": name, "in": "query", "schema": schema} | ({"description": description} if description else {})


def json_answer(description: str, *schemas: str) -> Schema:
    """Return an answer in JSON: of one of the named schemas."""
    schema = named(schemas[0]) if len(schemas) == 1 else {"anyOf": [named(name) for name in schemas]}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def error_answers(schemas: str, *statuses: int) -> dict[str, Schema]:
    """Return the answers of error statuses.

    Args:
        schemas: names of the schemas that an error may have, separated by spaces.
        statuses: HTTP statuses, each in _ERRORS.
    """
    return {str(status): json_answer(_ERRORS[status], *schemas.split()) for status in statuses}
