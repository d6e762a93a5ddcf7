"""Datasets: patches and what they sound like, rendered at scale into one file that loses no row."""
