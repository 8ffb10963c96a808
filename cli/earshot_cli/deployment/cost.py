"""Cost of audio: the deployment's settings and AWS's list prices, put into the formula of docs/explanation/cost.md.

Prices come from the AWS Price List API when the command runs, for the stack's own region; the code contains none.
Speeds and starts are those that the deployment's workers have measured; until then they are assumed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from earshot_cli.errors import CliError
from earshot_contract.keys import FLEET_PK
from earshot_contract.timeouts import QUICK_IDLE_SECONDS, QUICK_START_SECONDS, WORKER_START_SECONDS
from earshot_contract.worker_kinds import MEMORY_A_CPU, QUICK_SPEED_A_CPU, WorkerKind

Client = Callable[[str], Any]  # name of a service → boto3 client

FARGATE_VCPUS, FARGATE_GIB = 4, 16  # of the CPU flavour's task
HOUR = 3600.0


@dataclass(frozen=True)
class Price:
    """List price of a worker for an hour, in US dollars, and the date of the price list."""

    worker: str
    usd: float
    published: str


@dataclass(frozen=True)
class AudioCost:
    """Cost of a worker's audio, in US dollars.

    Attributes:
        kind: kind of the worker.
        price: its price.
        speed: seconds of audio that it transcribes in a second.
        start: seconds until it has started.
        after: seconds that are paid after its last audio: the idle time, and the instance's own time until it ends.
        speed_measured: whether the deployment's workers have measured the speed; otherwise it is assumed.
        start_measured: whether they have measured the start; otherwise it is assumed.
    """

    kind: WorkerKind
    price: Price
    speed: float
    start: float
    after: float
    speed_measured: bool = False
    start_measured: bool = False

    @property
    def audio_hour(self) -> float:
        """An hour of audio while the worker is busy."""
        return self.price.usd / self.speed

    @property
    def burst(self) -> float:
        """Cost of each burst besides its audio: start and idle time."""
        return self.price.usd * (self.start + self.after) / HOUR

    @property
    def lone_hour(self) -> float:
        """An hour of audio that comes alone: its worker starts for it, waits after it, and leaves."""
        return self.audio_hour + self.burst


def learnt(dynamodb: Any, table: str) -> dict[str, float]:
    """Return what a deployment's workers have measured, as it is in the table: `task_speed`, `quick_start` and others.

    Args:
        dynamodb: boto3 client.
        table: name of the deployment's table.
    """
    item = dynamodb.get_item(TableName=table, Key={"pk": {"S": FLEET_PK}}).get("Item", {})
    return {name: float(value["N"]) for name, value in item.items() if "N" in value}


def audio_costs(
    client: Client, settings: Mapping[str, Any], region: str, measured: Mapping[str, float]
) -> Iterator[AudioCost]:
    """Yield the cost for each kind of worker of a deployment: those of its tasks as they are tried, then the quick one.

    Args:
        client: returns a boto3 client for the name of a service.
        settings: the stack's output `Settings`.
        region: name of the stack's region.
        measured: what `learnt` returned.
    """
    idle = float(settings["idle_seconds"])
    pricing = client("pricing")
    if settings["flavour"] == "cpu":
        prices, linger = [fargate_price(pricing, region)], 0.0
    else:
        prices = [instance_price(pricing, region, kind) for kind in settings["instance_types"]]
        linger = float(settings["linger_seconds"])
    for price in prices:
        yield _cost(WorkerKind.TASK, price, (float(settings["speed"]), WORKER_START_SECONDS), idle + linger, measured)
    if settings.get("quick_workers"):
        memory = int(settings["quick_memory"])
        assumed = (QUICK_SPEED_A_CPU * memory / MEMORY_A_CPU, QUICK_START_SECONDS)
        yield _cost(WorkerKind.QUICK, quick_price(pricing, region, memory), assumed, QUICK_IDLE_SECONDS, measured)


def _cost(
    kind: WorkerKind, price: Price, assumed: tuple[float, float], after: float, measured: Mapping[str, float]
) -> AudioCost:
    """Return the cost of a kind of worker, whose speed and start are `assumed` where they are not measured."""
    speed, start = (measured.get(f"{kind}_{what}") for what in ("speed", "start"))
    seconds = assumed[1] if start is None else start
    return AudioCost(kind, price, speed or assumed[0], seconds, after, bool(speed), start is not None)


def worker_price(client: Client, settings: Mapping[str, Any], region: str) -> Price:
    """Return the price of the kind of worker that a deployment tries first.

    Raises:
        CliError: the price list has none in the region.
    """
    if settings["flavour"] == "cpu":
        return fargate_price(client("pricing"), region)
    return instance_price(client("pricing"), region, settings["instance_types"][0])


def instance_price(pricing: Any, region: str, instance_type: str) -> Price:
    """Return the price of an instance type on demand: Linux, shared, no licences.

    Raises:
        CliError: the region has no such type.
    """
    required = {
        "instanceType": instance_type,
        "regionCode": region,
        "operatingSystem": "Linux",
        "preInstalledSw": "NA",
        "tenancy": "Shared",
        "capacitystatus": "Used",
    }
    for product in _products(pricing, "AmazonEC2", required):
        return Price(instance_type, _usd(product), product["publicationDate"])
    raise CliError(f"AWS's price list has no {instance_type} in {region}: the region does not offer it.")


def fargate_price(pricing: Any, region: str) -> Price:
    """Return the price of the CPU flavour's Fargate task.

    Raises:
        CliError: the price list has no Fargate in the region.
    """
    rates: dict[str, tuple[float, str]] = {}
    for product in _products(pricing, "AmazonECS", {"regionCode": region}):
        usage = product["product"]["attributes"].get("usagetype", "")
        for unit in ("Fargate-vCPU-Hours:perCPU", "Fargate-GB-Hours"):
            if usage == unit or usage.endswith(f"-{unit}"):
                rates[unit] = (_usd(product), product["publicationDate"])
    if len(rates) < 2:
        raise CliError(f"AWS's price list has no Fargate in {region}.")
    (vcpu, published), (gib, _) = (rates[unit] for unit in ("Fargate-vCPU-Hours:perCPU", "Fargate-GB-Hours"))
    return Price("Fargate, 4 vCPUs, 16 GiB", vcpu * FARGATE_VCPUS + gib * FARGATE_GIB, published)


def quick_price(pricing: Any, region: str, memory: int) -> Price:
    """Return the price of a quick worker: Lambda on x86, by the second and GB, of the first tier.

    Args:
        pricing: boto3 client of the price list.
        region: name of the stack's region.
        memory: MB.

    Raises:
        CliError: the price list has no Lambda in the region.
    """
    for product in _products(pricing, "AWSLambda", {"regionCode": region, "group": "AWS-Lambda-Duration"}):
        usage = product["product"]["attributes"].get("usagetype", "")
        if usage == "Lambda-GB-Second" or usage.endswith("-Lambda-GB-Second"):
            usd = _usd(product) * memory / 1024 * HOUR
            return Price(f"Lambda, {memory} MB", usd, product["publicationDate"])
    raise CliError(f"AWS's price list has no Lambda in {region}.")


def _products(pricing: Any, service: str, required: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in required.items()]
    for page in pricing.get_paginator("get_products").paginate(ServiceCode=service, Filters=filters):
        yield from (json.loads(text) for text in page["PriceList"])


def _usd(product: dict[str, Any]) -> float:
    """Return a product's price on demand for its unit; of several tiers, for the first units of a month."""
    [term] = product["terms"]["OnDemand"].values()
    tiers = sorted(term["priceDimensions"].values(), key=lambda tier: float(tier.get("beginRange", 0)))
    return float(tiers[0]["pricePerUnit"]["USD"])
