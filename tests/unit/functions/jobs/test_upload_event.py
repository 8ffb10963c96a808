"""An upload's event, and the identity of its job."""

from __future__ import annotations

from functions.jobs.upload_event import Upload


def upload(**changes: object) -> Upload:
    members = {"bucket": "b", "key": "x/a b+ü%.mp3", "version": "v", "sequencer": "s", "size": 3}
    return Upload.from_event(members | changes)


def test_upload_key_is_not_url_decoded() -> None:
    assert upload().audio.key == "x/a b+ü%.mp3"


def test_job_id_is_equal_for_equal_events_only() -> None:
    assert upload().job_id == upload().job_id
    others = [upload(key="y"), upload(bucket="c"), upload(version="w"), upload(sequencer="t")]
    assert len({u.job_id for u in [upload(), *others]}) == 5


def test_upload_without_version_has_none() -> None:
    assert upload(version="").audio.version is None
    assert Upload.from_event({"bucket": "b", "key": "k"}).audio.version is None


def test_folder_is_empty_object_with_trailing_slash() -> None:
    assert upload(key="x/", size=0).is_folder
    assert not upload(key="x/", size=1).is_folder
    assert not upload(key="x.mp3", size=0).is_folder
