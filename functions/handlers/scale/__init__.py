"""Scale: launches workers."""
