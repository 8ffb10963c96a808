"""Output formats, one renderer a file."""
