"""boto3 clients for the commands that write to a deployment's table and buckets.

boto3 comes with the extra `admin` and takes half a second to import: it is imported where it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from earshot_cli.aws.call_errors import reason
from earshot_cli.errors import CliError, Status
from earshot_cli.extras import missing_extra


def client(service: str, **options: str) -> Any:
    """Create a boto3 client with the environment's credentials, region and endpoint, and other `options`.

    boto3 reads the region from AWS_DEFAULT_REGION and the profile; AWS_REGION, which the CDK and other SDKs read first,
    comes first here, too.

    Raises:
        CliError: the extra `admin` is not installed, or no region is set.
    """
    try:
        import boto3
    except ImportError:
        raise missing_extra("admin", "`earshot key` and `earshot model`") from None
    create: Any = boto3.client  # its type stubs know only literal names of services
    region = os.environ.get("AWS_REGION")
    with aws_errors("AWS cannot be used"):
        return create(service, **({"region_name": region} if region else {}) | options)


def price_list_client(service: str) -> Any:
    """Create a client of the price list, which answers in few regions, for all of them.

    The region is one of https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html.

    Raises:
        CliError: the region is in China, a GovCloud or the European Sovereign Cloud, whose accounts the list refuses.
    """
    partition = client("sts").meta.partition
    if partition != "aws":
        raise CliError(
            f"AWS's price list in dollars answers no accounts of {partition}. Set a worker's price an hour yourself, "
            "with -c worker_price=…, to have the cost of jobs computed."
        )
    return client(service, region_name="us-east-1")


@contextmanager
def aws_errors(message: str, status: Status = Status.FAILED) -> Iterator[None]:
    """Turn boto3's errors into a CliError: `message`, boto3's reason, and what to do where that is known."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise CliError(f"{message}: {reason(error)}", status) from None
