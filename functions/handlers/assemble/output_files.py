"""Output files of a finished job: the objects written to the transcripts bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from earshot_contract.keys import transcript_key, upload_result_key
from functions.jobs.job import Job, SourceKind
from functions.options.options import Options
from functions.rendering.formats import JSON, STORED_FORMATS
from functions.transcripts.edit import edit
from functions.transcripts.transcript import Transcript


@dataclass(frozen=True)
class OutputFile:
    """One object to write."""

    key: str
    body: bytes
    content_type: str


def output_files(job: Job, transcript: Transcript, options: Options, *, latest: bool = True) -> Iterator[OutputFile]:
    """Yield the transcript in all stored formats, for an upload also under `uploads/{key}`.

    `jobs/{id}/transcript.json` is the unedited transcript; `uploads/{key}.json` is the answer of the API. Captions and
    text have the edits of the job's options. An upload that is not the `latest` of its key has no second set: the
    results under a key are those of the bytes that are there now.
    """
    edited = edit(transcript, options)
    bodies = {form: form.render(edited, options).encode() for form in STORED_FORMATS}
    for form, body in bodies.items():
        unedited = transcript.to_json().encode() if form is JSON else body
        yield OutputFile(transcript_key(job.id, str(form.stored_suffix)), unedited, form.content_type)
    if job.source.kind != SourceKind.UPLOAD or job.source.audio is None or not latest:
        return
    for form, body in bodies.items():
        key = upload_result_key(job.source.audio.key, str(form.stored_suffix))
        yield OutputFile(key, body, form.content_type)
