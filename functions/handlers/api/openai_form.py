"""OpenAI's form: multipart/form-data in, the audio and the options of `/v1/listen` out.

Parsed by `multipart`, one pure-Python file that travels in the Lambda bundle. Not by the standard library's
`email`: it takes a body for text in lines, so that audio is copied line by line and a lone CR or a missing last
line break is guessed at, and it has no limits on parts and headers.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

from multipart import MultipartError, MultipartParser, parse_options_header

from functions.rendering.openai import BadField

TASKS = {"/audio/transcriptions": "transcribe", "/audio/translations": "translate"}  # by route
PARTS = 64  # of one form; OpenAI's own has a dozen fields, some repeated

# Fields that would change the answer if they were obeyed: to ignore them would mislead.
_NOT_DONE = {
    "include[]": "log probabilities of tokens are not given; the words of /v1/listen have confidences",
    "known_speaker_names[]": "speakers are not told apart",
    "known_speaker_references[]": "speakers are not told apart",
}


@dataclass(frozen=True)
class Form:
    """All values of each field, in the order they came, and the bytes of `file`."""

    fields: dict[str, list[str]]
    file: bytes

    def first(self, name: str) -> str | None:
        """A value that says something, or None: clients send `prompt=` for no prompt."""
        return next((value.strip() for value in self.fields.get(name, []) if value.strip()), None)


def parse(body: bytes, content_type: str | None) -> Form:
    """Fields may come in any order and before or after the file.

    Raises:
        BadField: not such a form, cut off in the middle, a field that is not UTF-8, or no audio in it.
    """
    kind, parameters = parse_options_header(content_type or "")
    if kind != "multipart/form-data" or not parameters.get("boundary"):
        raise BadField(
            "file",
            f"Send multipart/form-data with the parts 'file' and 'model', not {kind or 'a body without a type'}.",
        )
    fields: dict[str, list[str]] = {}
    file: bytes | None = None
    try:
        for part in MultipartParser(BytesIO(body), parameters["boundary"], part_limit=PARTS):
            if part.name == "file":
                file = part.raw
            else:
                fields.setdefault(part.name, []).append(part.value)
    except (MultipartError, UnicodeDecodeError, LookupError) as problem:
        raise BadField("file", f"The multipart form cannot be read: {problem}.") from None
    if not file:
        raise BadField("file", "The part 'file' is missing." if file is None else "The part 'file' is empty.")
    return Form(fields, file)


def listen_options(form: Form, task: str) -> str:
    """The form's fields as the query string of `/v1/listen`; `task` is transcribe or translate.

    Without a language it is detected, as OpenAI does. temperature 0 is its default and means Whisper's own ladder.

    Raises:
        BadField: a field that is not done, or no model.
    """
    for name, reason in _NOT_DONE.items():
        if form.first(name):
            raise BadField(name, f"{name} is not done here: {reason}.")
    model = form.first("model")
    if not model:
        raise BadField("model", "The part 'model' is missing; 'whisper-1' is this deployment's default model.")
    options = [("model", model)]
    options += [("language", language)] if (language := form.first("language")) else _detection(form)
    if prompt := form.first("prompt"):
        options.append(("prompt", prompt))
    if temperature := _temperature(form):
        options.append(("temperature", f"{temperature:g}"))
    options += [("keyterm", word) for word in form.fields.get("keywords[]", []) if word.strip()]
    return urlencode([*options, *([("task", task)] if task != "transcribe" else [])])


def _detection(form: Form) -> list[tuple[str, str]]:
    among = [tag for tag in form.fields.get("languages[]", []) if tag.strip()]
    return [("detect_language", tag) for tag in among or ["true"]]


def _temperature(form: Form) -> float:
    given = form.first("temperature") or "0"
    try:
        temperature = float(given)
    except ValueError:
        temperature = -1.0
    if not 0 <= temperature <= 1:
        raise BadField("temperature", f"temperature must be a number from 0 to 1, not {given!r}.")
    return temperature
