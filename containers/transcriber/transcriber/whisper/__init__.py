"""Whisper engine: audio → speech → windows → batches → hypotheses → checks → words, one module a noun.

The package imports nothing: the process settings (`transcriber.hardware`) must be applied before ctranslate2 loads.
"""
