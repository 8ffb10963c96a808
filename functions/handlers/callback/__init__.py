"""Delivery of finished jobs to callback URLs."""
