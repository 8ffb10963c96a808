"""Latest upload of a key: the order of S3's sequencers, which may differ in length and case."""

from __future__ import annotations

import pytest

from earshot_contract.documents.s3_object import S3Object
from functions.aws.table import latest_uploads
from functions.jobs.upload_event import Upload

pytestmark = pytest.mark.usefixtures("aws")


@pytest.mark.parametrize(
    ("first", "second", "later"),
    [
        ("0055AED6DCD90281E5", "0055AED6DCD90281E6", True),
        ("0055AED6DCD90281E5", "0055AED6DCD90281E4", False),
        ("00000000000001FF", "000000000000010001", False),  # 16 and 18 digits: padded on the right, not on the left
        ("000000000000010001", "00000000000001FF", True),
        ("0055aed6dcd90281e5", "0055AED6DCD90281E5", True),  # the same event again
        ("00FF", "00FF00", True),
    ],
)
def test_later_sequencer_replaces_the_earlier_one(first: str, second: str, later: bool) -> None:
    audio = S3Object("uploads", "a.mp3", "v")
    assert latest_uploads.claim(Upload(audio, first, 9))
    assert latest_uploads.claim(Upload(audio, second, 9)) is later
