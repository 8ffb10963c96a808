"""Reap: reads the dead-letter queue."""
