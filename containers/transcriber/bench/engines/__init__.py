"""Engines that the benchmark compares, and the folders of models that they read."""
