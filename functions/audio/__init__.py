"""Audio files: what their headers say."""
