"""Simulation of the scaling policy: `make simulate`. It runs the code that Scale runs, in SimPy's time."""
