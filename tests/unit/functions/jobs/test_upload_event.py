"""An upload's event, and the identity of its job."""

from __future__ import annotations

from functions.jobs.upload_event import Upload


def upload(**changes: object) -> Upload:
    given = {"bucket": "b", "key": "x/a b+ü%.mp3", "version": "v", "sequencer": "s", "size": 3}
    return Upload.from_event(given | changes)


def test_the_key_is_taken_as_it_is() -> None:
    assert upload().audio.key == "x/a b+ü%.mp3"


def test_the_same_event_is_the_same_job_and_any_other_is_not() -> None:
    assert upload().job_id == upload().job_id
    others = [upload(key="y"), upload(bucket="c"), upload(version="w"), upload(sequencer="t")]
    assert len({u.job_id for u in [upload(), *others]}) == 5


def test_a_bucket_without_versions_points_at_the_object() -> None:
    assert upload(version="").audio.version is None
    assert Upload.from_event({"bucket": "b", "key": "k"}).audio.version is None


def test_only_an_empty_object_with_a_folders_name_is_a_folder() -> None:
    assert upload(key="x/", size=0).is_folder
    assert not upload(key="x/", size=1).is_folder
    assert not upload(key="x.mp3", size=0).is_folder
