"""Scores: word error rates, faults that a reader sees, speakers."""
