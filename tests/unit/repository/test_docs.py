"""docs/: every link resolves, every file it names exists, and every public name has its place in docs/reference."""

from __future__ import annotations

import json
import re
import runpy
from dataclasses import fields, is_dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import earshot_cli.errors
import functions.settings
import infra.settings
from earshot_contract.documents.shards import ShardError
from earshot_contract.timeouts import IDLE_SECONDS
from functions.jobs.job import Delivery, Job
from functions.jobs.shares import Share
from tests.fixtures.rows import each_row
from tests.paths import EVENTS, ROOT

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`((?:cli|containers|docs|events|functions|infra|localcloud|tests)/[\w./-]*)`")


@cache
def pages() -> list[Path]:
    """Every page, without looking through what is installed or built."""
    folders = [
        folder
        for folder in sorted(ROOT.iterdir())
        if folder.is_dir() and (not folder.name.startswith(".") or folder.name == ".github") and folder.name != "build"
    ]
    found = [*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))]
    return sorted(page for page in found if not {"node_modules", "cdk.out"} & set(page.parts))


@cache
def prose(page: Path) -> str:
    """The text of a page without its code blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def reference(*names: str) -> str:
    return "\n".join((REFERENCE / name).read_text(encoding="utf-8") for name in names)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def missing(names: Any, text: str) -> list[str]:
    return [name for name in names if f"`{name}`" not in text]


def test_relative_links_resolve() -> None:
    broken = []
    for page in pages():
        for link in _LINK.findall(prose(page)):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists():
                broken.append(f"{page.relative_to(ROOT)}: {link}")
            elif anchor and target.suffix == ".md" and anchor not in anchors(target):
                broken.append(f"{page.relative_to(ROOT)}: {link} (no such heading)")
    assert broken == []


def test_named_files_exist() -> None:
    absent = {
        f"{page.relative_to(ROOT)}: {path}"
        for page in pages()
        for path in _PATH.findall(prose(page))
        if not (ROOT / path).exists()
    }
    assert absent == set()


def test_version_of_the_cdk_command_is_in_the_command_only() -> None:
    named = [page.relative_to(ROOT).as_posix() for page in pages() if re.search(r"aws-cdk@\d", page.read_text("utf-8"))]

    assert named == []
    assert "aws-cdk@" not in (ROOT / "Makefile").read_text("utf-8")


def test_idle_seconds_in_pages_are_the_default() -> None:
    named = {
        (page.relative_to(ROOT).as_posix(), int(seconds))
        for page in pages()
        for seconds in re.findall(r"`idle_seconds`[,\s(]+(\d+)\)", page.read_text("utf-8"))
    }

    assert named
    assert {seconds for _, seconds in named} == {IDLE_SECONDS}


def test_index_lists_every_page() -> None:
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in _LINK.findall(prose(DOCS / "index.md"))}
    listed = {page for page in DOCS.rglob("*.md") if page.parent.name != "adr"}

    assert {str(page.relative_to(DOCS)) for page in listed - linked} == {"index.md"}


def test_index_of_records_lists_every_record() -> None:
    linked = set(_LINK.findall(prose(DOCS / "adr" / "README.md")))

    assert {page.name for page in (DOCS / "adr").glob("[0-9]*.md")} == linked


@each_row("page", sorted((DOCS / "adr").glob("[0-9]*.md")))
def test_record_is_one_page_with_its_four_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 50
    assert text.startswith(f"# {page.name[:4]}: ")
    assert "\nStatus: " in text
    assert all(f"\n## {part}\n" in text for part in ("Context", "Decision", "Consequences"))


def test_command_line_page_is_fresh() -> None:
    generator = runpy.run_path(str(DOCS / "generate_cli_reference.py"))

    assert reference("cli.md") == generator["page"](), "run `python docs/generate_cli_reference.py`"


def test_every_option_is_in_the_reference() -> None:
    document = json.loads((REFERENCE / "openapi.json").read_text(encoding="utf-8"))
    parameters = document["paths"]["/listen"]["post"]["parameters"]
    names = [parameter["name"] for parameter in parameters]
    text = "\n".join(page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md"))

    assert len(names) > 40
    if (REFERENCE / "options.md").exists():  # generated
        assert missing(names, text) == []
    unsupported = [parameter["name"] for parameter in parameters if not is_implemented(parameter)]
    assert "summarize" in unsupported
    assert missing(unsupported, reference("compatibility.md")) == []


def is_implemented(parameter: dict[str, Any]) -> bool:
    """Whether the OpenAPI document describes an option as implemented."""
    return not re.match(r"\**(Ignored|Refused|Rejected)", parameter["description"])


def test_every_setting_is_in_the_reference_with_its_default() -> None:
    lines = reference("deployment-settings.md").splitlines()
    for field in fields(stack_settings()):
        line = next((line for line in lines if line.startswith(f"| `{field.name}` |")), None)
        assert line, f"deployment-settings.md does not list {field.name}"
        value = field.default
        shown = ",".join(value) if isinstance(value, tuple) else str(value).lower().removesuffix(".0")
        assert shown in line.lower(), f"deployment-settings.md has another default for {field.name} than {shown}"
        assert str(infra.settings.CPU_DEFAULTS.get(field.name, "")).removesuffix(".0") in line


def stack_settings() -> Any:
    return next(each for each in vars(infra.settings).values() if is_dataclass(each) and hasattr(each, "flavour"))


def test_every_output_is_in_the_reference() -> None:
    template = json.loads((ROOT / "tests" / "synth" / "template.json").read_text(encoding="utf-8"))
    assert "ApiUrl" in template["Outputs"]

    assert missing([*template["Outputs"]], reference("deployment-settings.md")) == []


def test_reference_has_every_variable_of_the_functions() -> None:
    names = functions.settings.DeploymentSettings.__struct_fields__

    assert missing([name.upper() for name in names], reference("deployment-settings.md")) == []


def test_reference_has_every_attribute_of_a_row() -> None:
    [row] = [line for line in reference("s3-and-dynamodb.md").splitlines() if line.startswith("| `JOB#{id}`")]
    names = {name for kind in (Job, Delivery, Share) for name in kind.__struct_fields__} - {"id"}

    assert missing(sorted(names), row) == []


def test_reference_has_every_variable_of_the_worker() -> None:
    package = ROOT / "containers" / "transcriber" / "transcriber"
    names = set(re.findall(r'"([A-Z][A-Z_]{3,})"', (package / "settings.py").read_text(encoding="utf-8")))
    assert {"TABLE", "MODELS_BUCKET"} <= names

    assert missing(sorted(names), reference("worker-settings.md")) == []


def test_every_variable_of_our_own_is_in_the_reference() -> None:
    text = reference("worker-settings.md", "deployment-settings.md", "cli.md")
    names = {
        name
        for folder in ("cli", "containers", "functions", "infra", "localcloud")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"\bEARSHOT_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    assert "EARSHOT_URL" in names

    assert [name for name in sorted(names) if name not in text] == []


def test_every_shard_error_is_in_the_reference() -> None:
    assert missing([error.value for error in ShardError], reference("errors.md")) == []


def test_every_exit_status_is_in_the_reference() -> None:
    [statuses] = [
        each
        for each in vars(earshot_cli.errors).values()
        if isinstance(each, type) and issubclass(each, IntEnum) and each is not IntEnum
    ]
    section = reference("errors.md").split("## Exit statuses")[1]

    assert [int(number) for number in re.findall(r"(?:^|· )(\d+) ", section, re.MULTILINE)] == sorted(statuses)


def test_every_event_is_in_the_reference() -> None:
    samples = [json.loads(path.read_text()) for path in (EVENTS / "samples").glob("transcription-*.json")]
    members = {member for sample in samples for member in sample["detail"]}
    assert len(samples) == 4

    assert missing([sample["detail-type"] for sample in samples], reference("events.md")) == []
    assert missing(sorted(members), reference("events.md")) == []


def test_every_metric_and_alarm_is_in_the_reference() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "functions").rglob("*.py"))
    metrics = re.findall(r'add_metric\(\s*"(\w+)"', code)
    alarms = re.findall(r'_alarm\(\s*"(\w+)"', (ROOT / "infra" / "monitoring.py").read_text())
    assert "JobsFailed" in metrics
    assert "FastStuck" in alarms

    assert missing([*metrics, *alarms], reference("metrics-and-alarms.md")) == []
