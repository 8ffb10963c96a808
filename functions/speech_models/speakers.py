"""Speakers: what a job's options mean where the deployment has, or has not, the model that tells speakers apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.errors import bad_query
from functions.options.options import Options
from functions.options.query_string import Warnings, warning

if TYPE_CHECKING:
    from earshot_contract.documents.shards import SpeakerOptions

ADD_MODEL = "earshot model add speakers"  # followed by --stack NAME for a deployment in AWS


def speaker_options(options: Options, available: bool) -> SpeakerOptions | None:
    """Return the workers' options; None if speakers were not requested, or the deployment cannot tell them apart.

    Args:
        options: the job's options.
        available: whether the deployment has the model.

    Raises:
        ApiError: there is no model, and the request has options that no SDK sends by default.
    """
    requested = options.speaker_request
    if requested is None or available:
        return requested
    if options.requires_speakers:
        raise bad_query(f"This deployment cannot tell speakers apart yet. Its operator adds the model: {ADD_MODEL}.")
    return None


def no_speakers_warning(options: Options) -> Warnings:
    """Return the warning of an answer without speakers although they were requested."""
    if options.speaker_request is None:
        return []
    message = f"diarize was ignored: this deployment has no model that tells speakers apart. Add it: {ADD_MODEL}."
    return [warning("diarize", "unsupported_parameter", message)]
