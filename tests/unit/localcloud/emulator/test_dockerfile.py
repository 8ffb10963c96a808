"""Dockerfile reader: entrypoint, command, variables and files of the final stage."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.emulator import dockerfile


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "main.py").write_text("print('hello')")
    (tmp_path / "data.txt").write_text("data")
    return tmp_path


def image_of(context: Path, text: str) -> dockerfile.Image:
    (context / "Dockerfile").write_text(text)
    return dockerfile.parse_dockerfile(context)


def test_dockerfile_final_stage_is_used(context: Path) -> None:
    image = image_of(context, 'FROM a AS build\nENV X=1\nCMD ["make"]\nFROM b\nCMD ["run", "--fast"]\n')

    assert (image.command, image.environment) == (["run", "--fast"], {})


def test_shell_form_runs_in_shell_and_json_form_does_not(context: Path) -> None:
    image = image_of(context, 'FROM a\nENTRYPOINT ["python", "-m", "pkg"]\nCMD echo hi | wc\n')

    assert image.entrypoint == ["python", "-m", "pkg"]
    assert image.command == ["/bin/sh", "-c", "echo hi | wc"]


def test_env_variables_are_read_except_host_variables(context: Path) -> None:
    image = image_of(context, 'FROM a\nENV A=1 B="two words" \\\n    C=3\nENV OLD style\nENV PATH=/opt/bin:$PATH\n')

    assert image.environment == {"A": "1", "B": "two words", "C": "3", "OLD": "style"}


def test_unpack_copies_files_to_image_paths(context: Path, tmp_path: Path) -> None:
    image = image_of(
        context,
        "FROM a\nCOPY --from=build /out /out\nWORKDIR /app\n# a comment\nCOPY pkg pkg\nCOPY data.txt /etc/app/\n",
    )

    folder = image.unpack(tmp_path / "root")

    assert folder == tmp_path / "root" / "app"
    assert (folder / "pkg" / "main.py").read_text() == "print('hello')"
    assert (tmp_path / "root" / "etc" / "app" / "data.txt").read_text() == "data"
    assert not (tmp_path / "root" / "out").exists()
