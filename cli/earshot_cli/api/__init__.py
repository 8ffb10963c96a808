"""HTTP client of a deployment's API: connection, retries, answers in words."""
