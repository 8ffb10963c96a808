"""What the functions keep and start in AWS. Nothing outside this folder knows boto3."""
