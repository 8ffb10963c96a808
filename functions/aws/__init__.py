"""Calls to AWS, one service or one kind of item a file: the only package of the functions that imports boto3."""
