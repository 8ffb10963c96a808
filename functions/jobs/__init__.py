"""Jobs, their events and their public form."""
