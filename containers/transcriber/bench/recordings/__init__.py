"""Recordings of the benchmark: clips with their texts, made conversations, encoded files."""
