"""Announce: the job machine's last step."""
