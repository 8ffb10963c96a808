"""Resources of a deployment in AWS, used directly: its stack, keys, secrets, events and log lines."""
