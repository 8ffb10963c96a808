"""The contract between the parts of Earshot: documents, keys and limits that two programs must agree on.

The Lambda functions, the worker, the local cloud and the command line import this package; it imports none of them,
nor boto3.
"""
