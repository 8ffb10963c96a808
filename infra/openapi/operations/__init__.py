"""Operations of the OpenAPI description, by subject, and the parts that they share."""
