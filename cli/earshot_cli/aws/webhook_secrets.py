"""Secrets that sign callbacks: created here, shown once, added and removed, so that a receiver can change over."""

from __future__ import annotations

from earshot_cli.aws.clients import aws_errors, client
from earshot_cli.errors import CliError
from earshot_contract.aws_errors import error_code
from earshot_contract.credentials.webhook_secrets import MAX_SECRETS, new_secret
from earshot_contract.keys import webhook_secrets_pk


def add(owner: str, table: str) -> str:
    """Create a secret, which signs all callbacks of an owner's jobs from now on, together with existing ones.

    Args:
        owner: id of a key, `public`, or `deployment`.
        table: name of the deployment's DynamoDB table.

    Returns:
        The secret, which is not shown again.

    Raises:
        CliError: The owner has MAX_SECRETS of them, or the table cannot be written.
    """
    from botocore.exceptions import ClientError

    secret = new_secret()
    dynamodb = client("dynamodb")
    with aws_errors(f"The secret could not be written to the table {table}"):
        try:
            dynamodb.update_item(
                TableName=table,
                Key={"pk": {"S": webhook_secrets_pk(owner)}},
                UpdateExpression="SET secrets = list_append(if_not_exists(secrets, :none), :new)",
                ConditionExpression="attribute_not_exists(secrets) OR size(secrets) < :most",
                ExpressionAttributeValues={
                    ":none": {"L": []},
                    ":new": {"L": [{"S": secret}]},
                    ":most": {"N": str(MAX_SECRETS)},
                },
            )
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            raise CliError(
                f"{owner} has {MAX_SECRETS} secrets already: remove the old ones with --remove-old."
            ) from None
    return secret


def remove(owner: str, table: str, *, keep_newest: bool) -> int:
    """Remove an owner's secrets, all of them or all but the newest; return how many.

    Raises:
        CliError: The table cannot be written, or another command has changed the secrets meanwhile.
    """
    dynamodb = client("dynamodb")
    key = {"pk": {"S": webhook_secrets_pk(owner)}}
    with aws_errors(f"The secrets could not be removed from the table {table}"):
        item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        found = item.get("secrets", {"L": []})
        kept = found["L"][-1:] if keep_newest else []
        if len(found["L"]) == len(kept):
            return 0
        unchanged = {"ConditionExpression": "secrets = :found", "ExpressionAttributeValues": {":found": found}}
        if kept:
            unchanged["ExpressionAttributeValues"] = {":found": found, ":kept": {"L": kept}}
            dynamodb.update_item(TableName=table, Key=key, UpdateExpression="SET secrets = :kept", **unchanged)
        else:
            dynamodb.delete_item(TableName=table, Key=key, **unchanged)
    return len(found["L"]) - len(kept)
