"""One logger and one set of metrics for all functions. POWERTOOLS_SERVICE_NAME names the function.

There is no Powertools Tracer: its import of aws_xray_sdk took more than half of a cold start's imports (271 of 480 ms).
Lambda's own active tracing records each invocation in X-Ray without it.
"""

import os

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

# Namespace of the metrics in CloudWatch: the name of the stack, so that two deployments in an account do not add up.
NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Earshot")

# Dimension of the metric that one alarm reads for all functions; a function's own metrics have its name there.
EVERY_FUNCTION = {"service": "every"}

logger = Logger()
metrics = Metrics(namespace=NAMESPACE)


def count_failure(weight: int) -> None:
    """Count a failure that is no caller's fault, in the metric that the alarm `Failures` watches.

    AWS bills a metric only for the hours in which it has a value.

    Args:
        weight: what is added to the metric: 1 for a job, 2 for a launch of a worker.
    """
    failures = single_metric(
        name="Failures", unit=MetricUnit.Count, value=weight, namespace=NAMESPACE, default_dimensions=EVERY_FUNCTION
    )
    with failures:
        pass
