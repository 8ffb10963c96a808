"""Shard results to transcript and stored files."""
