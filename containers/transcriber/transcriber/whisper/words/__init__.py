"""Words and segments: the text and the times of a decoded window, held against its speech."""
