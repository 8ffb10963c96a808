"""Credentials: keys of the API, secrets that sign callbacks, and URLs that name a user and a password."""
