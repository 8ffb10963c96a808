"""boto3 clients for the commands that write to a deployment's table and buckets.

boto3 comes with the extra `admin` and takes half a second to import: it is imported where it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
    with aws_errors(f"No client for AWS {service}"):
        return create(service, **({"region_name": region} if region else {}) | options)


def price_list_client(service: str) -> Any:
    """Create a client of the price list, which answers in few regions, for all of them.

    The region is one of https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html.
    """
    return client(service, region_name="us-east-1")


@contextmanager
def aws_errors(message: str, status: Status = Status.FAILED, hint: str = "") -> Iterator[None]:
    """Turn boto3's errors into a CliError: `message`, boto3's reason, `hint`."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

    try:
        yield
    except NoRegionError:
        raise CliError(
            f"{message}: no AWS region is set. Set AWS_REGION, for example AWS_REGION=eu-central-1.", status
        ) from None
    except NoCredentialsError:
        raise CliError(
            f"{message}: there are no AWS credentials. Set AWS_PROFILE, or sign in with `aws sso login`.", status
        ) from None
    except (BotoCoreError, ClientError) as error:
        raise CliError(f"{message}: {error}{hint}", status) from None
