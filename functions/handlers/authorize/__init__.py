"""Authorize: the REST API's Lambda authorizer."""
