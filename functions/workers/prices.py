"""Prices of workers' time, for the policy and the cost of a job."""

from __future__ import annotations

# Dollars an hour of a task until the setting `worker_price` says otherwise: g6.xlarge on demand in us-east-1
# (https://aws.amazon.com/ec2/pricing/on-demand/).
TASK_USD_HOUR = 0.805
# Dollars for a GB and second of a Lambda function on x86, us-east-1 (https://aws.amazon.com/lambda/pricing/).
QUICK_USD_GB_SECOND = 0.0000166667


def quick_usd_hour(memory: int) -> float:
    """Return the dollars that an hour of a quick worker with `memory` MB costs."""
    return QUICK_USD_GB_SECOND * memory / 1024 * 3600
