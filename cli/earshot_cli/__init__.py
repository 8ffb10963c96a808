"""The `earshot` command."""

DISTRIBUTION = "earshot-transcription"  # `earshot` is another project's name on the package index
__version__ = "0.1.0"  # pyproject.toml reads it from here
