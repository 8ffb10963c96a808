"""The canonical transcript: assembly, words, sentences, speakers, edits, redaction, corrections, search."""
