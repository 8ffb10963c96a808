"""Routes of the API: a view function for each, which reads a request and returns a response."""
