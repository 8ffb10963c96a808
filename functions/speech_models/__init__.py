"""Speech models: what callers name them."""
