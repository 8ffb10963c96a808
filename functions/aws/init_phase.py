"""Connections made in Lambda's init phase, so that the first request need not wait for them.

Lambda runs a module's import with more CPU than it gives the invocations of a small function. boto3's import and a
client take hundreds of milliseconds of CPU; functions/README.md has the figures. In every other process boto3 is
imported when a client is first used: tests, and programs that only read a handler's tables, go without it.
"""

from __future__ import annotations

import os

from functions.aws import clients


def connect(*services: str) -> None:
    """Create the clients that a function's usual request needs, if Lambda is initialising this process.

    Args:
        services: boto3's names.
    """
    if "AWS_LAMBDA_INITIALIZATION_TYPE" not in os.environ:
        return
    for service in services:
        if service == "dynamodb":
            clients.dynamodb_resource()
        else:
            clients.client(service)
