"""Roles that AWS's services assume, and resource policies: each service may do what it is set up to do.

The local cloud cannot check these: its services call each other directly. The calls of functions, workers and state
machines are checked as they happen (`localcloud/emulator/iam/permissions.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.synth.assembly import Assembly

POLLER = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")  # Lambda's, with the function's role


def allowed(assembly: Assembly, role: Any, action: str, resource: Any) -> bool:
    """Return whether a role, as `Fn::GetAtt` or a name, may do an action on a resource of the template."""
    name = role["Fn::GetAtt"][0] if isinstance(role, dict) else role
    for statement in assembly.policy_statements(name):
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        if action in actions and any(r in ("*", resource) for r in resources):
            return True
    return False


def permitted(assembly: Assembly, service: str, function: Any) -> bool:
    """Return whether a function's resource policy lets a service invoke it."""
    return any(
        permission["Principal"] == f"{service}.amazonaws.com"
        and permission["Action"] == "lambda:InvokeFunction"
        and permission["FunctionName"] == function
        for permission in assembly.resources("Lambda::Permission").values()
    )


def may_send(assembly: Assembly, service: str, queue: Any) -> bool:
    """Return whether a queue's policy lets a service send to it."""
    return any(
        statement["Effect"] == "Allow"
        and statement.get("Principal", {}).get("Service") == f"{service}.amazonaws.com"
        and "sqs:SendMessage" in json.dumps(statement["Action"])
        and statement["Resource"] == queue
        for policy in assembly.resources("SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    )


def rule_targets(assembly: Assembly) -> Iterator[dict[str, Any]]:
    for rule in assembly.resources("Events::Rule").values():
        yield from rule["Targets"]


def test_rules_may_reach_their_targets(assembly: Assembly) -> None:
    found = list(rule_targets(assembly))
    assert len(found) == 4
    for target in found:
        arn = target["Arn"]
        kind = assembly.template["Resources"][arn.get("Ref") or arn["Fn::GetAtt"][0]]["Type"]
        if kind == "AWS::StepFunctions::StateMachine":
            assert allowed(assembly, target["RoleArn"], "states:StartExecution", arn)
        elif kind == "AWS::Lambda::Function":
            assert permitted(assembly, "events", arn)
        else:
            assert may_send(assembly, "events", arn), kind
        assert may_send(assembly, "events", target["DeadLetterConfig"]["Arn"])


def test_schedules_may_reach_their_targets(assembly: Assembly) -> None:
    schedules = assembly.resources("Scheduler::Schedule").values()
    assert len(schedules) == 4
    for target in (schedule["Target"] for schedule in schedules):
        assert allowed(assembly, target["RoleArn"], "lambda:InvokeFunction", target["Arn"])
        assert allowed(assembly, target["RoleArn"], "sqs:SendMessage", target["DeadLetterConfig"]["Arn"])


def test_lambda_may_poll_the_queues_of_its_functions(assembly: Assembly) -> None:
    functions = assembly.resources("Lambda::Function")
    mappings = assembly.resources("Lambda::EventSourceMapping").values()
    assert len(mappings) == 1
    for mapping in mappings:
        role = functions[mapping["FunctionName"]["Ref"]]["Role"]
        assert [a for a in POLLER if not allowed(assembly, role, a, mapping["EventSourceArn"])] == []


def test_gateway_may_invoke_api_and_authorizer(assembly: Assembly) -> None:
    uses = [method["Integration"]["Uri"] for method in assembly.resources("ApiGateway::Method").values()]
    uses += [authorizer["AuthorizerUri"] for authorizer in assembly.resources("ApiGateway::Authorizer").values()]
    invoked = {name for name in assembly.resources("Lambda::Function") if f'"{name}"' in json.dumps(uses)}
    assert len(invoked) == 2
    for name in invoked:
        assert permitted(assembly, "apigateway", {"Fn::GetAtt": [name, "Arn"]})


def test_every_function_may_write_its_log_and_traces(assembly: Assembly) -> None:
    for function in assembly.functions().values():
        group = {"Fn::GetAtt": [function["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]}
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            assert allowed(assembly, function["Role"], action, group)
        assert allowed(assembly, function["Role"], "xray:PutTraceSegments", "*") is ("TracingConfig" in function)


def test_ecs_may_pull_the_image_and_write_the_log(assembly: Assembly) -> None:
    [definition] = assembly.resources("ECS::TaskDefinition").values()
    role, options = definition["ExecutionRoleArn"], definition["ContainerDefinitions"][0]["LogConfiguration"]["Options"]
    actions = {a for s in assembly.policy_statements(role["Fn::GetAtt"][0]) for a in s["Action"]}
    assert {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"} <= actions
    assert allowed(assembly, role, "ecr:GetAuthorizationToken", "*")
    group = {"Fn::GetAtt": [options["awslogs-group"]["Ref"], "Arn"]}
    assert allowed(assembly, role, "logs:PutLogEvents", group)
