"""The deployed template on one machine: see README.md."""
