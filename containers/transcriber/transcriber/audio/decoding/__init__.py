"""Decoding of a media file: its container, its parts and tracks, their packets, and the frames at their times."""
