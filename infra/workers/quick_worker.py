"""The quick worker: the worker's loop as a Lambda container function, and the state that invokes it."""

from __future__ import annotations

from aws_cdk import Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from earshot_contract.timeouts import QUICK_RUN_SECONDS
from infra import ROOT
from infra.foundation import Foundation
from infra.lambda_functions import THROTTLING_ERRORS, WAKING_ERRORS, add_waking_retry
from infra.logs import log_group
from infra.settings import Flavour
from infra.workers.worker_task import grant_worker, image_options, worker_environment

# For the model and audio files. Lambda's maximum; above 512 MB a GB costs $0.00000003 a second.
TEMPORARY_STORAGE = Size.gibibytes(10)


class QuickWorker(Construct):
    """A function of the image's CPU flavour. One invocation is one worker: it drains its queues and returns.

    Attributes:
        function: The function.
        role: Its role.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation) -> None:
        super().__init__(scope, id)
        group = log_group(self, "Logs")
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        group.grant_write(self.role)
        self.function = lambda_.DockerImageFunction(
            self,
            "Function",
            code=lambda_.DockerImageCode.from_image_asset(
                str(ROOT),
                entrypoint=["python3", "-m", "awslambdaric"],
                cmd=["transcriber.quick_worker.handler"],
                **image_options(Flavour.CPU),
            ),
            architecture=lambda_.Architecture.X86_64,
            role=self.role,
            memory_size=base.settings.quick_memory,
            ephemeral_storage_size=TEMPORARY_STORAGE,
            timeout=Duration.seconds(QUICK_RUN_SECONDS),
            tracing=lambda_.Tracing.ACTIVE,
            log_group=group,
            logging_format=lambda_.LoggingFormat.JSON,
            environment=worker_environment(base) | {"EARSHOT_DEVICE": "cpu"},
        )
        grant_worker(self.role, base)

    def invocation(self, scope: Construct) -> tasks.LambdaInvoke:
        """Build the state that runs a worker to its end.

        Throttling is retried for some seconds; then the slot cools down, and the policy does without it. The state
        waits for an inactive function, whose image Lambda has to prepare again.
        """
        path = sfn.JsonPath
        names = ("slot", "lease", "queues")
        payload = {name: path.string_at(f"$.{name}") for name in names} | {"idle": path.number_at("$.idle")}
        state = tasks.LambdaInvoke(
            scope,
            "RunQuickWorker",
            lambda_function=self.function,
            payload=sfn.TaskInput.from_object(payload),
            result_path=path.DISCARD,
            retry_on_service_exceptions=False,
            task_timeout=sfn.Timeout.duration(Duration.seconds(QUICK_RUN_SECONDS + 60)),
        )
        # Some answers of Lambda have this name in Step Functions, and the code of the error only in their text.
        unnamed = "Lambda.AWSLambdaException"
        add_waking_retry(state, [*WAKING_ERRORS, unnamed])
        state.add_retry(
            errors=[error for error in THROTTLING_ERRORS if error != unnamed],
            interval=Duration.seconds(1),
            max_attempts=4,
            backoff_rate=2,
            jitter_strategy=sfn.JitterType.FULL,
        )
        return state
