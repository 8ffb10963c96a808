"""Whisper, fast: audio → speech → windows → batches → hypotheses → guards → words, one module a noun.

Nothing here is imported with the package: `hardware.configure_process` must have run before ctranslate2 loads.
"""
