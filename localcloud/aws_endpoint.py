"""AWS endpoint of the local cloud: boto3 clients for it, whether it is up, and the emulator's own routes."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import boto3
from botocore.config import Config

from localcloud.emulator_process import REGION

HEALTH_PATH = "/_ministack/health"


def client(address: str, service: str) -> Any:
    """Return a boto3 client of the emulated account; `address` is that of the endpoint, `http://host:port`."""
    create_client: Any = boto3.client  # its stubs accept literal names only
    return create_client(
        service,
        endpoint_url=address,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}, max_pool_connections=32, proxies={}),
    )


def is_up(address: str) -> bool:
    """Return whether the emulator answers its health check."""
    try:
        with _direct().open(f"{address}{HEALTH_PATH}", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def post(address: str, path: str, seconds: float) -> None:
    """Call one of the emulator's own routes; an OSError is raised where it does not answer within `seconds`."""
    request = urllib.request.Request(f"{address}{path}", method="POST")
    with _direct().open(request, timeout=seconds):
        pass


def _direct() -> urllib.request.OpenerDirector:
    """Return an opener of addresses that does not use the machine's proxy."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
