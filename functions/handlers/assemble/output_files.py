"""The files of a finished job: what is put into the transcripts bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from earshot_contract.keys import Result, transcript_key, upload_result_key
from functions.jobs.job import Job, SourceKind
from functions.options.options import Options
from functions.rendering import captions, deepgram
from functions.transcripts.transcript import Transcript

LONGEST_KEY = 1024  # bytes, S3's limit


@dataclass(frozen=True)
class File:
    key: str
    body: bytes
    content_type: str


def of_job(job: Job, transcript: Transcript) -> Iterator[File]:
    """The transcript in four formats; of an upload the same beside its own name, its JSON as the API answers.

    An upload whose name leaves no room for a suffix has the four only.
    """
    side = {
        Result.SRT: captions.srt(transcript),
        Result.VTT: captions.vtt(transcript),
        Result.TXT: captions.txt(transcript),
    }
    for kind, body in {Result.JSON: transcript.to_json(), **side}.items():
        yield File(transcript_key(job.id, kind), body.encode(), kind.content_type)
    if job.source.kind != SourceKind.UPLOAD or job.source.audio is None:
        return
    answer = json.dumps(deepgram.answer(transcript, Options.parse(job.options)), ensure_ascii=False)
    for kind, body in {Result.JSON: answer, **side}.items():
        key = upload_result_key(job.source.audio.key, kind)
        if len(key.encode()) <= LONGEST_KEY:
            yield File(key, body.encode(), kind.content_type)
