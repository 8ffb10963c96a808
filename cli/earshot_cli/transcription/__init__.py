"""Transcription of many sources: sources and results, progress, and the files that are written."""
