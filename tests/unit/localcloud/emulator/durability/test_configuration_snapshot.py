"""State on disk: what a kill in the middle of a first start leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.emulator.durability import configuration_snapshot


def test_state_without_stack_is_discarded(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "dynamodb.json").write_text("{}")
    configuration_snapshot.discard_partial_state(tmp_path / "state")
    assert not (tmp_path / "state").exists()
    configuration_snapshot.discard_partial_state(tmp_path / "state")  # the first start of all


def test_state_with_stack_is_kept(tmp_path: Path) -> None:
    for name in ("cloudformation.json", "dynamodb.json"):
        (tmp_path / name).write_text("{}")
    configuration_snapshot.discard_partial_state(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_stack_is_saved_after_its_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    app = pytest.importorskip("ministack.app")
    saved: list[str] = []
    services = {"cloudformation": dict, "s3": dict, "lambda": dict}
    monkeypatch.setattr(app, "_build_persistence_save_dict", lambda: dict(services))
    monkeypatch.setattr("ministack.core.persistence.save_all", saved.extend)
    configuration_snapshot.StateSaver(None, None).save()  # type: ignore[arg-type]
    assert saved == ["s3", "lambda", "cloudformation"]
