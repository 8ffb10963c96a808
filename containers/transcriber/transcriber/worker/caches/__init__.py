"""Caches of a worker, kept while it runs: audio objects and model files on disk, engines in memory."""
