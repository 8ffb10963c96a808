"""Settings of a deployment: CDK context, read at synthesis, and CloudFormation parameters, set at deployment."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from aws_cdk import CfnParameter, Stack
from constructs import Node

from earshot_contract.timeouts import IDLE_SECONDS


class Flavour(StrEnum):
    """The kind of machine that workers run on."""

    GPU = "gpu"  # ECS Managed Instances
    CPU = "cpu"  # Fargate: an hour of audio costs more, but no quota has to be requested


# Defaults that differ for the CPU flavour: a model that a CPU can run, and its speed. An explicit setting wins.
CPU_DEFAULTS = {"default_model": "small", "speed": 4.0}


@dataclass(frozen=True)
class StackSettings:
    """Settings read from CDK context, for example `cdk deploy -c flavour=cpu -c spot=false`.

    The first group changes the template's resources. The second group sets defaults of CloudFormation parameters and
    values of the functions' environment variables.
    """

    flavour: Flavour = Flavour.GPU
    spot: bool = True  # try Spot capacity first
    instance_types: tuple[str, ...] = ("g6.xlarge", "g5.xlarge", "g4dn.xlarge")  # one GPU, 16 GiB; GPU flavour
    linger_seconds: int = 60  # how long an empty instance, with the image in its cache, is kept; GPU flavour
    public: bool = False  # requests need no API key; adds a firewall that limits the rate by IP address
    requests_a_minute: int = 300  # limit for one IP address, in public mode
    api_rate: int = 50  # requests a second, all callers together
    api_burst: int = 100  # requests above the rate that are accepted in a burst
    retention_days: int = 30  # table rows, jobs/ in the transcripts bucket, access logs
    alarm_email: str = ""  # receives alarms; empty: alarms show on the dashboard only

    default_model: str = "large-v3-turbo"  # model that the name `whisper` stands for; a folder of the models bucket
    speed: float = 60.0  # seconds of audio that a worker transcribes in a second; used for scaling
    drain_seconds: float = 300.0  # target time in which workers clear the backlog
    max_workers: int = 4
    idle_seconds: int = IDLE_SECONDS  # how long the worker of slot 0 waits for more audio

    @classmethod
    def from_context(cls, node: Node) -> StackSettings:
        """Read all settings from the context of `node`.

        Raises:
            ValueError: A value cannot be read; the message names the setting.
        """
        raw_values = {f.name: node.try_get_context(f.name) for f in fields(cls)}
        values = {name: _parse(name, raw, getattr(cls, name)) for name, raw in raw_values.items() if raw is not None}
        return cls(**(CPU_DEFAULTS | values if values.get("flavour") is Flavour.CPU else values))


def _parse(name: str, raw: Any, default: Any) -> Any:
    """Convert `raw` to the type of `default`. The CDK CLI passes strings; cdk.json may hold other JSON types."""
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[str(raw).lower()]
        if isinstance(default, tuple):
            return tuple(raw.split(",") if isinstance(raw, str) else raw)
        return type(default)(raw)
    except (KeyError, ValueError) as error:
        raise ValueError(f"Context {name}={raw!r} cannot be read: give a value like {str(default)!r}.") from error


class Parameters:
    """CloudFormation parameters: values that can change without a new template. Attributes are references to them."""

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
            "Model that the name whisper stands for: a folder of the models bucket.",
        )
        self.max_workers = parameter(
            "MaxWorkers", settings.max_workers, "Maximum number of worker containers.", min_value=1
        )
        self.idle_seconds = parameter(
            "IdleSeconds", settings.idle_seconds, "How long the first worker waits for more audio.", min_value=1
        )
        self.public_access = parameter(
            "PublicAccess", str(settings.public).lower(), "true: callers need no API key.", **switch
        )
        self.allow_private_urls = parameter(
            "AllowPrivateUrls",
            "false",
            "true: fetch audio from addresses that are not public. For tests.",
            **switch,
        )
