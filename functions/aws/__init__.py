"""Calls to AWS, one service a file; folders for the table's items and for queues. Only this package imports boto3."""
