"""One logger and one set of metrics for all functions. POWERTOOLS_SERVICE_NAME names the function.

There is no Powertools Tracer: its import of aws_xray_sdk took more than half of a cold start's imports (271 of 480 ms).
Lambda's own active tracing records each invocation in X-Ray without it.
"""

import os

from aws_lambda_powertools import Logger, Metrics

# Of the metrics in CloudWatch: the name of the stack, so that two deployments in an account do not add up.
NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Earshot")

logger = Logger()
metrics = Metrics(namespace=NAMESPACE)
