"""The deployment on this machine: `earshot up`, its first run and its lines about jobs."""
