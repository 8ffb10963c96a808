"""Benchmark of speed, word error rate and memory: Earshot's engine against plain faster-whisper (`make bench`)."""
