"""Sweep: starts jobs again whose execution is gone."""
