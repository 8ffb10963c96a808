"""Settings of a deployment: CDK context, read at each synthesis. The template has no parameters of its own.

A CloudFormation parameter keeps its previous value when a stack is updated without it (the CDK CLI sends
`UsePreviousValue`), so a setting that was also a parameter acted on the first deployment only. Context is the one home
of each setting: what a deployment does not name has its default again.
"""

from __future__ import annotations

import difflib
import json
import math
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.keys import WORK_DAYS
from earshot_contract.names import DEPLOYED_CONTEXT
from earshot_contract.timeouts import IDLE_SECONDS, SPARE_IDLE_SECONDS
from functions.workers.prices import TASK_USD_HOUR
from infra import deployed_settings
from infra.errors import SettingsError

if TYPE_CHECKING:  # it starts jsii's Node, half a second
    from constructs import Node


class Flavour(StrEnum):
    """The kind of machine that workers run on."""

    GPU = "gpu"  # ECS Managed Instances
    CPU = "cpu"  # Fargate: an hour of audio costs more, but no quota has to be requested


# Defaults that differ for the CPU flavour: a model that a CPU can run, and its speed. An explicit setting wins.
# The price is Fargate's of 4 vCPU and 16 GB in us-east-1 (https://aws.amazon.com/fargate/pricing/).
CPU_DEFAULTS = {"default_model": "small", "speed": 4.0, "worker_price": 0.233}
# With quick workers a caller does not wait for a task's start, so the first task waits no longer for audio than others.
QUICK_DEFAULTS = {"idle_seconds": SPARE_IDLE_SECONDS}
# Regions whose accounts may see two availability zones only: a subnet in a third fails the deployment
# (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html, us-west-1).
TWO_ZONE_REGIONS = frozenset({"us-west-1"})
# The name is part of IAM role names of 64 characters, beside a region and the kind of capacity.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,23}")
# CloudFormation begins the names of the capacity providers with the stack's, and ECS refuses these beginnings
# (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html).
RESERVED = ("aws", "ecs", "fargate")
# Form of each text of a list or a text setting. CloudFormation refuses other texts after minutes, or accepts them
# without effect: an origin without its scheme matches no page.
FORMS = {
    "instance_types": re.compile(r"[a-z0-9-]+\.[a-z0-9*-]+"),
    "cors_origins": re.compile(r"\*|https?://[^/\s*]+"),
    "alarm_email": re.compile(r"|[^@\s]+@[^@\s]+"),
    "permissions_boundary": re.compile(r"|([\w+=,.@-]+/)*[\w+=,.@-]+", re.ASCII),
    "default_model": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*"),
}
EXAMPLES = {
    "instance_types": "g6.xlarge,g5.xlarge",
    "cors_origins": "https://example.org, with its scheme and without a path",
    "alarm_email": "me@example.org",
    "permissions_boundary": "developers-boundary, the name of a policy of the account, not its ARN",
    "default_model": "small",
}
# Minimum values. AWS WAF counts at least ten requests an address.
MIN_VALUES = {
    "speed": 0.1,
    "drain_seconds": 1,
    "worker_price": 0.0,
    "max_workers": 1,
    "quick_workers": 0,
    "quick_memory": 1769,
    "idle_seconds": 1,
    "linger_seconds": 0,
    "requests_a_minute": 10,
    "api_rate": 1,
    "api_burst": 1,
    "max_waiting_jobs": 0,
    "retention_days": 1,
    "zones": 1,
    "keep_audio_days": WORK_DAYS,  # shards wait for workers for nearly as long
    "uploads_days": 0,
}
MAX_VALUES = {
    "quick_memory": 10_240,  # MB; Lambda's maximum
    "zones": 4,  # subnets of a /18 in the VPC's /16
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_InfrastructureOptimization.html
    "linger_seconds": 3600,
}
ORIGINS_CHARACTERS = 2000  # of all origins together: the variables of a function hold 4 KB
# Environment variable of functions that fetch URLs. In AWS it is always this: only the local cloud changes it.
ALLOW_PRIVATE_URLS = "false"


