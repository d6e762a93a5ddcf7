"""The networks: encoders that hear, and heads that say. All of it needs the extra `train`."""
