"""Release of a deployment: checks, synthesis, the worker's image, a change set that is judged, and its execution.

`earshot deploy` makes a first deployment, `earshot upgrade` a later one. An upgrade keeps every setting that is
deployed (the stack's output `Settings`) and is refused where it would replace or remove what holds data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from earshot_cli.deployment.cdk import checked_cdk
from earshot_cli.errors import CliError, Status
from earshot_contract.aws_errors import error_code
from earshot_contract.names import DEPLOYED_CONTEXT

Client = Callable[[str], Any]  # name of a service → boto3 client

CHANGE_SET = "earshot-release"
# Types of resources with data, or with an address that callers use. CloudFormation would replace them by empty ones.
STATEFUL = frozenset(
    {
        "AWS::S3::Bucket",
        "AWS::DynamoDB::GlobalTable",
        "AWS::SQS::Queue",
        "AWS::StepFunctions::StateMachine",
        "AWS::ApiGateway::RestApi",
        "AWS::Events::EventBus",
    }
)

REPLACED = {"True": ", replaced", "Conditional": ", perhaps replaced"}
MANY_ALIKE = 6  # changes of one kind from which on they are one line: an upgrade changes seventy methods of the API


@dataclass(frozen=True)
class Change:
    """A change that CloudFormation announces for one resource."""

    action: str  # Add, Modify, Remove, …
    replacement: str  # True, False, Conditional; empty where nothing can be replaced
    kind: str
    name: str

    @property
    def loses_data(self) -> bool:
        """Whether the change takes data, or an address, away from a deployment."""
        return self.kind in STATEFUL and (self.action == "Remove" or self.replacement in ("True", "Conditional"))


def context_arguments(settings: Mapping[str, str]) -> list[str]:
    """Return settings as arguments of the CDK."""
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def parse_settings(pairs: Sequence[str]) -> dict[str, str]:
    """Return the settings in NAME=VALUE.

    Raises:
        CliError: a pair has no name or no equals sign.
    """
    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise CliError(f"-c {pair}: write NAME=VALUE, for example -c flavour=cpu.", Status.USAGE)
        settings[name] = value
    return settings


def deployed_settings(outputs: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of a deployment: the stack's output `Settings`.

    Raises:
        CliError: an earlier version deployed the stack, which did not write them down, and none is chosen.
    """
    if "Settings" in outputs:
        return dict(json.loads(outputs["Settings"]))
    if not chosen:
        raise CliError(
            "This stack has no output Settings: name with -c what you chose when you deployed it, or -c flavour=gpu if "
            "nothing. What is not named gets its default.",
            Status.USAGE,
        )
    return {}


def synthesize(settings: Mapping[str, str], folder: Path, deployed: Mapping[str, Any] | None = None) -> None:
    """Synthesize the app into a folder, from which all that follows reads.

    Args:
        settings: as the CDK takes them.
        folder: where the template and its assets are written.
        deployed: settings of the deployment, which `infra` keeps where they still fit.

    Raises:
        CliError: the app rejects a setting, or a rule of cdk-nag is broken; the CDK has said which.
    """
    kept = {DEPLOYED_CONTEXT: json.dumps(deployed)} if deployed else {}
    checked_cdk(["synth", "--quiet", "--output", str(folder), *context_arguments({**settings, **kept})])


def synthesized_settings(name: str, folder: Path) -> dict[str, Any]:
    """Return all settings of a synthesized app."""
    template = json.loads((folder / f"{name}.template.json").read_text())
    return dict(json.loads(template["Outputs"]["Settings"]["Value"]))


def public_parameters(name: str, folder: Path) -> list[str]:
    """Return the names of AWS's own parameters from which a synthesized template takes values, layers for example."""
    template = json.loads((folder / f"{name}.template.json").read_text())
    parameters = template.get("Parameters", {}).values()
    names = [p["Default"] for p in parameters if p["Type"].startswith("AWS::SSM::Parameter::Value")]
    return sorted(name for name in names if name.startswith("/aws/"))


