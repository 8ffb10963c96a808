"""Transcription of many sources: what is sent, what is shown meanwhile, what is written."""
