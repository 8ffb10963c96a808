"""Patches of the emulators ministack and moto: one module a patch, see README.md."""
