"""Report of a run: results on standard output or into files, errors and warnings as they come, a summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from earshot_cli.console import one_line, stderr, write_prose
from earshot_cli.console import write as output
from earshot_cli.errors import CliError
from earshot_cli.times import duration, rough_duration
from earshot_cli.transcription.formats import Format
from earshot_cli.transcription.result_files import write_file
from earshot_cli.transcription.run_progress import RunProgress
from earshot_cli.transcription.transcribe import Outcome

_JOB_MEMBERS: tuple[str, ...] = ("request_id", "state", "duration", "language")  # of a document for scripts
_NAMED_IN_SUMMARY = 20  # failed sources; the others are a number


class RunReport:
    """Prints and writes the outcomes of a run.

    Args:
        sources: number of sources.
        formats: what is written of each.
        as_json: one JSON document a source on standard output, instead of its text.
        to_files: results go into files.
        quiet: nothing but errors on standard error.
    """

    def __init__(
        self, sources: int, formats: list[Format], *, as_json: bool = False, to_files: bool = False, quiet: bool = False
    ) -> None:
        self._with_titles = sources > 1 and formats != [Format.JSON]
        self._as_json, self._quiet = as_json, quiet
        self._written: list[Path] = []
        self._failed: list[str] = []
        self._warned: set[str] = set()
        self._noted_busy = False
        self._audio_seconds = 0.0
        self._finished = 0
        self.in_order = not (as_json or to_files)  # files are written as soon as they are there

    def __call__(self, outcome: Outcome) -> None:
        """Print or write one outcome; an error of writing becomes the outcome's."""
        source = outcome.task.source
        files = [outcome.task.files[form] for form in outcome.results if form in outcome.task.files]
        try:
            for form, text in outcome.results.items():
                if form in outcome.task.files:
                    write_file(outcome.task.files[form], _ending_with_newline(text))
        except CliError as error:
            outcome.error = outcome.error or error
        if self._as_json:
            output(json.dumps(_document(outcome), ensure_ascii=False))
        elif not outcome.task.files:
            for form, text in outcome.results.items():
                if self._with_titles:
                    output(f"==> {one_line(source.title)} <==")
                (write_prose if form is Format.TEXT else output)(_ending_with_newline(text), end="")
        self._note(outcome, files)

    def note_busy(self) -> None:
        """Write once into a log that the deployment is busy; on a terminal the display shows it."""
        if not (self._quiet or self._noted_busy or stderr.is_terminal):
            stderr.print("The service is busy. What it does not take yet is sent again when it says so.")
        self._noted_busy = True

    def _note(self, outcome: Outcome, files: list[Path]) -> None:
        argument = one_line(outcome.task.source.title)
        if outcome.error:
            self._failed.append(argument)
            stderr.print(f"{argument}: {outcome.error.message}", markup=False)
            return
        self._finished += 1
        self._audio_seconds += outcome.job.get("duration", 0.0)
        self._written += files
        if self._quiet:
            return
        for warning in outcome.job.get("warnings", []):
            message = str(warning.get("message", warning))
            if message not in self._warned:  # the same warning about an option comes with each of a thousand files
                self._warned.add(message)
                stderr.print(f"{argument}: warning: {message}", markup=False)
        if files and not stderr.is_terminal:  # a log; on a terminal the display and the summary say it
            stderr.print(f"{argument} → {', '.join(map(one_line, files))}", markup=False)

    def print_summary(self, run: RunProgress) -> None:
        """Print how the run went: nothing for a single source whose text was printed."""
        if self._quiet or (run.total + run.skipped == 1 and not self._written and not run.skipped):
            return
        missing = run.total - self._finished - len(self._failed)
        lines = [self._described_run(run)]
        if run.skipped:
            lines.append(f"Skipped {run.skipped}: there are files of them already.")
        if self._failed:
            named = ", ".join(self._failed[:_NAMED_IN_SUMMARY])
            more = len(self._failed) - _NAMED_IN_SUMMARY
            lines.append(f"Failed {len(self._failed)}: {named}{f' and {more} more' if more > 0 else ''}.")
        if missing:
            lines.append(f"Not finished: {missing}.")
        if self._written:
            lines.append(f"Written: {self._described_files()}.")
        for line in lines:
            stderr.print(line, markup=False)

    def _described_run(self, run: RunProgress) -> str:
        text = f"Transcribed {self._finished} of {run.total + run.skipped}"
        if self._audio_seconds:
            text += f", {rough_duration(self._audio_seconds)} of audio"
        if self._finished:
            text += f" in {duration(run.elapsed)}"
        speed = self._audio_seconds / run.elapsed if run.elapsed > 1 else 0  # of what is reported, not of what runs
        return f"{text} ({speed:.0f}× real time)." if speed >= 1 else f"{text}."

    def _described_files(self) -> str:
        if len(self._written) <= 4:
            return ", ".join(map(one_line, self._written))
        folders = sorted({one_line(path.parent) for path in self._written})
        folders = ["the current folder" if folder == "." else folder for folder in folders]
        return f"{len(self._written)} files in {', '.join(folders[:3])}" + (" and others" if len(folders) > 3 else "")


def _document(outcome: Outcome) -> dict[str, Any]:
    """Describe an outcome for scripts. A result that is in no file stands in the document."""
    job = {name: outcome.job[name] for name in _JOB_MEMBERS if name in outcome.job}
    document: dict[str, Any] = {"source": outcome.task.source.title} | job
    document |= {"warnings": outcome.job["warnings"]} if outcome.job.get("warnings") else {}
    if outcome.error:
        document["error"] = outcome.error.message
        return document
    files = {form.value: str(path) for form, path in outcome.task.files.items()}
    texts = {
        form.value: json.loads(text) if form is Format.JSON else text
        for form, text in outcome.results.items()
        if form not in outcome.task.files
    }
    return document | ({"files": files} if files else {}) | ({"results": texts} if texts else {})


def _ending_with_newline(text: str) -> str:
    return text.rstrip("\n") + "\n"
