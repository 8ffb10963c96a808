"""Durability: a change is on disk before the answer that acknowledges it."""
