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
from earshot_contract.aws_errors import error_code


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


# Credentials that were valid once; the last three are botocore's own, of AWS SSO.
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
EXPIRED_IN_BOTOCORE = {"UnauthorizedSSOTokenError", "SSOTokenLoadError", "TokenRetrievalError"}
UNKNOWN = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"}


@contextmanager
def aws_errors(message: str, status: Status = Status.FAILED) -> Iterator[None]:
    """Turn boto3's errors into a CliError: `message`, boto3's reason, and what to do where that is known."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise CliError(f"{message}: {reason(error)}", status) from None


def reason(error: Exception) -> str:
    """Return why a call of AWS failed, and what to do where that is known.

    Args:
        error: boto3's BotoCoreError or ClientError.
    """
    from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError

    kind = error_code(error) if isinstance(error, ClientError) else type(error).__name__
    if isinstance(error, NoRegionError):
        return "no AWS region is set. Set AWS_REGION, for example AWS_REGION=eu-central-1."
    if isinstance(error, NoCredentialsError):
        return "there are no AWS credentials. Set AWS_PROFILE, or sign in with `aws sso login`."
    if kind in EXPIRED | EXPIRED_IN_BOTOCORE:
        return "the AWS credentials have expired. Sign in again, for example with `aws sso login`."
    if kind in UNKNOWN:
        return (
            "AWS does not accept these credentials. Check AWS_PROFILE; a region that the account has not enabled "
            f"refuses valid ones, too. AWS says: {error}"
        )
    if isinstance(error, EndpointConnectionError):
        return (
            "AWS does not answer there. Check AWS_REGION (a region is written like eu-central-1) and the connection "
            f"to the internet. {error}"
        )
    return f"{error}"
