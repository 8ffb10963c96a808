"""OpenAI's form: multipart/form-data in, the audio and the options of `/v1/listen` out.

It is parsed by `multipart`, one pure-Python file that is part of the Lambda bundle. The standard library's `email` is
no replacement: it treats a body as lines of text, so that it copies audio line by line and guesses at a lone CR or a
missing last line break, and it has no limits on parts and headers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from functions.file_name import clean_name
from functions.handlers.api.bodies.known_speakers_form import NAMES, REFERENCES
from functions.handlers.api.bodies.listen_body import EXAMPLE, JSON_TYPES
from functions.options.parsers import MAX_PROMPT
from functions.options.query_string import NEVER_IGNORED, option_name, redaction_like, was_requested
from functions.options.registry import IMPLEMENTED, OPTIONS
from functions.options.specification import OptionType
from functions.rendering.formats import DIARIZED_JSON
from functions.rendering.openai_response_format import BadField, values_of

TASKS = {"/audio/transcriptions": "transcribe", "/audio/translations": "translate"}  # by route
MAX_PARTS = 64  # of one form; OpenAI's own has a dozen fields, some repeated
# Headers of parts are read as Latin-1, in which every byte is a letter: no form is refused for the character set of a
# file's name. This spelling is the parser's default, which tells a part without a charset from one that names its own.
_ANY_BYTES = "latin_1"
_REASONS = {  # beginning of the parser's message → error message
    "Unexpected end": "it ends before its last boundary, as a body does that was cut off",
    "Invalid line break": "its lines end in LF alone; they end in CR LF",
    "Missing Content-Disposition": "a part has no header Content-Disposition, which names it",
    "Segment header": "a part's headers cannot be read",
    "Malformed segment header": "a part's headers cannot be read",
}

# Fields that would change the answer: ignoring them would mislead.
_REJECTED = {
    "include": "log probabilities of tokens are not given; the words of /v1/listen have confidences",
}

# Fields that `listen_options` reads one by one, or that decide what the answer looks like.
_OPENAI_FIELDS = (
    *("model", "language", "languages", "prompt", "temperature", "keywords", "name", "include"),
    *("response_format", "timestamp_granularities", "stream", "chunking_strategy", NAMES, REFERENCES),
)
# Earshot's: each other option of `/v1/listen` is a field of the same name.
OWN_FIELDS = tuple(spec.name for spec in IMPLEMENTED if spec.name not in _OPENAI_FIELDS)
_ADDRESSES = ("url", "file_url", "audio_url")  # fields in which other services accept the file's address
_SHOWN = 100  # characters that are kept of a field that is no option
_SPEAKER_FIELDS = ("diarize", "diarize_model", "diarize_version")  # OpenAI's form has other fields for these


class Form(Struct, frozen=True):
    """All values of each field, in their order in the form, the bytes of `file`, its name and its content type."""

    fields: dict[str, list[str]]
    file: bytes
    file_name: str | None = None
    file_type: str = ""

    @property
    def name(self) -> str | None:
        """Name of the job: the field `name`, which is Earshot's own, or that of the file."""
        return clean_name(self.first("name")) or clean_name(self.file_name)

    def with_query(self, query: Mapping[str, Sequence[str]]) -> Form:
        """Return the form with the fields of the request's query string; where both have one, the form's counts.

        Of lists both count: what either asks to redact is redacted.
        """
        fields = dict(self.fields)
        in_form = {option_name(name) for name, values in fields.items() if any(value.strip() for value in values)}
        for name, values in query.items():
            spec = OPTIONS.get(option_name(name))
            is_list = spec is not None and spec.type is OptionType.ARRAY
            if is_list or option_name(name) not in in_form:
                fields[name] = [*fields.get(name, []), *values]
        return replace(self, fields=fields)

    def first(self, name: str) -> str | None:
        """Return the first value that is not blank, or None: clients send `prompt=` for no prompt."""
        return next((value.strip() for value in self.fields.get(name, []) if value.strip()), None)


def parse(body: bytes, content_type: str | None) -> Form:
    """Parse a form; its fields may come in any order and before or after the file.

    Raises:
        BadField: It is not such a form, is incomplete, has a field that is not UTF-8, or has no audio.
    """
    # Only for a form: each module costs milliseconds of a cold start.
    from multipart import MultipartError, MultipartParser, parse_options_header

    kind, parameters = parse_options_header(content_type or "")
    if kind == "multipart/form-data" and not parameters.get("boundary"):
        raise BadField(
            "file", "The header Content-Type names no boundary of the form's parts: leave it to the client to set it."
        )
    if kind != "multipart/form-data":
        raise BadField(
            "file",
            f"Send multipart/form-data with the part 'file', not {kind or 'a body without a type'}.",
        )
    fields: dict[str, list[str]] = {}
    file: bytes | None = None
    file_name: str | None = None
    file_type = ""
    other_name = ""  # of a part that holds a file, where none is called file
    try:
        for part in MultipartParser(BytesIO(body), parameters["boundary"], charset=_ANY_BYTES, part_limit=MAX_PARTS):
            name = _header_text(part.name)
            if name == "file":
                if file is not None:
                    raise BadField("file", "The form has several parts 'file'. Send each file in a request of its own.")
                file, file_name = part.raw, part.filename and _header_text(part.filename)
                file_type = dict(part.headerlist).get("Content-Type", "")
                continue
            if part.filename:
                other_name = name
            if not part.filename or _is_text(part.raw):
                charset = "utf-8" if part.charset == _ANY_BYTES else part.charset
                text = _text(name, part.raw, charset)
                fields.setdefault(name, []).append(_json_text(text) if part.content_type in JSON_TYPES else text)
    except (MultipartError, LookupError) as error:
        raise BadField("file", f"The multipart form cannot be read: {_reason(error, body, parameters)}.") from None
    if file is None and not other_name and any(name in fields for name in _ADDRESSES):
        raise BadField("file", f"The part 'file' is missing. An address is sent to POST /v1/listen as JSON: {EXAMPLE}.")
    if file is None and other_name:
        raise BadField("file", f"The part with the audio is called 'file', not {other_name!r}.")
    if not file:
        raise BadField("file", "The part 'file' is missing." if file is None else "The part 'file' is empty.")
    return Form(fields, file, file_name, file_type)


