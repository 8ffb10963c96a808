"""OpenAI's form, as its SDKs and others send it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.errors import ApiError
from functions.handlers.api.bodies.openai_form import MAX_PARTS, listen_options, parse
from functions.options.options import Options
from functions.options.registry import IMPLEMENTED
from functions.options.specification import OptionSpec
from functions.rendering.formats import VERBOSE_JSON
from functions.rendering.openai_response_format import BadField, OpenAIResponseFormat
from infra.openapi.document import describe
from tests.fixtures.rows import each_row

AUDIO = b"RIFF\r\n--not a boundary\r\n\x00\xff\r"


def sent(fields: dict[str, object], audio: bytes = AUDIO) -> tuple[bytes, str]:
    """A form as httpx writes it, which is how the Python SDK sends it."""
    request = httpx.Request("POST", "http://api", data=fields, files={"file": ("a.wav", audio, "audio/x-wav")})
    return request.read(), request.headers["content-type"]


def options(**fields: object) -> Options:
    return Options.from_query(listen_options(parse(*sent({"model": "whisper-1", **fields})), "transcribe"))


@given(st.binary(min_size=1, max_size=3000), st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n")))
def test_form_keeps_file_bytes_and_prompt(audio: bytes, prompt: str) -> None:
    form = parse(*sent({"model": "whisper-1", "prompt": prompt}, audio))

    assert form.file == audio
    assert form.fields == {"model": ["whisper-1"], "prompt": [prompt]}


def test_form_fields_may_follow_file_and_repeat() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF\r\n'
        b'--x\r\nContent-Disposition: form-data; name="timestamp_granularities[]"\r\n\r\nword\r\n'
        b'--x\r\nContent-Disposition: form-data; name="timestamp_granularities[]"\r\n\r\nsegment\r\n'
        b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--x--\r\n'
    )

    form = parse(body, 'multipart/form-data; boundary="x"')

    assert form.file == b"RIFF"
    assert form.fields["timestamp_granularities[]"] == ["word", "segment"]
    assert form.first("model") == "whisper-1"


def test_form_file_size_is_not_limited() -> None:
    audio = bytes(range(256)) * 4096 * 9  # 9 MiB, more than the parser buffers by default

    assert parse(*sent({"model": "whisper-1"}, audio)).file == audio


def part(name: str, value: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


@each_row(
    ("body", "content_type", "says"),
    [
        (b"RIFF", "audio/wav", "not audio/wav"),
        (b"RIFF", None, "without a type"),
        (b"RIFF", "multipart/form-data", "boundary"),
        (b"", "multipart/form-data; boundary=x", "the body is empty"),
        (part("file", AUDIO), "multipart/form-data; boundary=x", "cannot be read"),
        (part("tag", b"") * (MAX_PARTS + 1) + b"--x--", "multipart/form-data; boundary=x", "cannot be read"),
        (part("model", b"a") + b"--x--", "multipart/form-data; boundary=x", "'file' is missing"),
        (part("file", b"") + b"--x--", "multipart/form-data; boundary=x", "'file' is empty"),
        (part("prompt", b"\xff") + b"--x--", "multipart/form-data; boundary=x", "The part 'prompt' is not in UTF-8"),
        (part("file", AUDIO) + b"--x--", "multipart/form-data; boundary=y", "names is not in the body"),
        (part("file", AUDIO) * 2 + b"--x--", "multipart/form-data; boundary=x", "several parts 'file'"),
    ],
)
def test_invalid_form_raises_bad_field(body: bytes, content_type: str | None, says: str) -> None:
    with pytest.raises(BadField) as refused:
        parse(body, content_type)

    assert says in refused.value.failure.err_msg
    assert refused.value.failure.status == 400


@pytest.mark.parametrize("spelling", [str.upper, str.title, str.lower])
def test_values_of_fields_are_read_in_any_case(spelling) -> None:
    fields = {"response_format": [spelling("verbose_json")], "timestamp_granularities[]": [spelling("word")]}

    read = OpenAIResponseFormat.from_fields(fields)

    assert (read.format, read.words, read.segments) == (VERBOSE_JSON, True, False)


@each_row("name", ["file[]", "audio", "audio_file", "files"])
@each_row("content", [AUDIO, b"RIFF"])
def test_audio_under_another_name_is_named(name: str, content: bytes) -> None:
    request = httpx.Request("POST", "http://api", data={"model": "whisper-1"}, files={name: ("a.wav", content)})

    with pytest.raises(BadField) as refused:
        parse(request.read(), request.headers["content-type"])

    assert f"is called 'file', not '{name}'" in str(refused.value)


def test_form_language_is_detected_by_default() -> None:
    assert options().language is None
    assert options(language="de").language == "de"
    assert options(language=" ").language is None
    assert options(**{"languages[]": ["de", "fr"]}).detect_language == ["de", "fr"]


def test_form_fields_become_options() -> None:
    parsed = options(prompt="Earshot & co", temperature="0.4", **{"keywords[]": ["Zürich", "a+b"]})

    assert parsed.prompt == "Earshot & co"
    assert parsed.temperature == 0.4
    assert parsed.hotwords == "Zürich, a+b"
    own = options(strict_models="true", audio_track="deu")
    assert (own.strict_models, own.audio_track) == (True, "de")
    form = parse(*sent({"model": "whisper-1"}))
    assert Options.from_query(listen_options(form, "translate")).task == "translate"


def test_form_temperature_zero_means_fallback() -> None:
    assert options(temperature="0").temperature is None
    assert options(temperature="0.0").temperature is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("include[]", "logprobs"),
        ("temperature", "warm"),
        ("temperature", "1.5"),
        ("temperature", "nan"),
        ("redatc", "pci"),
        ("redact_pii", "true"),
    ],
)
def test_rejected_form_field_is_named(field: str, value: str) -> None:
    with pytest.raises(BadField) as refused:
        options(**{field: value})

    assert refused.value.param == field


@pytest.mark.parametrize("blank", [{}, {"model": ""}, {"model": "  "}])
def test_form_without_a_model_means_the_default(blank: dict[str, str]) -> None:
    """Open WebUI and others send the field empty; `/v1/listen` without a model answers, too."""

    def of(**fields: str) -> Options:
        return Options.from_query(listen_options(parse(*sent({**blank, **fields})), "transcribe"))

    assert of().model == Options().model
    assert of(strict_models="false").model == Options().model
    with pytest.raises(BadField) as refused:
        of(strict_models="true")
    assert refused.value.param == "model"


def documented_fields() -> list[str]:
    """Names of the form's optional fields, and of those that are rejected with a value."""
    audio = describe()["paths"]["/audio/transcriptions"]["post"]
    properties = audio["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    properties = set(properties) - {"file", "model"}
    return [*properties, "include[]", "languages[]", "keywords[]", "keywords", "languages[0]"]


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_form_field_is_as_if_absent(blank: str) -> None:
    """Programs send every field of their own form, the empty ones too."""
    fields = dict.fromkeys([name for name in documented_fields() if not name.startswith("redact")], blank)

    form = parse(*sent({"model": "whisper-1", **fields}))

    assert len(fields) > 10
    assert options(**fields) == options()
    assert OpenAIResponseFormat.from_fields(form.fields) == OpenAIResponseFormat()


@pytest.mark.parametrize("name", ["keywords[]", "keywords", "keywords[0]"])
def test_repeated_form_field_is_read_in_every_spelling(name: str) -> None:
    assert options(**{name: ["Zürich"]}).keyterm == ["Zürich"]


def test_form_keeps_filler_words() -> None:
    """OpenAI has no option for them: its answers have the words as the model wrote them."""
    assert options().filler_words


@pytest.mark.parametrize("name", ["redact", "Redact", "redact[]", "redact[0]"])
def test_redaction_is_obeyed_in_every_spelling(name: str) -> None:
    assert options(**{name: "pci"}).redact == ["pci"]
    with pytest.raises(ApiError, match="redact names nothing"):
        options(**{name: ""})


@each_row("spec", [spec for spec in IMPLEMENTED if not spec.no_effect])
def test_option_of_listen_is_obeyed_in_form_and_query(spec: OptionSpec) -> None:
    """None is left out without a word: neither in the form nor in the query string of the route."""
    sent_options = dict(parse_qsl(spec.needs)) | {spec.name: spec.example}
    listen = Options.from_query(urlencode(sent_options))
    by_query = parse(*sent({"model": "whisper-1"})).with_query({name: [value] for name, value in sent_options.items()})
    queried = Options.from_query(listen_options(by_query, "transcribe"))

    expected = {"keywords": ("keyterm", ["Earshot:2"])}.get(spec.name, (spec.name, getattr(listen, spec.name)))
    if spec.name != "model":  # which the form has, and the form's counts
        assert getattr(queried, expected[0]) == expected[1]
    assert getattr(options(**sent_options), expected[0]) == expected[1]


def test_form_counts_before_query_and_lists_add_up() -> None:
    form = parse(*sent({"model": "whisper-1", "profile": "fast", "redact": "numbers"}))

    for profile, redact in (("profile", "redact"), ("Profile", "redact[]")):
        query = listen_options(form.with_query({profile: ["accurate"], redact: ["pci"]}), "transcribe")

        assert Options.from_query(query).profile == "fast"
        assert Options.from_query(query).redact == ["numbers", "pci"]


def test_misspelt_redaction_in_query_is_refused() -> None:
    form = parse(*sent({"model": "whisper-1"})).with_query({"redatc": ["pci"]})

    with pytest.raises(BadField, match="redact"):
        listen_options(form, "transcribe")


def test_redacted_audio_without_redaction_is_refused() -> None:
    with pytest.raises(ApiError, match="redact_audio needs redact"):
        options(redact_audio="true")


def test_speakers_are_separated_once_in_diarized_json() -> None:
    assert options(diarize="true").diarize
    assert options(diarize="true", response_format="Diarized_JSON").diarize_model == "latest"


def test_harmless_form_fields_are_accepted() -> None:
    assert options(chunking_strategy="auto", unheard_of="1").model == "whisper-1"
