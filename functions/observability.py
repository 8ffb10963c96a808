"""One logger, tracer and metrics for all functions. POWERTOOLS_SERVICE_NAME names the function."""

from aws_lambda_powertools import Logger, Metrics, Tracer

logger = Logger()
tracer = Tracer()
metrics = Metrics(namespace="Earshot")
