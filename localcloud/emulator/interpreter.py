"""Helpers for patches of moto's Step Functions interpreter: service models and task failures."""

from __future__ import annotations

import os
from typing import Any


def service_model(service: str) -> Any:
    """Return botocore's model of a service.

    It is taken from the client that the interpreter uses: a session of its own would load the model a second time.
    """
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    return boto_client_for(region=os.environ["AWS_REGION"], service=service).meta.service_model


def task_failure(state: Any, env: Any, error: str, cause: str) -> Any:
    """Return the exception with which a Task state fails.

    Args:
        state: moto's Task state.
        env: the execution's environment in moto's interpreter.
        error: the error's name.
        cause: the error's cause.
    """
    from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    failed = StatesErrorNameType.StatesTaskFailed
    name = StatesErrorName(typ=failed) if error == failed.to_name() else CustomErrorName(error)
    details = TaskFailedEventDetails(
        resource=state._get_sfn_resource(), resourceType=state._get_sfn_resource_type(), error=error, cause=cause
    )
    event = FailureEvent(
        env=env,
        error_name=name,
        event_type=HistoryEventType.TaskFailed,
        event_details=EventDetails(taskFailedEventDetails=details),  # type: ignore[typeddict-item]
    )
    return FailureEventException(failure_event=event)
