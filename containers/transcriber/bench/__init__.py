"""How fast, how right, how large: Earshot's engine beside plain faster-whisper. `make bench` runs it."""
