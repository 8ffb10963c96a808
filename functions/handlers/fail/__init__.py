"""Fail: the job machine's step after an error."""
