"""The OpenAPI description and the pages made from it."""
