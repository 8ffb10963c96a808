"""JSON Schemas of the bodies that the API answers with, and the types that they are made of."""
