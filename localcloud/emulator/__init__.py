"""Emulator: parts in the place of AWS services, one module a service. Nothing here imports the patches."""