def settings_changes(deployed: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each setting that an upgrade changes, adds or removes."""
    for name in sorted({*deployed, *after}):
        if name not in after:
            yield f"{name}: {_text(deployed[name])} → gone in this version"
        elif name not in deployed:
            yield f"{name}: new → {_text(after[name])}"
        elif deployed[name] != after[name]:
            yield f"{name}: {_text(deployed[name])} → {_text(after[name])}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value) or "none"


def deploy(name: str, folder: Path) -> None:
    """Create the stack from a synthesized app.

    Raises:
        CliError: `cdk deploy` failed.
    """
    _deploy(name, folder)


def _deploy(name: str, folder: Path, *method: str) -> None:
    """Run `cdk deploy` without its question about changed permissions, which fails where there is no terminal."""
    checked_cdk(["deploy", name, "--app", str(folder), "--require-approval", "never", *method])


def prepare(client: Client, name: str, folder: Path) -> list[Change]:
    """Publish the assets and create the change set, without executing it; return what it would change.

    The CDK makes no change set where nothing differs. `changes` would then find one that an interrupted upgrade left,
    so a change set of that name is deleted first.

    Raises:
        CliError: `cdk deploy` failed.
    """
    discard(client, name)
    _deploy(name, folder, "--method", "prepare-change-set", "--change-set-name", CHANGE_SET)
    return changes(client, name)


def changes(client: Client, name: str) -> list[Change]:
    """Return what the prepared change set would change; nothing if there is none, since nothing differs."""
    from botocore.exceptions import ClientError

    try:
        pages = list(_change_set_pages(client("cloudformation"), name))
    except ClientError as error:
        if error_code(error) in ("ChangeSetNotFound", "ChangeSetNotFoundException"):
            return []
        raise
    found = [
        entry["ResourceChange"] for page in pages for entry in page.get("Changes", []) if "ResourceChange" in entry
    ]
    return [
        Change(c["Action"], c.get("Replacement", ""), c["ResourceType"], c["LogicalResourceId"])
        for c in sorted(found, key=lambda c: (c["ResourceType"], c["LogicalResourceId"]))
    ]


def change_lines(found: Sequence[Change]) -> Iterator[str]:
    """Yield a line for each change, and one line for MANY_ALIKE or more of one kind, such as the methods of the API."""
    for (action, kind, replacement), alike in groupby(
        sorted(found, key=lambda c: (c.kind, c.action, c.replacement)), lambda c: (c.action, c.kind, c.replacement)
    ):
        names = [change.name for change in alike]
        shown = names if len(names) < MANY_ALIKE else [f"({len(names)} of them)"]
        yield from (f"{action:<8} {kind} {name}{REPLACED.get(replacement, '')}" for name in shown)


def _change_set_pages(cloudformation: Any, name: str) -> Iterator[dict[str, Any]]:
    token: dict[str, str] = {}
    while True:
        page = cloudformation.describe_change_set(StackName=name, ChangeSetName=CHANGE_SET, **token)
        yield page
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def check_changes(found: Sequence[Change]) -> None:
    """Check that no change loses data.

    Raises:
        CliError: a change does; the message names every such change.
    """
    if losses := [f"{change.kind.removeprefix('AWS::')} {change.name}" for change in found if change.loses_data]:
        raise CliError(
            f"This upgrade would replace or remove what holds data: {', '.join(losses)}. Nothing was changed. The "
            f"change set {CHANGE_SET} in the CloudFormation console says which property causes it."
        )


def discard(client: Client, name: str) -> None:
    """Delete the prepared change set, if there is one."""
    client("cloudformation").delete_change_set(StackName=name, ChangeSetName=CHANGE_SET)


def execute(name: str, folder: Path) -> None:
    """Execute the prepared change set and wait for its end.

    Raises:
        CliError: the change set failed, and CloudFormation rolled it back.
    """
    _deploy(name, folder, "--method", "execute-change-set", "--change-set-name", CHANGE_SET)
