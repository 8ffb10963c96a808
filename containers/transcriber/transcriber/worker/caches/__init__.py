"""What a worker keeps while it runs: audio objects and model files on disk, engines in memory."""
