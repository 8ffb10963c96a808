"""Logger, tracer and metrics of all functions; POWERTOOLS_SERVICE_NAME names the function."""

from aws_lambda_powertools import Logger, Metrics, Tracer

NAMESPACE = "Earshot"  # of the metrics in CloudWatch

logger = Logger()
tracer = Tracer()
metrics = Metrics(namespace=NAMESPACE)
