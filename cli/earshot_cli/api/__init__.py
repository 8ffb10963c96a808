"""HTTP client of a deployment's API: connection, retries, and error messages for people."""
