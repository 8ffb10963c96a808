"""Claims about audio: options that say of a file with a header what it is not."""

from __future__ import annotations

from earshot_contract.documents.shard_results import AudioInfo
from functions.options.options import Options
from functions.transcripts.audio_claims import claim_warnings
from tests.fixtures.rows import each_row

STEREO = AudioInfo("0" * 64, 10.0, 2, 44_100, "mp3float")
OPUS = AudioInfo("0" * 64, 10.0, 1, 48_000, "opus")


@each_row(
    ("audio", "query", "warned"),
    [
        (STEREO, "", []),
        (STEREO, "sample_rate=44100&channels=2", []),
        (STEREO, "sample_rate=16000", ["sample_rate"]),
        (STEREO, "channels=1", ["channels"]),
        (STEREO, "encoding=flac&sample_rate=16000&channels=1", ["encoding", "sample_rate", "channels"]),
        (STEREO, "encoding=linear16&sample_rate=16000", []),  # the worker's warning
        (OPUS, "encoding=ogg-opus&sample_rate=48000", []),
        (OPUS, "encoding=opus", []),
        (OPUS, "encoding=speex", ["encoding"]),
    ],
)
def test_claims_that_a_header_contradicts_are_warned_about(audio: AudioInfo, query: str, warned: list[str]) -> None:
    found = claim_warnings(Options.from_query(query), audio)

    assert [warning["parameter"] for warning in found] == warned
    assert {warning["type"] for warning in found} <= {"contradicts_file"}


def test_warning_says_what_the_file_is() -> None:
    [found] = claim_warnings(Options.from_query("sample_rate=16000"), STEREO)

    assert "sample_rate=16000 was ignored" in found["message"]
    assert "mp3float, 44100 Hz, channels: 2" in found["message"]
