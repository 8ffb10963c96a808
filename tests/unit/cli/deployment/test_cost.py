"""Cost of audio, from answers in the form of AWS's price list. The prices are invented."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_cli.commands.cost_table import speeds
from earshot_cli.deployment.cost import AudioCost, Price, audio_costs, learnt, worker_price
from earshot_cli.errors import CliError
from earshot_contract.timeouts import QUICK_IDLE_SECONDS, QUICK_START_SECONDS, WORKER_START_SECONDS
from earshot_contract.worker_kinds import MEMORY_A_CPU, QUICK_SPEED_A_CPU, WorkerKind
from functions.workers.measures import KindMeasures, Measures
from functions.workers.prices import quick_usd_hour
from tests.paths import ROOT

GPU = {
    "flavour": "gpu",
    "instance_types": ["g6.xlarge", "g5.xlarge"],
    "speed": 60.0,
    "idle_seconds": 180,
    "linger_seconds": 60,
}
QUICK = {"quick_workers": 2, "quick_memory": 3008}
CPU = {**GPU, "flavour": "cpu", "speed": 4.0}


def product(*usd: float, **attributes: str) -> dict[str, Any]:
    tiers = {
        f"rate{n}": {"unit": "Hrs", "beginRange": str(n), "pricePerUnit": {"USD": f"{each:.10f}"}}
        for n, each in reversed(list(enumerate(usd)))
    }
    return {
        "product": {"attributes": attributes},
        "terms": {"OnDemand": {"term": {"priceDimensions": tiers}}},
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
    "AWSLambda": [
        product(0.000009, usagetype="EU-Lambda-GB-Second-ARM", regionCode="eu-west-1"),
        product(0.00001, 0.000008, usagetype="EU-Lambda-GB-Second", regionCode="eu-west-1"),
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
    first, second = audio_costs(client, GPU, "eu-west-1", {})
    assert (first.price.worker, first.price.published[:10]) == ("g6.xlarge", "2026-11-20")
    assert first.audio_hour == pytest.approx(0.9 / 60)
    assert first.burst == pytest.approx(0.9 * (WORKER_START_SECONDS + 180 + 60) / 3600)
    assert second.audio_hour == pytest.approx(1.2 / 60)


def test_fargate_counts_vcpus_and_memory_of_x86_only() -> None:
    [cost] = audio_costs(client, CPU, "eu-west-1", {})
    assert cost.price.usd == pytest.approx(4 * 0.05 + 16 * 0.005)
    assert cost.audio_hour == pytest.approx(0.28 / 4)
    assert cost.burst == pytest.approx(0.28 * (WORKER_START_SECONDS + 180) / 3600), (
        "no instance stays after a Fargate task"
    )


def test_quick_worker_costs_lambdas_price_of_its_memory() -> None:
    """The first of two tiers counts, and x86 of two processors."""
    task, quick = audio_costs(client, {**CPU, **QUICK}, "eu-west-1", {})

    assert (task.kind, quick.kind, quick.price.worker) == (WorkerKind.TASK, WorkerKind.QUICK, "Lambda, 3008 MB")
    assert quick.price.usd == pytest.approx(0.00001 * 3008 / 1024 * 3600)
    assert quick.speed == pytest.approx(QUICK_SPEED_A_CPU * 3008 / MEMORY_A_CPU)
    assert quick.burst == pytest.approx(quick.price.usd * (QUICK_START_SECONDS + QUICK_IDLE_SECONDS) / 3600)
    larger = list(audio_costs(client, {**CPU, **QUICK, "quick_memory": 6016}, "eu-west-1", {}))[-1]
    assert larger.audio_hour == pytest.approx(quick.audio_hour), "twice the price, and twice the speed"


def test_what_workers_have_measured_counts_before_settings() -> None:
    """The item has the form in which the functions write it."""
    measures = Measures(task=KindMeasures(30.0, 90.0), quick=KindMeasures(5.0, None))
    item = {name: {"N": str(value)} for name, value in measures.to_row().items() if value is not None}
    table = SimpleNamespace(get_item=lambda TableName, Key: {"Item": {"pk": Key["pk"], **item}})

    first, _, quick = audio_costs(client, {**GPU, **QUICK}, "eu-west-1", learnt(table, "earshot"))

    assert (first.speed_measured, first.start_measured, first.audio_hour) == (True, True, pytest.approx(0.9 / 30))
    assert first.burst == pytest.approx(0.9 * (90 + 180 + 60) / 3600)
    assert (quick.speed_measured, quick.start_measured) == (True, False)
    assert (quick.speed, quick.start) == (5.0, QUICK_START_SECONDS)
    assert learnt(SimpleNamespace(get_item=lambda **_: {}), "earshot") == {}


def test_sentence_says_which_speeds_are_measured() -> None:
    text = speeds(list(audio_costs(client, {**GPU, **QUICK}, "eu-west-1", {"quick_speed": 5.0})))

    assert text == (
        "a task transcribes 60 seconds of audio a second (assumed: not measured yet) and starts in 180 s (assumed: not "
        "measured yet); a quick worker (Lambda) transcribes 5 seconds of audio a second (measured) and starts in 9 s "
        "(assumed: not measured yet)"
    )


def test_page_of_costs_has_the_formulas_numbers() -> None:
    """The table of quick workers, by memory, follows from the price that a job's cost is computed with."""
    page = (ROOT / "docs" / "explanation" / "cost.md").read_text()
    rows = re.findall(
        r"^\| ([\d,]+) MB.*?\| ([\d.]+) \| \$(\S+) \| (\S+) \| \$(\S+) \| \$(\S+) \|$", page, re.MULTILINE
    )

    assert [row[0] for row in rows] == ["1,769", "3,008", "10,240"]
    for text, vcpus, hour, speed, audio_hour, start in rows:
        memory = int(text.replace(",", ""))
        cost = AudioCost(
            WorkerKind.QUICK,
            Price("", quick_usd_hour(memory), ""),
            QUICK_SPEED_A_CPU * memory / MEMORY_A_CPU,
            QUICK_START_SECONDS,
            QUICK_IDLE_SECONDS,
        )
        shown = (f"{memory / MEMORY_A_CPU:.1f}", f"{cost.price.usd:.4f}", f"{cost.speed:.1f}", f"{cost.audio_hour:.4f}")
        assert (vcpus, hour, speed, audio_hour) == shown
        assert start == f"{cost.burst:.4f}"


@pytest.mark.parametrize("settings", [GPU, CPU])
def test_region_without_the_worker_is_named(settings: dict[str, Any]) -> None:
    with pytest.raises(CliError, match="us-west-9"):
        list(audio_costs(client, settings, "us-west-9", {}))


def test_lone_hour_of_audio_pays_for_the_start_of_its_worker() -> None:
    cost = next(audio_costs(client, GPU, "eu-west-1", {}))
    assert cost.lone_hour == pytest.approx(0.9 / 60 + 0.9 * (WORKER_START_SECONDS + 180 + 60) / 3600)


@pytest.mark.parametrize(("settings", "worker"), [(GPU, "g6.xlarge"), (CPU, "Fargate, 4 vCPUs, 16 GiB")])
def test_price_of_a_worker_is_of_the_kind_that_is_tried_first(settings: dict[str, Any], worker: str) -> None:
    assert worker_price(client, settings, "eu-west-1").worker == worker
