"""Suites of the benchmark, each a module with `run` and `goals`."""
