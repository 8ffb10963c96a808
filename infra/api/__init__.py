"""API: the REST API, its firewall, and the errors that API Gateway itself returns."""
