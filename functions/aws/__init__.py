"""Calls to AWS: a service a file, the table and the queues in folders. No other package of functions imports boto3."""
