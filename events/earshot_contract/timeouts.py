"""Seconds that two programs must agree on.

Each constant names both sides. A change here changes both; the synthesized template pins those that infrastructure
uses.
"""

from __future__ import annotations

# -- a shard in its queue ----------------------------------------------------------------------------------

# SQS keeps a shard message for this long, and its state of the job machine waits for this long. The shard's audio must
# outlive it (`keys.WORK_DAYS`).
SHARD_WAIT_DAYS = 4

# -- a worker and its messages and slot --------------------------------------------------------------------

# SQS hides a received shard message for this long (queue attribute; the worker asks for the same and renews it). A
# crashed worker's shards become visible again after at most this time.
VISIBILITY_SECONDS = 60
# The same for the fast queue, whose callers wait: with a poll each second, another worker has a dead worker's clip
# after at most 10 s, and 15 of the caller's 25 s are left. A renewal every 3 s costs 1,020 ChangeMessageVisibilityBatch
# more than one every 20 s, in an hour without a pause and for each ten clips in work: $0.0004 at SQS's $0.40 a million.
# Leases and task tokens are not renewed more often.
FAST_VISIBILITY_SECONDS = 9
FAST_HEARTBEAT_SECONDS = FAST_VISIBILITY_SECONDS / 3
# The worker renews its lease, the visibility of its messages and their task tokens this often.
HEARTBEAT_SECONDS = VISIBILITY_SECONDS / 3
# A worker's renewal of its slot's lease is valid for this long: nine heartbeats. A worker that is silent for longer
# counts as dead, and its slot may launch another.
SLOT_LEASE_SECONDS = 180
# From a worker's launch until it receives its first shard: instance, image, model. An estimate, between the 100 s that
# were computed and the 5 minutes that were planned for; not measured in AWS.
WORKER_START_SECONDS = 180
# The same for a quick worker in a new environment: image, libraries, model. An estimate until the first is measured:
# a public deployment of the same model on Lambda reports 20 to 60 s with the model on a network file system
# (https://github.com/gabrielkoo/aws-lambda-whisper-adaptor); Earshot reads it in parallel ranges from S3. By stage:
# simulation/assumptions.py.
QUICK_START_SECONDS = 9
# Lambda's longest run (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
QUICK_RUN_SECONDS = 900
# A quick worker takes bulk shards for this time after its launch; then the policy decides again whether quick workers
# pay. So a shard has at least ten minutes until the limit.
QUICK_BULK_SECONDS = 300
# A quick worker takes no shard in this time before its limit: twice what the longest shard of the fast queue takes.
QUICK_RESERVE_SECONDS = 150
# How long a task may take until its worker renews the lease for the first time, by kind of capacity; then the worker
# machine stops it. Without a deadline a task stays in PROVISIONING for as long as there is no instance for it. Spot
# leaves time for one start: on paper that takes about 100 s, and it was not measured on AWS.
SPOT_LAUNCH_SECONDS = 300
ON_DEMAND_LAUNCH_SECONDS = 600
# The lease of a worker that is being launched (written by Scale and Settle): longer than either deadline and a
# worker's lease, so that it ends only if the worker machine itself does not answer. Scale then stops that execution.
LAUNCH_LEASE_SECONDS = 900
# A slot's item expires from the table this long after the last renewal (functions and worker write the same `ttl`).
SLOT_TTL_SECONDS = 86_400
# Worker 0 waits this long for another shard before it leaves (setting of the stack, default of the functions). Waiting
# as long as a start takes never costs more than twice what it saves.
IDLE_SECONDS = WORKER_START_SECONDS
# Every task but worker 0 waits this long: for the next shard of a burst.
SPARE_IDLE_SECONDS = 20
# A quick worker waits this long: two polls. Lambda keeps its environment warm for minutes afterwards, without charge.
QUICK_IDLE_SECONDS = 2

# -- a caller who waits ------------------------------------------------------------------------------------

# API Gateway (REST) ends a request to its integration after this time: AWS's limit, also kept by the local cloud.
GATEWAY_SECONDS = 29
# `POST /v1/listen` waits this long for the job, then answers with a redirect: four seconds before the gateway's limit.
REQUEST_WAIT_SECONDS = 25
