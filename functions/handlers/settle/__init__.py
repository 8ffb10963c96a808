"""Settle: the worker machine's step after a worker."""
