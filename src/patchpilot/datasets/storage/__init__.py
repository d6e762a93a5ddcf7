"""The dataset file: what is in it, how it is written so that nothing is lost, and read."""
