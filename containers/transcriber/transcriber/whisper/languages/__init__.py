"""Languages of speech: detected by votes of windows, chosen for a shard, and where they change."""
