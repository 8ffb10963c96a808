"""Cost of audio: the deployment's settings and AWS's list prices, put into the formula of docs/explanation/cost.md.

Prices come from the AWS Price List API when the command runs, for the stack's own region; none is written down here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from earshot_cli.errors import CliError
from earshot_contract.timeouts import WORKER_START_SECONDS

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
    """What a worker's audio costs, in US dollars.

    Attributes:
        price: price of the worker.
        audio_hour: an hour of audio while the worker is busy.
        burst: what each burst costs beside its audio: start, idle time, and the instance's time after its last task.
    """

    price: Price
    audio_hour: float
    burst: float

    @property
    def lone_hour(self) -> float:
        """An hour of audio that comes alone: its worker starts for it, waits after it, and leaves."""
        return self.audio_hour + self.burst


def audio_costs(client: Client, settings: Mapping[str, Any], region: str) -> Iterator[AudioCost]:
    """Yield the cost for each kind of worker of a deployment, the first that is tried first.

    Args:
        client: returns a boto3 client for the name of a service.
        settings: the stack's output `Settings`.
        region: name of the stack's region.
    """
    idle, speed = float(settings["idle_seconds"]), float(settings["speed"])
    pricing = client("pricing")
    if settings["flavour"] == "cpu":
        prices, linger = [fargate_price(pricing, region)], 0.0
    else:
        prices = [instance_price(pricing, region, kind) for kind in settings["instance_types"]]
        linger = float(settings["linger_seconds"])
    for price in prices:
        yield AudioCost(price, price.usd / speed, price.usd * (WORKER_START_SECONDS + idle + linger) / HOUR)


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


def _products(pricing: Any, service: str, required: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in required.items()]
    for page in pricing.get_paginator("get_products").paginate(ServiceCode=service, Filters=filters):
        yield from (json.loads(text) for text in page["PriceList"])


def _usd(product: dict[str, Any]) -> float:
    """Return a product's price on demand for its unit."""
    [term] = product["terms"]["OnDemand"].values()
    [dimension] = term["priceDimensions"].values()
    return float(dimension["pricePerUnit"]["USD"])
