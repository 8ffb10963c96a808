"""A whole deployment: checks of the account, the image, deployment and removal, cost."""