@dataclass(frozen=True)
class StackSettings:
    """Settings read from CDK context, for example `cdk deploy -c flavour=cpu -c spot=false`.

    The first group changes the template's resources. The second group sets environment variables.
    """

    name: str = "Earshot"  # of the stack; another name is another deployment, also in the same account and region
    flavour: Flavour = Flavour.GPU
    spot: bool = True  # try Spot capacity first
    instance_types: tuple[str, ...] = ("g6.xlarge", "g5.xlarge", "g4dn.xlarge")  # one GPU, 16 GiB; GPU flavour
    linger_seconds: int = 60  # how long an empty instance, with the image in its cache, is kept; GPU flavour
    zones: int = 3  # availability zones with a subnet for workers
    public: bool = False  # requests need no API key, and a firewall limits the rate by IP address
    requests_a_minute: int = 300  # limit for one IP address, in public mode
    api_rate: int = 50  # requests a second, all callers together
    # Requests above the rate that are accepted in a burst: half of what an account may run at once, usually 1,000.
    api_burst: int = 500
    retention_days: int = 30  # table rows, jobs/ in the transcripts bucket, access logs
    keep_audio_days: int = WORK_DAYS  # audio of requests, for the player and retries, and what else is under work/
    uploads_days: int = 0  # days after which uploads and their results are deleted; 0: never
    cors_origins: tuple[str, ...] = ("*",)  # web origins whose pages may call the API; *: all
    dashboard: bool = False  # in CloudWatch: $3 a month, the first three of an account are free
    permissions_boundary: str = ""  # name of a policy that bounds every role of the stack; empty: none
    alarm_email: str = ""  # receives alarms; empty: CloudWatch alone shows them

    default_model: str = "large-v3-turbo"  # model that the name `whisper` stands for; a folder of the models bucket
    profile: EngineProfile = EngineProfile.ACCURATE  # of requests that do not choose; fast: less time, more errors
    speed: float = 60.0  # seconds of audio that a worker transcribes in a second, until workers have measured it
    drain_seconds: float = 240.0  # target time in which workers clear a bulk backlog
    max_workers: int = 4
    worker_price: float = TASK_USD_HOUR  # dollars an hour of a task, for the scaler and each job's cost
    quick_workers: int = 2  # Lambda functions that transcribe at the same time, for callers and single clips; 0: none
    quick_memory: int = 3008  # MB of each: the most in many new accounts; 10240 where it is allowed
    max_waiting_jobs: int = 0  # unfinished jobs of one key above which its requests get 429; 0: no limit
    idle_seconds: int = IDLE_SECONDS  # how long the first task waits for more audio, without quick workers

    @classmethod
    def from_context(cls, node: Node) -> StackSettings:
        """Read all settings from the context of `node`.

        Raises:
            SettingsError: A value cannot be read or used, the context has an unknown setting, or an upgrade leaves open
                what becomes of a deployed one; the message names it.
        """
        _check_names(node, {f.name for f in fields(cls)})
        raw_values = {f.name: node.try_get_context(f.name) for f in fields(cls)}
        named = {name: _parse(name, raw, getattr(cls, name)) for name, raw in raw_values.items() if raw is not None}
        deployed = deployed_settings.read(node.try_get_context(DEPLOYED_CONTEXT))
        # A setting of an earlier version that is gone has nothing left to act on; the command says so.
        known = {name: _parse(name, deployed[name], getattr(cls, name)) for name in raw_values if name in deployed}
        settings = cls(**_resolve({**deployed_settings.kept(known, named, _resolve), **named}))
        settings._check_ranges()
        for line in settings.without_effect(named):
            print(f"Note: {line}.", file=sys.stderr)
        return settings

    def without_effect(self, names: Iterable[str]) -> list[str]:
        """Return for each named setting without effect which other setting it requires."""
        cpu = self.flavour is Flavour.CPU
        idle = {
            "instance_types": "flavour=gpu" if cpu else "",
            "linger_seconds": "flavour=gpu" if cpu else "",
            "requests_a_minute": "" if self.public else "public=true",
            "quick_memory": "" if self.quick_workers else "quick_workers above 0",
        }
        return [f"{name} has an effect with {idle[name]} only" for name in names if idle.get(name)]

    def to_json(self) -> str:
        """Return all settings as a JSON object: the stack's output `Settings`."""
        return json.dumps(asdict(self), sort_keys=True)

    def _check_ranges(self) -> None:
        for name, minimum in MIN_VALUES.items():
            if not math.isfinite(value := getattr(self, name)):
                raise SettingsError(f"Context {name}={value} is no number of use.")
            if value < minimum:
                raise SettingsError(f"Context {name}={value} is too small: {minimum} is the minimum.")
        for name, form in FORMS.items():
            value = getattr(self, name)
            for text in (value or ("",)) if isinstance(value, tuple) else (value,):
                if not form.fullmatch(text):
                    raise SettingsError(f"Context {name}={text!r} cannot be used: give a value like {EXAMPLES[name]}.")
        if len(",".join(self.cors_origins)) > ORIGINS_CHARACTERS:
            raise SettingsError(f"Context cors_origins is too long: {ORIGINS_CHARACTERS} characters are the maximum.")
        for name, maximum in MAX_VALUES.items():
            if getattr(self, name) > maximum:
                raise SettingsError(f"Context {name}={getattr(self, name)} is too large: {maximum} is the maximum.")
        if not NAME.fullmatch(self.name):
            raise SettingsError(
                f"Context name={self.name!r} is no name of a deployment: up to 24 letters, digits and hyphens, "
                "a letter first."
            )
        if self.flavour is Flavour.GPU and self.name.lower().startswith(RESERVED):
            raise SettingsError(
                f"Context name={self.name!r} begins with a word that ECS keeps for itself: {', '.join(RESERVED)}."
            )


def _resolve(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values and the default of every other setting."""
    defaults = {f.name: f.default for f in fields(StackSettings)}
    if os.environ.get("CDK_DEFAULT_REGION") in TWO_ZONE_REGIONS:  # the CDK CLI sets it
        defaults["zones"] = 2
    if values.get("quick_workers", defaults["quick_workers"]):
        defaults |= QUICK_DEFAULTS
    if values.get("flavour") is Flavour.CPU:
        defaults |= CPU_DEFAULTS
    return {**defaults, **values}


def _parse(name: str, raw: Any, default: Any) -> Any:
    """Convert `raw` to the type of `default`. The CDK CLI passes strings; cdk.json may hold other JSON types."""
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[str(raw).lower()]
        if isinstance(default, tuple):
            return tuple(text.strip() for text in (raw.split(",") if isinstance(raw, str) else raw))
        return type(default)(raw)
    except (KeyError, ValueError) as error:
        raise SettingsError(f"Context {name}={raw!r} cannot be read: give a value like {str(default)!r}.") from error


def _check_names(node: Node, known: set[str]) -> None:
    """Raise for a setting that does not exist: it would be ignored. The CDK's names begin with `@` or hold a colon."""
    for name in node.get_all_context():
        if name not in known and not name.startswith(("@", "aws:")) and ":" not in name:
            nearest = difflib.get_close_matches(name, known, 1)
            hint = f"perhaps {nearest[0]} was meant" if nearest else f"there are {', '.join(sorted(known))}"
            raise SettingsError(f"Context {name} is no setting: {hint}.")
