"""Digits among words: numerals in digits and in words, the runs that they make, and amounts of things."""
