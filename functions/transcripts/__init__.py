"""The canonical transcript, its words, sentences and edits."""
