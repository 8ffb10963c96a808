"""Models of a deployment: from the Hugging Face Hub or this machine into its bucket."""
