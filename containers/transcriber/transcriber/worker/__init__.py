"""The worker: receives shards from SQS, runs them on an engine, and answers their Step Functions task tokens."""
