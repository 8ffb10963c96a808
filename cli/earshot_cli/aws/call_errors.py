"""Failed calls of AWS: the reason, and advice if there is any.

botocore's own names: https://github.com/boto/botocore/blob/develop/botocore/exceptions.py
"""

from __future__ import annotations

from earshot_contract.aws_errors import error_code

NO_CREDENTIALS = "Set AWS_PROFILE, or sign in with `aws login` or `aws sso login`."
# Credentials that were valid once, by AWS's code or by the name of botocore's error.
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_EXPIRED |= {"UnauthorizedSSOTokenError", "SSOTokenLoadError", "TokenRetrievalError"}
_EXPIRED |= {"LoginRefreshRequired", "LoginTokenLoadError"}
_UNKNOWN = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"}
_CLOCK = {"RequestTimeTooSkewed", "RequestInTheFuture"}
# AWS reports a wrong clock with the code of a wrong signature; only the text names the time.
_CLOCK_TEXTS = ("Signature not yet current", "Signature expired")
_UNREACHABLE = {"EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError"}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException"}
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_NOT_ACTIVATED = {"OptInRequired", "SubscriptionRequiredException", "PendingVerification"}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_SERVICE_CONTROL_POLICY = "service control policy"
_BOUNDARY = "permissions boundary"

_MISSING_PACKAGE = (
    "a package is missing that reads the credentials of `aws login`. Run `.venv/bin/python -m pip install awscrt`, or "
    '`eval "$(aws configure export-credentials --format env)"`, and repeat the command.'
)


def is_denied_by_the_organization(error: Exception) -> bool:
    """Return whether a service control policy forbids the call: no permission in the account can allow it."""
    return _SERVICE_CONTROL_POLICY in str(error)


def reason(error: Exception) -> str:
    """Return why a call of AWS failed, with advice if there is any.

    Args:
        error: boto3's BotoCoreError or ClientError.
    """
    from botocore.exceptions import ClientError

    kind = error_code(error) if isinstance(error, ClientError) else type(error).__name__
    if kind in _CLOCK or any(text in str(error) for text in _CLOCK_TEXTS):
        return f"this machine's clock is wrong: AWS refuses signatures of another time. Set it. AWS says: {error}"
    if kind in _EXPIRED:
        return "the sign-in to AWS has expired, or was never made. Sign in, as by `aws sso login` or `aws login`."
    if kind in _UNKNOWN:
        return (
            "AWS does not accept these credentials. Check AWS_PROFILE; a region that the account has not enabled "
            f"refuses valid ones, too. AWS says: {error}"
        )
    if kind in _UNREACHABLE:
        return (
            "AWS does not answer there. Check AWS_REGION (a region is written like eu-central-1) and the connection "
            f"to the internet; behind a proxy set HTTPS_PROXY. {error}"
        )
    if is_denied_by_the_organization(error):
        return (
            "a policy of your AWS organization forbids it, often for a whole region. Choose another region "
            f"(AWS_REGION), or ask whoever administers the organization. AWS says: {error}"
        )
    if _BOUNDARY in str(error):
        return f"the permissions boundary of these credentials forbids it. AWS says: {error}"
    if kind in _DENIED:
        return (
            "these credentials lack a permission for it. Use those of an administrator, or ask whoever administers the "
            f"account. AWS says: {error}"
        )
    if kind in _NOT_ACTIVATED:
        return (
            "the account is not activated: AWS waits for a payment method, for its verification, or some hours after "
            f"the sign-up. The Billing console says which. AWS says: {error}"
        )
    match kind:
        case "NoRegionError":
            return "no AWS region is set. Set AWS_REGION, for example AWS_REGION=eu-central-1."
        case "NoCredentialsError":
            return f"there are no AWS credentials. {NO_CREDENTIALS}"
        case "PartialCredentialsError":
            return f"half of the AWS credentials is missing: {error}."
        case "ProfileNotFound":
            return f"{error}. Check AWS_PROFILE; `aws configure list-profiles` prints their names."
        case "MissingDependencyException":
            return _MISSING_PACKAGE
        case "SSLError":
            return (
                "the certificate of the connection is not accepted. Behind a proxy that opens TLS let AWS_CA_BUNDLE "
                f"and NODE_EXTRA_CA_CERTS name the file with its certificate. {error}"
            )
        case "ProxyConnectionError":
            return f"the proxy does not answer. Check HTTPS_PROXY. {error}"
    return f"{error}"
