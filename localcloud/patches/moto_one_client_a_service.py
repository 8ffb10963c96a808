"""moto: Task states share one boto3 client a service and role, which calls the emulator.

Why: moto makes a client for every Task state that runs, 27 ms each (measured, moto 5.2.5), and points it to a server
    of moto's own (by default at port 5000) instead of the emulator.
Upstream: none filed.
Remove when: moto caches its clients and lets the endpoint be set.
Test: tests/localcloud/patches/test_moto.py::test_boto_client_without_patch_is_made_for_each_call
"""

from __future__ import annotations

import sys
import threading
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from localcloud.emulator.iam import role_credentials
from localcloud.patches.registry import Patch, Runtime, patch

CLIENT_FOR = "moto.stepfunctions.parser.asl.utils.boto_client:boto_client_for"
LAMBDA_TIMEOUT_SECONDS = 900  # Lambda's maximum


def apply(runtime: Runtime) -> None:
    """Replace `boto_client_for` in the module that defines it and in all that imported it by name."""
    import moto.stepfunctions.parser.asl.parse.asl_parser  # noqa: F401  imports every service's module

    lock = threading.Lock()
    create_client: Any = boto3.client  # its stubs accept literal names only

    @cache
    def create(region: str, service: str, role_arn: str) -> Any:
        config = Config(
            parameter_validation=False,
            retries={"total_max_attempts": 1},  # the state machine's Retry decides
            read_timeout=LAMBDA_TIMEOUT_SECONDS,
            max_pool_connections=64,
        )
        signed_as = {name.lower(): value for name, value in role_credentials.environment(role_arn).items()}
        return create_client(service, region_name=region, endpoint_url=runtime.endpoint, config=config, **signed_as)

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        with lock:
            return create(region, service, state_credentials.role_arn if state_credentials else "")

    replaced = patch(CLIENT_FOR, client_for)
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions") and getattr(module, "boto_client_for", None) is replaced:
            module.boto_client_for = client_for  # type: ignore[attr-defined]


PATCH = Patch(
    name="moto-one-client-a-service", needed_for="behaviour", points={CLIENT_FOR: "1f44dc2ac8aa2179"}, apply=apply
)
