"""Assumptions of the simulation: what this project could not measure, each with its source.

Numbers that the deployed code has, too (prices, a quick worker's speed, leases, launch deadlines, idle timeouts), are
not here: the simulation imports that code.
"""

from __future__ import annotations

from earshot_contract.timeouts import WORKER_START_SECONDS
from earshot_contract.worker_kinds import MEMORY_A_CPU

# -- tasks: GPU instances of ECS Managed Instances, g6.xlarge ----------------------------------------------

# Seconds from RunTask to the first receive: EC2 starts an instance in 10 to 40 s
# (https://www.martysweet.co.uk/ec2-launch-times/, https://depot.dev/blog/faster-ec2-boot-time); then ECS's agent, an
# image of about 1 GB, and 1.6 GB of model.
GPU_START_SECONDS = float(WORKER_START_SECONDS)
# Seconds of audio that a GPU transcribes in a second, with windows enough for its batches: the setting `speed`, on the
# low side of what is published for large-v3-turbo on an L4. Not measured.
GPU_SPEED = 60.0
# Seconds that an empty instance stays: the setting `linger_seconds`.
LINGER_SECONDS = 60.0
# EC2 bills at least this time (https://aws.amazon.com/ec2/pricing/on-demand/).
GPU_MIN_SECONDS = 60.0

# -- quick workers: Lambda container functions -------------------------------------------------------------

# A new environment, stage by stage. A container's image is loaded lazily: 1.5 s until the handler runs
# (https://aaronstuyvenberg.com/posts/containers-on-lambda, https://www.usenix.org/conference/atc23/presentation/brooker).
QUICK_IMAGE_SECONDS = 1.5
# boto3 and its clients: 0.95 CPU seconds here (measured). The engine's libraries are imported beside the fetch.
QUICK_LIBRARIES_SECONDS = 1.0
# The model, in parallel ranges: a function's network gives 1.2 GiB a second for a quarter of a second, which are its
# first 300 MiB, then 75 MiB a second. Measured by others in 2024, with iPerf3 and not with S3, on functions of 4 vCPUs
# (https://arxiv.org/abs/2501.07771, section 4.2.1); AWS does not document it. With one stream of S3 50 to 88 MB a
# second were seen (https://medium.com/circuitpeople/serverless-large-file-downloads-to-s3-a11b4ef4788e). Its digest
# comes with it.
MODEL_MIB = 780  # large-v3-turbo in int8
FLOAT16_MIB = 1543  # as the hub has it
# Deflated size of int8 weights over theirs: of Whisper base, as `earshot model add` writes them (measured). Weights of
# larger models were not at hand.
DEFLATED_SHARE = 0.84
# MiB of weights that a vCPU inflates, digests and writes in a second (measured, on a core that did other work).
INFLATED_MIB_A_SECOND = 180
BURST_MIB, BURST_MIB_A_SECOND, STEADY_MIB_A_SECOND = 300, 1200, 75
QUICK_CPUS = 10_240 / MEMORY_A_CPU


def transfer_seconds(mib: float) -> float:
    """Return the seconds in which a new function fetches `mib` MiB from S3."""
    return BURST_MIB / BURST_MIB_A_SECOND + (mib - BURST_MIB) / STEADY_MIB_A_SECOND


# The burst brings more than can be inflated meanwhile; later ranges are inflated while others come.
_INFLATE_BURST_SECONDS = BURST_MIB / DEFLATED_SHARE / INFLATED_MIB_A_SECOND / QUICK_CPUS
QUICK_FETCH_SECONDS = transfer_seconds(MODEL_MIB * DEFLATED_SHARE) + max(
    0.0, _INFLATE_BURST_SECONDS - BURST_MIB / BURST_MIB_A_SECOND
)
# 818 MB into memory: 0.6 CPU seconds here, from the page cache (random weights of that shape). Not measured on Lambda.
QUICK_LOAD_SECONDS = 1.5
QUICK_COLD_SECONDS = QUICK_IMAGE_SECONDS + QUICK_LIBRARIES_SECONDS + QUICK_FETCH_SECONDS + QUICK_LOAD_SECONDS
QUICK_WARM_SECONDS = 0.5
# Seconds for which an environment stays warm after its last event: five to seven minutes were seen
# (https://mikhail.io/serverless/coldstarts/aws/).
QUICK_KEPT_SECONDS = 300.0

# -- around the workers ------------------------------------------------------------------------------------

# API, Step Functions and Prepare before the messages; the worker machine before a launch; Assemble after the last
# shard. Step Functions takes 30 to 100 ms a state, functions of 256 to 1,024 MB some 100 ms.
BEFORE_SECONDS, LAUNCH_SECONDS, AFTER_SECONDS = 0.6, 0.5, 0.6
# A shard's download, log-mel and answer, which occupy no engine.
SHARD_SECONDS = 0.5
# Shards of a long bulk file (ADR 0018).
BULK_SHARD_SECONDS = 600.0
# Between two losses of a Spot instance: AWS's advisor says that of most types less than 5 to 20 % are lost in a month
# (https://aws.amazon.com/ec2/spot/instance-advisor/); two hours is a bad day.
SPOT_LOSS_SECONDS = 2 * 3600.0
# Spread of start times: sigma of their logarithm.
START_SPREAD = 0.15
