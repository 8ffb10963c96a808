"""AWS Lambda functions, and what they share."""
