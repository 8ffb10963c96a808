"""Plan of a long file: where it is cut into shards for several workers."""
