"""Redaction: words that must not be stored are found and replaced by tags, before anything is stored."""
