"""Lambda functions: one code bundle and two layers for all; Step Functions states that invoke them."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from typing import Any

from aws_cdk import AssetHashType, BundlingOptions, DockerImage, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from functions.errors import API_ERROR_NAMES
from infra import ROOT
from infra.lambda_bundle import RUNTIME, CodeBundle, layer_folder
from infra.logs import log_group

# Errors that Lambda itself, not the function, returns to a state machine.
LAMBDA_SERVICE_ERRORS = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
]


class LambdaFunctions(Construct):
    """All Lambda functions. Other constructs create theirs with `add` and grant them permissions.

    Attributes:
        all: The functions by the name of their folder in functions/handlers.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self._code = lambda_.Code.from_asset(
            str(ROOT / "functions"),
            asset_hash_type=AssetHashType.OUTPUT,
            # CDK requires an image to fall back on; CodeBundle never falls back.
            bundling=BundlingOptions(image=DockerImage.from_registry("scratch"), local=CodeBundle()),
        )
        # The layer of the locked release; CloudFormation looks its ARN up when it deploys.
        release = importlib.metadata.version("aws-lambda-powertools")
        self._powertools = lambda_.LayerVersion.from_layer_version_arn(
            self,
            "Powertools",
            ssm.StringParameter.value_for_string_parameter(
                self, f"/aws/service/powertools/python/arm64/{RUNTIME.name}/{release}"
            ),
        )
        self._packages = lambda_.LayerVersion(
            self,
            "Packages",
            description="Compiled packages of the Earshot functions",
            code=lambda_.Code.from_asset(str(layer_folder())),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )
        self.all: dict[str, lambda_.Function] = {}

    def add(
        self,
        name: str,
        environment: Mapping[str, str],
        *,
        timeout: Duration,
        memory: int = 256,
        id: str = "",
    ) -> lambda_.Function:
        """Create the function of `functions/handlers/{name}`.

        Args:
            name: Folder of the handler.
            environment: Fields of functions/settings.py, in upper case, and their values.
            timeout: Maximum run time.
            memory: MB; CPU grows with it.
            id: Construct id where it differs from the name: folders may be renamed, ids must not change.
        """
        construct_id = id or name.title()
        group = log_group(self, f"{construct_id}Logs")
        role = iam.Role(self, f"{construct_id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        group.grant_write(role)
        function = lambda_.Function(
            self,
            construct_id,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"functions.handlers.{name}.handler.handler",
            code=self._code,
            layers=[self._powertools, self._packages],
            role=role,
            timeout=timeout,
            memory_size=memory,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=group,
            logging_format=lambda_.LoggingFormat.JSON,
            environment={
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": "Earshot",
                "POWERTOOLS_LOG_LEVEL": "INFO",
                **environment,
            },
        )
        self.all[name] = function
        return function


def lambda_task(
    scope: Construct, name: str, function: lambda_.Function, payload: Mapping[str, Any], result_path: str | None
) -> tasks.LambdaInvoke:
    """Build a state that invokes a function.

    An ApiError is about the caller's audio and final. All other errors are retried: the functions that state machines
    invoke are idempotent.

    Args:
        scope: Parent construct.
        name: Name of the state, and construct id.
        function: The function; its timeout must be set.
        payload: The function's event, with JSONPath references.
        result_path: Where the function's result goes in the state; None: it replaces the state.
    """
    assert function.timeout is not None
    task_state = tasks.LambdaInvoke(
        scope,
        name,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(dict(payload)),
        output_path=None if result_path else "$.Payload",
        result_path=result_path,
        retry_on_service_exceptions=False,
        # Longer than the function's own timeout, whose error says more about the cause.
        task_timeout=sfn.Timeout.duration(function.timeout.plus(Duration.seconds(60))),
    )
    task_state.add_retry(errors=list(API_ERROR_NAMES), max_attempts=0)
    task_state.add_retry(
        errors=LAMBDA_SERVICE_ERRORS,
        interval=Duration.seconds(1),
        max_attempts=5,
        backoff_rate=2,
        jitter_strategy=sfn.JitterType.FULL,
    )
    task_state.add_retry(errors=["States.ALL"], interval=Duration.seconds(1), max_attempts=2, backoff_rate=2)
    return task_state
