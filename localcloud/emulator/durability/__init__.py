"""Durability: what was acknowledged is on disk before the answer."""
