"""Audio input: media files opened with PyAV and decoded to 16 kHz mono samples."""
