"""Workers: how many of them run."""
