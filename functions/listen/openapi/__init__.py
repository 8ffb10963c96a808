"""The API described in OpenAPI 3.1, made from the code; `openapi.json` is the committed copy."""
