"""Signatures of files: the first bytes of audio, and of what is sent in its place by mistake."""
