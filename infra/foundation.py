"""Foundation of the other constructs: settings, functions, storage, queues and the bus."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_events as events

from infra.lambda_functions import LambdaFunctions
from infra.queues import Queues
from infra.settings import StackSettings
from infra.storage import Storage


@dataclass(frozen=True)
class Foundation:
    """Settings and shared constructs, passed to every construct that uses some of them."""

    settings: StackSettings
    functions: LambdaFunctions
    storage: Storage
    queues: Queues
    bus: events.EventBus

    @classmethod
    def create(cls, stack: Stack, settings: StackSettings) -> Foundation:
        """Create the shared constructs in `stack`. Their ids are part of logical ids and must not change."""
        return cls(
            settings=settings,
            functions=LambdaFunctions(stack, "Functions"),
            storage=Storage(stack, "Storage", settings),
            queues=Queues(stack, "Queues"),
            bus=events.EventBus(stack, "Bus", description="Events of transcription jobs"),
        )
