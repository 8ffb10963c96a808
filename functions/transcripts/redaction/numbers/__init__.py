"""Numbers that must not be stored: which entity each run of digits is, whole or interrupted."""
