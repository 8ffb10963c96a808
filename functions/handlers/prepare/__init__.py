"""First step of a job: audio, options, shards."""
