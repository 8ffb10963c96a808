"""Boundaries of letters, words and lines in every script, and the words of a segment as they are printed."""
