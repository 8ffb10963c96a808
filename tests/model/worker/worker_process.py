"""Run by test_process.py: `python -m transcriber` as a container runs it, on moto with two messages waiting.

Step Functions is a fake that accepts every token.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path
from unittest.mock import MagicMock

import boto3
from moto import mock_aws

from earshot_contract.documents.manifest import digest
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard, ShardMessage
from transcriber.worker.aws_clients import AwsClients

models, speech = Path(sys.argv[1]), Path(sys.argv[2])

with mock_aws():
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    for bucket in ("audio", "models"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    files = {file.name: {"sha256": digest(file), "size": 0} for file in (models / "base").iterdir()}
    s3.put_object(Bucket="models", Key="base/manifest.json", Body=json.dumps({"name": "base", "files": files}))
    s3.put_object(Bucket="audio", Key="speech.flac", Body=speech.read_bytes())
    fast, bulk = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("fast", "bulk"))
    for index in range(2):
        shard = Shard("j1", index, 2, S3Object("audio", "speech.flac"), S3Object("audio", f"{index}.json"), "base")
        sqs.send_message(QueueUrl=bulk, MessageBody=ShardMessage(f"t{index}", shard).to_json())
    connect = AwsClients.connect
    AwsClients.connect = lambda: AwsClients(connect().sqs, connect().s3, MagicMock(), connect().dynamodb)  # type: ignore[method-assign]
    os.environ |= {
        "FAST_QUEUE_URL": fast,
        "BULK_QUEUE_URL": bulk,
        "TABLE": "table",
        "MODELS_BUCKET": "models",
        "DEFAULT_MODEL": "base",
        "MODEL_DIR": str(models),
    }
    sys.argv = ["transcriber"]
    runpy.run_module("transcriber", run_name="__main__")
