"""Benchmarks: each measures a ratio to a floor of the same run."""
