"""A shard in a worker: from its message through its run, progress and audio copy to its answered task token."""
