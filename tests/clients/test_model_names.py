"""Model names that vendors' SDKs of today list: programs send them, and each is answered by the default model."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from functions.speech_models.names import Model, choose
from tests.clients.sdks import python_packages

LISTS = {
    "openai": "openai/types/audio_model.py",
    "deepgram-7": "deepgram/listen/v1/media/types/media_transcribe_request_model.py",
    "deepgram-5": "deepgram/listen/v1/media/types/media_transcribe_request_model.py",
}


@pytest.mark.parametrize("sdk", LISTS)
def test_names_that_sdks_list_are_answered(sdk: str, say: Callable[[str], None]) -> None:
    source = (python_packages(sdk, say) / LISTS[sdk]).read_text(encoding="utf-8")
    listed = re.findall(r'^        "([\w.-]+)",$|^    "([\w.-]+)",$', source, re.MULTILINE)
    names = [first or second for first, second in listed if (first or second) != "AudioModel"]

    assert len(names) > 5
    for name in names:
        assert choose(name, "en", [Model("base", "a" * 64)], default="base").name == "base", name
