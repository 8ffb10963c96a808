"""IAM: roles' temporary credentials, and whether a role's policy allows a call."""
