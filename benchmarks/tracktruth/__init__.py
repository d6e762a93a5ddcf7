"""Tracks and sounds of known truth, made from the project's own modules: for benchmarks, and for tests."""
