"""Items of the DynamoDB table: jobs, keys, secrets, slots, and what a request or an upload made."""
