"""Cost of audio, from answers in the form of AWS's price list. The prices are invented."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_cli.deployment.cost import audio_costs, worker_price
from earshot_cli.errors import CliError
from earshot_contract.timeouts import WORKER_START_SECONDS

GPU = {
    "flavour": "gpu",
    "instance_types": ["g6.xlarge", "g5.xlarge"],
    "speed": 60.0,
    "idle_seconds": 180,
    "linger_seconds": 60,
}
CPU = {**GPU, "flavour": "cpu", "speed": 4.0}


def product(usd: float, **attributes: str) -> dict[str, Any]:
    dimension = {"rate": {"unit": "Hrs", "pricePerUnit": {"USD": f"{usd:.10f}"}}}
    return {
        "product": {"attributes": attributes},
        "terms": {"OnDemand": {"term": {"priceDimensions": dimension}}},
        "publicationDate": "2026-11-20T00:00:00Z",
    }


PRODUCTS = {
    "AmazonEC2": [
        product(0.9, instanceType="g6.xlarge", regionCode="eu-west-1"),
        product(1.2, instanceType="g5.xlarge", regionCode="eu-west-1"),
    ],
    "AmazonECS": [
        product(0.05, usagetype="EU-Fargate-vCPU-Hours:perCPU", regionCode="eu-west-1"),
        product(0.005, usagetype="EU-Fargate-GB-Hours", regionCode="eu-west-1"),
        product(0.04, usagetype="EU-Fargate-ARM-vCPU-Hours:perCPU", regionCode="eu-west-1"),
        product(0.0001, usagetype="EU-Fargate-EphemeralStorage-GB-Hours", regionCode="eu-west-1"),
    ],
}


def client(service: str) -> Any:
    assert service == "pricing"

    def paginate(ServiceCode: str, Filters: list[dict[str, str]]) -> list[dict[str, Any]]:
        required = {f["Field"]: f["Value"] for f in Filters if f["Field"] in ("instanceType", "regionCode")}
        found = [p for p in PRODUCTS[ServiceCode] if required.items() <= p["product"]["attributes"].items()]
        return [{"PriceList": [json.dumps(p)]} for p in found]

    return SimpleNamespace(get_paginator=lambda operation: SimpleNamespace(paginate=paginate))


def test_audio_on_a_gpu_costs_its_price_over_speed() -> None:
    first, second = audio_costs(client, GPU, "eu-west-1")
    assert (first.price.worker, first.price.published[:10]) == ("g6.xlarge", "2026-11-20")
    assert first.audio_hour == pytest.approx(0.9 / 60)
    assert first.burst == pytest.approx(0.9 * (WORKER_START_SECONDS + 180 + 60) / 3600)
    assert second.audio_hour == pytest.approx(1.2 / 60)


def test_fargate_counts_vcpus_and_memory_of_x86_only() -> None:
    [cost] = audio_costs(client, CPU, "eu-west-1")
    assert cost.price.usd == pytest.approx(4 * 0.05 + 16 * 0.005)
    assert cost.audio_hour == pytest.approx(0.28 / 4)
    assert cost.burst == pytest.approx(0.28 * (WORKER_START_SECONDS + 180) / 3600), (
        "no instance stays after a Fargate task"
    )


@pytest.mark.parametrize("settings", [GPU, CPU])
def test_region_without_the_worker_is_named(settings: dict[str, Any]) -> None:
    with pytest.raises(CliError, match="us-west-9"):
        list(audio_costs(client, settings, "us-west-9"))


def test_lone_hour_of_audio_pays_for_the_start_of_its_worker() -> None:
    cost = next(audio_costs(client, GPU, "eu-west-1"))
    assert cost.lone_hour == pytest.approx(0.9 / 60 + 0.9 * (WORKER_START_SECONDS + 180 + 60) / 3600)


@pytest.mark.parametrize(("settings", "worker"), [(GPU, "g6.xlarge"), (CPU, "Fargate, 4 vCPUs, 16 GiB")])
def test_price_of_a_worker_is_of_the_kind_that_is_tried_first(settings: dict[str, Any], worker: str) -> None:
    assert worker_price(client, settings, "eu-west-1").worker == worker
