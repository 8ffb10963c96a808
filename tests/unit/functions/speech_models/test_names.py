"""Model names: what a request may write and which model it gets."""

from __future__ import annotations

import pytest

from functions.errors import ApiError
from functions.speech_models.names import Model, accepted_names, choose, model_info, model_uuid
from tests.fixtures.rows import each_row

AVAILABLE = [Model("base", "a" * 64), Model("medium.en", "b" * 64), Model("large-v3", "c" * 64)]


@each_row(
    ("requested", "name"),
    [
        ("whisper", "base"),
        ("whisper-1", "base"),
        ("whisper-base", "base"),
        ("Whisper-BASE", "base"),
        ("base", "base"),
        ("whisper-large", "large-v3"),
        ("whisper-large-v3", "large-v3"),
        ("whisper-medium.en", "medium.en"),
        ("whisper-medium-en", "medium.en"),
        ("openai/whisper-1", "base"),
        ("deepgram/whisper", "base"),
        ("openai/whisper-large-v3", "large-v3"),
        ("groq/whisper-large-v3", "large-v3"),
        ("Systran/faster-whisper-base", "base"),
        ("Systran/faster-whisper-medium.en", "medium.en"),
    ],
)
def test_requested_name_means_an_available_model(requested, name):
    assert choose(requested, "en", AVAILABLE, default="base").name == name


@each_row("requested", ["turbo", "whisper-turbo", "large-v3-turbo", "openai/whisper-large-v3-turbo"])
@each_row("name", ["turbo", "large-v3-turbo"])
def test_turbo_has_two_names(requested, name):
    assert choose(requested, "en", [*AVAILABLE, Model(name, "d" * 64)], default="base").name == name


@each_row(
    "requested", ["whisper-tiny", "nova-9", "whisper-", "", "base-en", "small", "gpt-9-transcribe", "whisper-medium"]
)
def test_unavailable_model_is_rejected_with_the_available_names(requested):
    with pytest.raises(ApiError) as raised:
        choose(requested, "en", AVAILABLE, default="base")

    failure = raised.value.failure
    assert failure.status == 400
    assert "whisper, whisper-base, whisper-large-v3, whisper-medium.en" in failure.err_msg


@each_row(
    ("requested", "version", "strict", "accepted"),
    [
        ("whisper", "latest", False, True),
        ("whisper", "Latest", True, True),
        ("whisper", "a" * 12, True, True),  # as `model_info` has it
        ("base", "2022-09-21.5", False, False),
        ("whisper", "b" * 12, False, False),  # another model's
        ("nova-3", "2024-12-18.12186", False, True),
        ("nova-2", "beta", False, True),
        ("gpt-4o-transcribe", "v1", False, True),
        ("nova-3", "beta", True, False),
    ],
)
def test_version_is_the_models_own_or_of_a_vendors_name(requested, version, strict, accepted):
    if accepted:
        assert choose(requested, "en", AVAILABLE, "base", strict, version).name == "base"
    else:
        with pytest.raises(ApiError, match="No such model/version"):
            choose(requested, "en", AVAILABLE, "base", strict, version)


VENDOR_NAMES = """nova nova-2 nova-3 Nova-3 nova-2-general nova-2-phonecall nova-3-medical enhanced enhanced-general
base-general base-phonecall 2-general general phonecall meeting gpt-4o-transcribe gpt-4o-mini-transcribe
gpt-4o-mini-transcribe-2025-12-15 gpt-4o-transcribe-diarize gpt-transcribe general-enhanced 2-general-nova
nova-3-general nova-2-atc flux-general-en flux-general-multi gpt-realtime-whisper gpt-4o-transcribe-2025-03-20
deepgram/nova-3 openai/gpt-4o-transcribe OpenAI/gpt-transcribe"""


@each_row("requested", VENDOR_NAMES.split())
def test_vendor_name_means_the_default_model_unless_strict(requested):
    assert choose(requested, "en", AVAILABLE, default="large-v3").name == "large-v3"
    with pytest.raises(ApiError, match="This deployment has no model"):
        choose(requested, "en", AVAILABLE, default="large-v3", strict=True)


def test_available_model_with_a_vendor_name_is_chosen():
    assert choose("nova-2", "en", [*AVAILABLE, Model("nova-2", "d" * 64)], default="base").name == "nova-2"


@pytest.mark.parametrize(
    ("requested", "available", "message"),
    [
        ("whisper", [], "has no model yet. Its operator adds one: `earshot model add small`."),
        ("nova-2", [], "has no model yet"),
        ("whisper", [Model("base", "d" * 64)], "'whisper', which stands for 'small'. It has: whisper-base."),
        ("medium", [Model("base", "d" * 64)], "no model 'medium'. It has: whisper-base."),
        ("medium", [Model("small", "d" * 64)], "no model 'medium'. It has: whisper, whisper-small."),
    ],
)
def test_missing_model_is_named_with_those_there_are(requested, available, message):
    with pytest.raises(ApiError) as caught:
        choose(requested, "en", available, default="small")
    assert message in caught.value.failure.err_msg


@pytest.mark.parametrize(("model", "language"), [("medium.en", "de"), ("base", "yue")])
def test_model_is_rejected_for_an_unsupported_language(model, language):
    with pytest.raises(ApiError, match="does not support"):
        choose(model, language, AVAILABLE, default="base")


def test_every_model_accepts_a_language_to_be_detected():
    assert choose("medium.en", None, AVAILABLE, default="base").name == "medium.en"
    assert choose("large-v3", "yue", AVAILABLE, default="base").name == "large-v3"


def test_model_info_is_spelled_as_deepgram_does():
    assert model_info("medium.en", "ab" * 32) == {
        "name": "medium-en-whisper",
        "version": "abababababab",
        "arch": "whisper",
    }
    assert model_uuid("a") == model_uuid("a") != model_uuid("b")


def test_accepted_names_without_models_are_the_default():
    assert accepted_names([]) == ["whisper"]
