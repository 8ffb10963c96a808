"""What a deployment decides: settings when the template is made, parameters when it is deployed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from aws_cdk import CfnParameter, Stack
from constructs import Node


class Flavour(StrEnum):
    """What the workers run on."""

    GPU = "gpu"  # ECS Managed Instances
    CPU = "cpu"  # Fargate: dearer an hour of audio, nothing to ask a quota for


# What a CPU holds and how fast it is; an explicit setting wins.
CPU_DEFAULTS = {"default_model": "small", "speed": 4.0}


@dataclass(frozen=True)
class StackSettings:
    """Read from CDK context, so that `cdk deploy -c flavour=cpu -c spot=false` chooses.

    The first group shapes the template. The second is only the default of a CloudFormation parameter or of a
    function's environment: another value needs no other template.
    """

    flavour: Flavour = Flavour.GPU
    spot: bool = True  # try Spot capacity first
    instance_types: tuple[str, ...] = ("g6.xlarge", "g5.xlarge", "g4dn.xlarge")  # one GPU, 16 GiB; GPU flavour
    linger_seconds: int = 60  # how long an empty instance stays, its image cached; GPU flavour
    public: bool = False  # no key needed: adds a firewall that throttles by address
    requests_a_minute: int = 300  # from one address, in public mode
    api_rate: int = 50  # requests a second, of everybody together
    api_burst: int = 100
    retention_days: int = 30  # rows, jobs/ in the transcripts bucket, access logs
    alarm_email: str = ""  # who hears of alarms; empty: only the dashboard shows them

    default_model: str = "large-v3-turbo"  # what `whisper` means; a name in the models bucket
    speed: float = 60.0  # seconds of audio a worker transcribes in a second, for scaling
    drain_seconds: float = 300.0  # a backlog should be gone after this long
    max_workers: int = 4
    idle_seconds: int = 180  # how long worker 0 waits for more: about one cold start

    @classmethod
    def from_context(cls, node: Node) -> StackSettings:
        """Raises ValueError with the name of a setting whose value cannot be read."""
        raw_values = {f.name: node.try_get_context(f.name) for f in fields(cls)}
        values = {name: _parse(name, raw, getattr(cls, name)) for name, raw in raw_values.items() if raw is not None}
        return cls(**(CPU_DEFAULTS | values if values.get("flavour") is Flavour.CPU else values))


def _parse(name: str, raw: Any, default: Any) -> Any:
    """`raw` as the type of `default`. The CDK CLI passes strings, cdk.json may hold JSON."""
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[str(raw).lower()]
        if isinstance(default, tuple):
            return tuple(raw.split(",") if isinstance(raw, str) else raw)
        return type(default)(raw)
    except (KeyError, ValueError) as error:
        raise ValueError(f"Context {name}={raw!r} cannot be read: give a value like {str(default)!r}.") from error


class Parameters:
    """CloudFormation's parameters: one template, deployed here and there with other values."""

    def __init__(self, stack: Stack, settings: StackSettings) -> None:
        def parameter(name: str, default: str | int, description: str, **constraints: Any) -> str:
            parameter_type = "Number" if isinstance(default, int) else "String"
            cfn_parameter = CfnParameter(
                stack, name, type=parameter_type, default=default, description=description, **constraints
            )
            return cfn_parameter.value_as_string

        switch = {"allowed_values": ["true", "false"]}
        self.default_model = parameter(
            "DefaultModel",
            settings.default_model,
            "What the model name whisper means: a folder of the models bucket.",
        )
        self.max_workers = parameter("MaxWorkers", settings.max_workers, "Containers at once, at most.", min_value=1)
        self.idle_seconds = parameter(
            "IdleSeconds", settings.idle_seconds, "How long the first worker waits for more audio.", min_value=1
        )
        self.public_access = parameter(
            "PublicAccess", str(settings.public).lower(), "true: callers need no key.", **switch
        )
        self.allow_private_urls = parameter(
            "AllowPrivateUrls",
            "false",
            "true: fetch audio from addresses that are not public. For tests.",
            **switch,
        )
