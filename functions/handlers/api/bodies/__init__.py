"""Bodies of requests: compressed, as JSON, and as OpenAI's multipart form."""
