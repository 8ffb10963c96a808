"""A deployment from its first command to its last: the command and the CDK's own CLI against an empty account.

The GPU flavour's workers die at their start on a machine without a GPU, so the first deployment is one whose image is
broken; the upgrade to the CPU flavour brings another image.

Not part of `make test`, for it synthesizes five times. `python -m pytest tests/localcloud/cli/deployment.py`, nightly.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from earshot_cli import CLONE
from earshot_cli.deployment.cdk import VERSION
from earshot_cli.deployment.image_builder_stack import STACK as BUILDER
from functions.workers.slots import COOLDOWN_SECONDS
from localcloud.embedded_model import embedded
from tests.fixtures.accounts.deployed_account import ROLES, EmptyAccount
from tests.fixtures.local_cloud.waiting import eventually
from tests.paths import SAMPLES

STACK = "Chain"
SECONDS = 400.0  # of a command that synthesizes and calls the CDK twice, on a busy machine
# What destroy says that it leaves, by service; docs/how-to/destroy.md.
KEPT = {"s3": 4, "dynamodb": 1, "iam": 1}

pytestmark = pytest.mark.skipif(Path("/dev/nvidia0").exists(), reason="the GPU flavour's workers run here")


class Operator:
    """A person with a terminal, a clone and the account's credentials."""

    def __init__(self, account: EmptyAccount) -> None:
        self.account, self.environment = account, account.environment_of_commands()

    def run(self, *words: str, answer: str = "", fails: bool = False) -> str:
        """Run `earshot` and return what it printed, both streams."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("earshot")), *words],
            env=self.environment,
            input=answer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
        assert (done.returncode != 0) is fails, f"{words}: {done.stdout}"
        return done.stdout


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    with EmptyAccount(tmp_path_factory.mktemp("account"), STACK) as account:
        someone = Operator(account)
        npx = ["npx", "--yes", f"aws-cdk@{VERSION}", "--version"]
        path = {"PATH": f"{Path(sys.executable).parent}:{someone.environment['PATH']}"}
        if subprocess.run(npx, env=someone.environment | path, capture_output=True, timeout=SECONDS).returncode:
            pytest.skip("npx cannot fetch the CDK's CLI")
        yield someone


def resources(account: EmptyAccount) -> dict[str, set[str]]:
    """Return the names of what the account has, by service: everything of a kind that the template makes."""
    client = account.client
    cluster_tasks = client("ecs").list_task_definitions()["taskDefinitionArns"]
    return {
        "s3": {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]},
        "dynamodb": set(client("dynamodb").list_tables()["TableNames"]),
        "iam": {role["RoleName"] for role in client("iam").list_roles()["Roles"]},
        "sqs": set(client("sqs").list_queues().get("QueueUrls", [])),
        "lambda": {each["FunctionName"] for each in client("lambda").list_functions()["Functions"]},
        "states": {each["name"] for each in client("stepfunctions").list_state_machines()["stateMachines"]},
        "ecs": {*client("ecs").list_clusters()["clusterArns"], *cluster_tasks},
        "logs": {each["logGroupName"] for each in client("logs").describe_log_groups()["logGroups"]},
        "events": {each["Name"] for each in client("events").list_event_buses()["EventBuses"]},
        "apigateway": {each["id"] for each in client("apigateway").get_rest_apis()["items"]},
        "scheduler": {each["Name"] for each in client("scheduler").list_schedules()["Schedules"]},
        "sns": {each["TopicArn"] for each in client("sns").list_topics()["Topics"]},
        "vpc": {each["VpcId"] for each in client("ec2").describe_vpcs()["Vpcs"]},
        "groups": {each["GroupId"] for each in client("ec2").describe_security_groups()["SecurityGroups"]},
    }


def test_deployment_is_made_repaired_upgraded_and_removed(operator: Operator) -> None:
    account = operator.account

    # A fresh account: the doctor says what it lacks, in the order in which it is to be done.
    refused = operator.run("doctor", fails=True)
    assert "problem  This account and region were not bootstrapped for the CDK" in refused
    operator.run("cdk", "bootstrap", "aws://000000000000/us-east-1")
    refused = operator.run("doctor", fails=True)
    commands = re.findall(r"aws iam create-service-linked-role --aws-service-name ([\w.]+)", refused)
    assert [line for line in refused.splitlines() if line.startswith("problem")] == [
        f"problem  There is no service-linked role {name.decode()}" for name in ROLES
    ]
    for service in commands:
        account.client("iam").create_service_linked_role(AWSServiceName=service)
    assert "Nothing makes a deployment fail." in operator.run("doctor")
    before = resources(account)

    # The first deployment, and what its last line says comes next.
    settings = ("-c", "default_model=base", "-c", "max_workers=1", "-c", "quick_workers=0")
    deployed = operator.run("deploy", "--name", STACK, "--image", "codebuild", *settings)
    assert f"Deployed. Next: `earshot model add base --stack {STACK}`, then `earshot key create NAME" in deployed
    assert "CodeBuild" in deployed
    operator.run("model", "add", str(embedded(CLONE / ".cache" / "models")), "--stack", STACK)
    key = operator.run("key", "create", "me", "--scope", "admin", "--stack", STACK).strip()
    api = httpx.Client(base_url=account.api, headers={"Authorization": f"Token {key}"}, timeout=60)

    # Workers die at their start. The job waits, nothing is launched while the slot cools down, the failure is counted.
    assert httpx.get(f"{account.api}/v1/requests").status_code == 401
    audio = (SAMPLES / "sample.flac").read_bytes()
    job = api.post("/v1/listen?callback=https://example.org/done", content=audio).json()["request_id"]

    def tried_again() -> str | None:
        return str(api.get("/v1/workers").json()["workers"][0].get("retried_at", "")) or None

    eventually(tried_again, "pause after a failed launch")
    launches = sorted(account.data_dir.glob("logs/*-transcriber.log"))
    assert len(launches) == 2, "one on Spot, one on demand"
    assert all("CUDA sees no GPU" in log.read_text() for log in launches)
    assert failures(account) == 2.0, "the alarm counts more than three within an hour: the next launch raises it"
    time.sleep(COOLDOWN_SECONDS / 6)
    assert sorted(account.data_dir.glob("logs/*-transcriber.log")) == launches
    assert api.get(f"/v1/requests/{job}").json()["state"] == "processing"

    # Another image ends the pause, and the job that waited is done.
    to_cpu = ("upgrade", STACK, "-c", "flavour=cpu", "--image", "codebuild")
    assert "-c default_model=base stays, -c default_model=small is the default" in operator.run(*to_cpu, fails=True)
    to_cpu += ("-c", "default_model=base", "-c", "retention_days=20", "-c", "cors_origins=https://example.org")
    shown = operator.run(*to_cpu, answer="n\n", fails=True)
    assert "Setting  flavour: gpu → cpu" in shown
    assert "Modify   AWS::S3::Bucket" in shown, "what it keeps changes, and the bucket stays"
    assert len([line for line in shown.splitlines() if line.startswith(("Modify ", "Add ", "Remove "))]) < 40
    operator.run(*to_cpu, "--yes")
    eventually(lambda: api.get(f"/v1/requests/{job}").json()["state"] == "completed", f"end of {job}")
    assert "Nothing differs" in operator.run("upgrade", STACK, "--image", "codebuild", "--yes")
    priced = operator.run("cost", STACK)
    assert "Fargate, 4 vCPUs, 16 GiB" in priced
    assert "Lambda, " not in priced, "there are no quick workers"

    # The end, while a worker waits for more work. What stays is what the command says.
    machines = account.client("stepfunctions").list_state_machines()["stateMachines"]
    [workers] = [each["stateMachineArn"] for each in machines if "Workers" in each["name"]]
    running = account.client("stepfunctions").list_executions(stateMachineArn=workers, statusFilter="RUNNING")
    assert len(running["executions"]) == 1
    removed = operator.run("destroy", STACK, answer="y\n")
    after = resources(account)
    left = {service: names - before[service] for service, names in after.items() if names - before[service]}
    builder = {name for name in left.pop("logs", set()) | left["iam"] if BUILDER in name}
    left["iam"] -= builder
    assert {service: len(names) for service, names in left.items()} == KEPT, left
    assert all(name in removed for service in ("s3", "dynamodb") for name in left[service]), removed


def failures(account: EmptyAccount) -> float:
    """Return the sum of the metric `Failures` in the functions' logs: it has an alarm."""
    lines = [line for log in account.data_dir.glob("logs/*.log") for line in log.read_text().splitlines()]
    metrics: list[dict[str, Any]] = [json.loads(line) for line in lines if line.startswith('{"_aws"')]
    return float(sum(sum(metric.get("Failures", [])) for metric in metrics))
