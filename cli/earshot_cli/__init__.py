"""The `earshot` command."""

from pathlib import Path

DISTRIBUTION = "earshot-transcription"  # `earshot` is another project's name on the package index
__version__ = "0.1.0"  # pyproject.toml reads it from here
CLONE = Path(__file__).resolve().parents[2]  # root of the repository, where the command runs from a clone
