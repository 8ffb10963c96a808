"""The rule by which Prepare and the worker choose an audio track."""

from __future__ import annotations

from dataclasses import replace

from earshot_contract.documents.audio_tracks import TrackHeader, TrackRequest, choose_track
from tests.fixtures.rows import each_row

GERMAN = TrackRequest(languages=["de", "deu", "ger"])
ENCRYPTED = TrackHeader(True, "deu", is_encrypted=True)
FILM = [TrackHeader(False, "eng"), TrackHeader(True, "fra"), TrackHeader(False, "ger"), TrackHeader(True, "de-CH")]


@each_row(
    ("tracks", "requested", "chosen"),
    [
        (FILM, None, 1),
        (FILM[2:3], None, 0),
        ([], None, None),
        (FILM, TrackRequest(number=1), 0),
        (FILM, TrackRequest(number=4), 3),
        (FILM, TrackRequest(number=5), None),
        (FILM, GERMAN, 3),  # of two in the language the default one
        (FILM[:3], GERMAN, 2),
        (FILM[:2], GERMAN, None),
        ([TrackHeader(True)], GERMAN, 0),
        ([TrackHeader(True), TrackHeader(False)], GERMAN, None),
        ([TrackHeader(True, "eng")], GERMAN, None),
        ([TrackHeader(True)], TrackRequest(number=2), None),
        (FILM, replace(GERMAN, preferred=True), 3),
        (FILM[:2], replace(GERMAN, preferred=True), 1),  # there is none: the default one
        ([], replace(GERMAN, preferred=True), None),
        ([ENCRYPTED, TrackHeader(False, "eng")], None, 1),  # the default one cannot be decoded
        ([ENCRYPTED, TrackHeader(False, "eng")], TrackRequest(number=1), 0),
        ([ENCRYPTED, TrackHeader(False, "deu")], GERMAN, 1),
        ([ENCRYPTED], None, 0),
    ],
)
def test_track_is_chosen_by_request_then_default(
    tracks: list[TrackHeader], requested: TrackRequest | None, chosen: int | None
) -> None:
    assert choose_track(tracks, requested) == chosen
