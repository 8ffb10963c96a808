"""Whole jobs in the worker's image, as `make image` built it: as a container and as a quick worker.

Not part of `make test`, which runs where no image can be built: `python -m pytest tests/localcloud/image_jobs.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localcloud.cloud import Cloud
from tests.paths import SAMPLES
from tests.pipeline.driver import Pipeline


@pytest.fixture(params=["container", "quick worker"])
def pipeline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    quick = request.param == "quick worker"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("EARSHOT_IMAGE_FLAVOUR", "cpu")
        with Cloud(tmp_path_factory.mktemp("image"), workers=int(not quick), quick_workers=int(quick)) as cloud:
            made = Pipeline(cloud)
            yield made
            made.http.close()


def test_job_is_done_in_the_image(pipeline: Pipeline) -> None:
    answer = pipeline.post((SAMPLES / "sample.flac").read_bytes(), "diarize=true&smart_format=true")
    assert answer.status_code == 200, answer.text
    document = answer.json()
    alternative = document["results"]["channels"][0]["alternatives"][0]
    print(alternative["transcript"])
    assert "bucket" in alternative["transcript"].lower()
    assert {word["speaker"] for word in alternative["words"]} == {0}
    folder = pipeline.cloud.data_dir
    assert not (folder / "containers").exists(), "a worker ran as a local process instead"
    assert not (folder / "logs" / "failures.log").exists(), (folder / "logs" / "failures.log").read_text()
