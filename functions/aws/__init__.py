"""Calls to AWS, one service a file, and folders for the items of the table and for queues: the only package of the functions that imports boto3."""
