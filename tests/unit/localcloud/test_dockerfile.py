"""What is read from a Dockerfile is what would run."""

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


def test_only_the_final_stage_counts(context: Path) -> None:
    image = image_of(context, 'FROM a AS build\nENV X=1\nCMD ["make"]\nFROM b\nCMD ["run", "--fast"]\n')

    assert (image.command, image.environment) == (["run", "--fast"], {})


def test_a_line_is_handed_to_a_shell_and_a_list_is_not(context: Path) -> None:
    image = image_of(context, 'FROM a\nENTRYPOINT ["python", "-m", "pkg"]\nCMD echo hi | wc\n')

    assert image.entrypoint == ["python", "-m", "pkg"]
    assert image.command == ["/bin/sh", "-c", "echo hi | wc"]


def test_variables_are_the_images_except_where_the_host_stands_in(context: Path) -> None:
    image = image_of(context, 'FROM a\nENV A=1 B="two words" \\\n    C=3\nENV OLD style\nENV PATH=/opt/bin:$PATH\n')

    assert image.environment == {"A": "1", "B": "two words", "C": "3", "OLD": "style"}


def test_files_lie_where_the_image_has_them(context: Path, tmp_path: Path) -> None:
    image = image_of(
        context,
        "FROM a\nCOPY --from=build /out /out\nWORKDIR /app\n# a comment\nCOPY pkg pkg\nCOPY data.txt /etc/app/\n",
    )

    folder = image.unpack(tmp_path / "root")

    assert folder == tmp_path / "root" / "app"
    assert (folder / "pkg" / "main.py").read_text() == "print('hello')"
    assert (tmp_path / "root" / "etc" / "app" / "data.txt").read_text() == "data"
    assert not (tmp_path / "root" / "out").exists()
