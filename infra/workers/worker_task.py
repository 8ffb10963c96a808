"""The worker's ECS task: image, task definition, permissions."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration, IgnoreMode, Stack
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.keys import WORK_PREFIX, redacted_audio_key
from infra import ROOT
from infra.foundation import Foundation
from infra.logs import log_group
from infra.settings import Flavour

# Docker ignore patterns: the build context holds the worker's package and the contract only.
# Only files that they admit are in the image's hash, so that other changes do not build and deploy a new image.
IMAGE_IGNORE = [
    "**",
    "!containers/transcriber/Dockerfile",
    "!containers/transcriber/requirements*.txt",
    "!containers/transcriber/transcriber/**",
    "!events/earshot_contract/**/*.py",
    "**/__pycache__",
    "**/*.pyc",
]


class WorkerTask(Construct):
    """Image, resource limits and environment of a worker. Each launch adds SLOT, LEASE and IDLE_SECONDS.

    Attributes:
        definition: The task definition.
        every_revision: ARN of the revisions of its family, of earlier and of later templates.
        version: Digest of the image's content.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation) -> None:
        super().__init__(scope, id)
        gpu = base.settings.flavour is Flavour.GPU
        self.definition = self._build_definition(gpu)
        self.every_revision = Stack.of(self).format_arn(
            service="ecs", resource="task-definition", resource_name=f"{self.definition.family}:*"
        )
        image = assets.DockerImageAsset(self, "Image", directory=str(ROOT), **image_options(base.settings.flavour))
        self.version = image.asset_hash
        self.definition.add_container(
            "transcriber",
            image=ecs.ContainerImage.from_docker_image_asset(image),
            gpu_count=1 if gpu else None,
            # A Spot interruption notice comes two minutes ahead: time to return messages to their queue.
            stop_timeout=Duration.seconds(115),
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix="worker",
                log_group=log_group(self, "Logs"),
                mode=ecs.AwsLogDriverMode.NON_BLOCKING,
            ),
            environment=worker_environment(base)
            | {
                "IDLE_SECONDS": str(base.settings.idle_seconds),
                # Required, not detected: a worker that sees no GPU must not run on the CPU at a GPU's price.
                "EARSHOT_DEVICE": "cuda" if gpu else "cpu",
            },
        )
        grant_worker(self.definition.task_role, base)

    def _build_definition(self, gpu: bool) -> ecs.TaskDefinition:
        if gpu:
            # What ECS leaves of 4 vCPU and 16 GiB. Host networking: no network interface to attach for each task.
            return ecs.TaskDefinition(
                self,
                "Definition",
                compatibility=ecs.Compatibility.MANAGED_INSTANCES,
                cpu="3584",
                memory_mib="13312",
                network_mode=ecs.NetworkMode.HOST,
            )
        return ecs.TaskDefinition(
            self,
            "Definition",
            compatibility=ecs.Compatibility.FARGATE,
            cpu="4096",
            memory_mib="16384",
            network_mode=ecs.NetworkMode.AWS_VPC,
            ephemeral_storage_gib=40,
        )


def image_options(flavour: Flavour) -> dict[str, Any]:
    """Return how the image of a flavour is built from the repository: arguments of an image asset."""
    return {
        "file": "containers/transcriber/Dockerfile",
        "exclude": IMAGE_IGNORE,
        "ignore_mode": IgnoreMode.DOCKER,
        "platform": assets.Platform.LINUX_AMD64,
        "build_args": {"FLAVOUR": flavour.value},
    }


def worker_environment(base: Foundation) -> dict[str, str]:
    """Return the environment variables of a worker of either kind.

    The profile is left out where it is the worker's default: in the local cloud the shell's variable then acts.
    """
    profile = base.settings.profile
    named = {} if profile is EngineProfile.ACCURATE else {"EARSHOT_PROFILE": profile.value}
    return named | {
        "FAST_QUEUE_URL": base.queues.fast.queue_url,
        "BULK_QUEUE_URL": base.queues.bulk.queue_url,
        "TABLE": base.storage.table.table_name,
        "MODELS_BUCKET": base.storage.models.bucket_name,
        "DEFAULT_MODEL": base.settings.default_model,
    }


def grant_worker(role: iam.IRole, base: Foundation) -> None:
    """Allow to read audio and models, write shard results, renew a lease and receive messages.

    JobMachine adds the grant to answer task tokens.
    """
    storage = base.storage
    storage.grant_objects(role, storage.uploads, "*", "GetObject", "GetObjectVersion")
    storage.grant_objects(role, storage.transcripts, f"{WORK_PREFIX}*", "GetObject", "PutObject")
    storage.grant_objects(role, storage.transcripts, redacted_audio_key("*"), "PutObject", "AbortMultipartUpload")
    storage.grant_objects(role, storage.models, "*", "GetObject")
    for bucket in (storage.uploads, storage.transcripts, storage.models):
        storage.grant_list(role, bucket)
    storage.grant_table(role, "UpdateItem")
    for queue in (base.queues.fast, base.queues.bulk):
        queue.grant(role, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
