"""deepgram-sdk 5 reading answers, without any HTTP: its pydantic models are the strictest of all clients'."""

import json
from pathlib import Path

from deepgram.core.pydantic_utilities import parse_obj_as
from deepgram.types.listen_v1response import ListenV1Response
from driver import config, run


def parsed() -> list[dict]:
    """Each answer again as the SDK's model dumps it."""
    answers = json.loads(Path(config["answers"]).read_text())
    return [json.loads(parse_obj_as(ListenV1Response, answer).json()) for answer in answers]


run({"parsed": parsed}, list)
