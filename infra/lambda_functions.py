"""Lambda functions: one code bundle and two layers for all; Step Functions states that invoke them.

A function's memory and time limit stand where it is added: `jobs/job_machine.py`, `api/rest_api.py`, `callbacks.py` …
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from typing import Any

from aws_cdk import AssetHashType, BundlingOptions, DockerImage, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from functions.errors import API_ERROR_NAMES, THROTTLED, SlowDownloadsBusy
from infra import ROOT
from infra.lambda_bundle import RUNTIME, CodeBundle, layer_folder
from infra.logs import log_group

# Errors of Lambda itself, and of a service that a function called (functions.aws.clients.Throttled): too many requests,
# or a service that is unavailable. They say nothing about the job, and last as long as the burst does.
THROTTLING_ERRORS = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
    THROTTLED,
]
# A function that was not invoked for weeks is inactive: Lambda rejects the call, and makes the function ready in a
# minute or two (https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html). Its API names the second error;
# what it answers is the first (https://github.com/boto/boto3/issues/3788). In a deployment that sleeps it comes first.
WAKING_ERRORS = ["Lambda.CodeArtifactUserPendingException", "Lambda.ResourceNotReadyException"]


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
        scheduled: bool = False,
        id: str = "",
    ) -> lambda_.Function:
        """Create the function of `functions/handlers/{name}`.

        Args:
            name: Folder of the handler.
            environment: Fields of functions/settings.py, in upper case, and their values.
            timeout: Maximum run time.
            memory: MB; CPU grows with it.
            scheduled: Whether a schedule invokes it, 52,000 times a month: each trace and each of Lambda's own lines in
                the log (start, end, report) costs, so there are none. A timeout or a crash is still logged.
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
            tracing=lambda_.Tracing.DISABLED if scheduled else lambda_.Tracing.ACTIVE,
            system_log_level_v2=lambda_.SystemLogLevel.WARN if scheduled else None,
            log_group=group,
            logging_format=lambda_.LoggingFormat.JSON,
            environment={
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": Stack.of(self).stack_name,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                **environment,
            },
        )
        self.all[name] = function
        return function


def add_throttling_retry(task_state: sfn.TaskStateBase, errors: list[str]) -> None:
    """Retry a state for as long as a burst may be throttled.

    With full jitter a delay is any between 0 and the backoff, which grows from 1 to 60 s: 240 attempts take two hours
    on average. An account's first Lambda concurrency may be 10
    (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): 1,000 jobs at once then wait for minutes.
    An attempt is a few events of an execution's 25,000.
    """
    task_state.add_retry(
        errors=errors,
        interval=Duration.seconds(1),
        max_attempts=240,
        max_delay=Duration.seconds(60),
        backoff_rate=2,
        jitter_strategy=sfn.JitterType.FULL,
    )


def add_waking_retry(task_state: sfn.TaskStateBase, errors: list[str]) -> None:
    """Retry a state for four minutes on average: an inactive function was ready within two where that was reported.

    (https://github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/issues/801)
    """
    task_state.add_retry(
        errors=errors,
        interval=Duration.seconds(5),
        max_attempts=20,
        max_delay=Duration.seconds(30),
        backoff_rate=1.5,
        jitter_strategy=sfn.JitterType.FULL,
    )


def lambda_task(
    scope: Construct, name: str, function: lambda_.Function, payload: Mapping[str, Any], result_path: str | None
) -> tasks.LambdaInvoke:
    """Build a state that invokes a function.

    An ApiError is about the caller's audio and final. Throttling is retried for about two hours, an inactive function
    for minutes, other errors for seconds: the functions that state machines invoke are idempotent.

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
    add_throttling_retry(task_state, THROTTLING_ERRORS)
    add_waking_retry(task_state, WAKING_ERRORS)
    # Each attempt holds a function until the download counts as slow: long waits, half an hour or more in all.
    task_state.add_retry(
        errors=[SlowDownloadsBusy.__name__],
        interval=Duration.seconds(60),
        max_attempts=9,
        max_delay=Duration.seconds(600),
        backoff_rate=2,
        jitter_strategy=sfn.JitterType.FULL,
    )
    task_state.add_retry(errors=["States.ALL"], interval=Duration.seconds(1), max_attempts=2, backoff_rate=2)
    return task_state
