"""SQS queues: of shards, of messages that no worker finished, and of callbacks."""
