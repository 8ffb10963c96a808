"""Routes that few requests use: the first request imports the module, so that a cold start does not."""

from __future__ import annotations

from functions.handlers.api.request import Request
from functions.handlers.api.response import Response
from functions.jobs.job import Job
from functions.jobs.shares import Share


def show_edits(request: Request, job: Job) -> Response:
    """Return the corrections of a transcript."""
    from functions.handlers.api.routes import edit_routes

    return edit_routes.show_edits(request, job)


def put_edits(request: Request, job: Job) -> Response:
    """Replace the corrections of a transcript."""
    from functions.handlers.api.routes import edit_routes

    return edit_routes.put_edits(request, job)


def show_shared(request: Request, job: Job, share: Share) -> Response:
    """Return what the holder of a link may know of a recording."""
    from functions.handlers.api.routes import shared_routes

    return shared_routes.show_shared(request, job, share)


def shared_result(request: Request, job: Job, share: Share) -> Response:
    """Return the transcript that a link leads to."""
    from functions.handlers.api.routes import shared_routes

    return shared_routes.shared_result(request, job, share)


def shared_audio(request: Request, job: Job, share: Share) -> Response:
    """Return where the audio is that a link leads to."""
    from functions.handlers.api.routes import shared_routes

    return shared_routes.shared_audio(request, job, share)


def show_workers(request: Request) -> Response:
    """Return the state of each kind of workers."""
    from functions.handlers.api.routes import worker_routes

    return worker_routes.show_workers(request)
