"""Decoding of a window: the model's calls, the checks on its hypothesis, and the next way after a rejected one."""
