"""Messages on a terminal break between words; what people copy stays whole."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text

import earshot_cli
from earshot_cli import console
from earshot_cli.console import SafeConsole
from earshot_cli.line_breaks import broken_between_words

MESSAGE = (
    "sample.flac: http://127.0.0.1:9 does not answer. Is the address right (--url or EARSHOT_URL)? "
    "`earshot up --port 9` starts a local deployment. 会議の録音 Überprüfung"
)


@pytest.mark.parametrize("width", [10, 40, 80, 200])
def test_lines_break_between_words_and_lose_none(width: int) -> None:
    broken = broken_between_words(MESSAGE, width)

    assert broken.split() == MESSAGE.split()
    assert "`earshot up --port 9`" in broken  # it can be copied whole
    for line in broken.split("\n"):
        assert cell_len(line) <= width or " " not in line or line.startswith("`")
    assert (broken == MESSAGE) == (width == 200)


def test_address_longer_than_the_terminal_is_whole() -> None:
    address = "http://127.0.0.1/v1/#/shared/" + "x" * 60

    assert broken_between_words(f"Here: {address} once", 40) == f"Here:\n{address}\nonce"


def test_indented_advice_stays_indented() -> None:
    assert broken_between_words("problem  x\n   Set AWS_REGION, for example", 18) == (
        "problem  x\n   Set AWS_REGION,\n   for example"
    )


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("ok       three short words", "ok       three\n         short\n         words"),
        ("ok       `aws iam make`", "ok\n    `aws iam make`"),  # what is wider than the column begins before it
    ],
)
def test_text_behind_a_label_stays_behind_it(line: str, broken: str) -> None:
    assert broken_between_words(line, 18) == broken


def test_colours_stay_where_they_were() -> None:
    broken = broken_between_words(Text("one ").append("two three", style="red").append(" four"), 9)

    assert broken.plain == "one two\nthree\nfour"
    assert [broken.plain[span.start : span.end] for span in broken.spans] == ["two", "three"]


@pytest.mark.parametrize("text", [MESSAGE, Text(MESSAGE)])
def test_only_a_terminal_gets_line_breaks(text: str | Text) -> None:
    for terminal, lines in ((True, 5), (False, 1)):
        file = io.StringIO()
        SafeConsole(file=file, width=40, force_terminal=terminal, soft_wrap=True, highlight=False).print(text)

        assert file.getvalue().count("\n") == lines


@pytest.mark.parametrize("terminal", [True, False])
def test_transcripts_break_on_a_terminal_alone(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "stdout", SafeConsole(width=40, force_terminal=terminal))

    console.write_prose(MESSAGE)

    assert (capsys.readouterr().out == MESSAGE + "\n") is not terminal


COMMANDS = re.compile(
    r"\b(earshot (up|transcribe|jobs|show|cancel|delete|retry|events|share|open|key|model|doctor|deploy|upgrade|"
    r"destroy|cost|logs|cdk|redeliver|upload)|aws (iam|sso|cloudformation|service-quotas|s3|ecs))\b"
)


def _messages(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string that is no docstring and no help; a value in it is `{}`."""
    left_out = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    left_out |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "help"}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(value) for value in node.values}
            yield node.lineno, "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            yield node.lineno, node.value


def test_commands_in_messages_stand_in_backticks() -> None:
    """Text in backticks gets no line break, so that it can be copied."""
    found = []
    for path in sorted(Path(earshot_cli.__file__).parent.rglob("*.py")):
        for line, text in _messages(ast.parse(path.read_text(encoding="utf-8"))):
            if not COMMANDS.fullmatch(text) and COMMANDS.search(re.sub(r"`[^`]*`", "", text)):
                found.append(f"{path.name}:{line}: {text}")

    assert found == []
