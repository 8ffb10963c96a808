"""Changes of the text that options ask for, one a file."""