def _header_text(latin: str) -> str:
    """Return a name that was read as Latin-1 decoded as UTF-8, if its bytes are UTF-8."""
    try:
        return latin.encode(_ANY_BYTES).decode()
    except UnicodeDecodeError:
        return latin


def _json_text(text: str) -> str:
    """Return the string that a part of the type JSON holds: some clients write each field as JSON, in quotes."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, str) else text


def _text(name: str, value: bytes, charset: str) -> str:
    try:
        return value.decode(charset)
    except UnicodeError:
        raise BadField(name, f"The part {name!r} is not in {charset.replace('utf-8', 'UTF-8')}.") from None


def _reason(error: Exception, body: bytes, parameters: dict[str, str]) -> str:
    """Return why a form cannot be read, with the usual mistake where it is one."""
    if not body.strip():
        return "the body is empty"
    if f"--{parameters['boundary']}".encode("latin-1", "replace") not in body:
        return (
            "the boundary that the header Content-Type names is not in the body. Leave this header to the client, "
            "which sets it with its own boundary"
        )
    message = str(error)
    return next((reason for start, reason in _REASONS.items() if message.startswith(start)), message)


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def listen_options(form: Form, task: str, *, known: bool = False) -> str:
    """Return the form's fields as the query string of `/v1/listen`.

    Without a model, or with an empty one as Open WebUI sends it, the default model answers, as at `/v1/listen`. Without
    a language it is detected, as OpenAI does. Temperature 0 is OpenAI's default and means Whisper's own fallback.
    Filler words stay: OpenAI has no option for them, so its answers have the words as the model wrote them.

    Every other option of `/v1/listen` may be a field, too. The beginning of an unknown field is passed on: if
    its name almost is an option, there is a warning.

    Args:
        form: The parsed form, with the fields of the query string.
        task: transcribe or translate.
        known: whether it names known speakers, who are recognised among those that are told apart.

    Raises:
        BadField: A field is not supported, or `strict_models` is without a model.
    """
    for name, reason in _REJECTED.items():
        if values_of(form.fields, name):
            raise BadField(f"{name}[]", f"{name}[] is not done here: {reason}.")
    for name, values in form.fields.items():
        is_option = option_name(name) in OPTIONS
        if not is_option and (meant := redaction_like(name)) and was_requested(values):
            raise BadField(name, f"{name} is no field: {meant} was probably meant. Write it so, or leave it out.")
    model = form.first("model")
    if not model and was_requested(form.fields.get("strict_models", [])):
        raise BadField("model", "The part 'model' is missing, and strict_models=true lets no other model stand in.")
    options = [("model", model)] if model else []
    if language := form.first("language"):
        options.append(("language", language))
    elif not form.first("detect_language"):
        options += [("detect_language", tag) for tag in values_of(form.fields, "languages") or ["true"]]
    if prompt := form.first("prompt"):
        options.append(("prompt", prompt[-MAX_PROMPT:]))
    if temperature := _temperature(form):
        options.append(("temperature", f"{temperature:g}"))
    options += [("keyterm", word) for word in values_of(form.fields, "keywords")]
    diarized = known or (form.first("response_format") or "").lower() == DIARIZED_JSON.openai_name
    for name, values in form.fields.items():
        option = option_name(name)
        if option in _OPENAI_FIELDS or (diarized and option in _SPEAKER_FIELDS):
            continue
        if option in OPTIONS:
            options += [(option, value) for value in values if value.strip() or option in NEVER_IGNORED]
        elif any(value.strip() for value in values):
            options.append((name[:_SHOWN], values[-1][:_SHOWN]))
    if diarized:
        options.append(("diarize_model", "latest"))
    if not form.first("filler_words"):
        options.append(("filler_words", "true"))
    return urlencode([*options, *([("task", task)] if task != "transcribe" else [])])


def _temperature(form: Form) -> float:
    value = form.first("temperature") or "0"
    try:
        temperature = float(value)
    except ValueError:
        temperature = -1.0
    if not 0 <= temperature <= 1:
        raise BadField("temperature", f"temperature must be a number from 0 to 1, not {value!r}.")
    return temperature
