"""What `benchmarks/match.py` is made of.

sets        the frozen sounds: patches of two priors, and CC0 recordings
measure     one sound matched: distances by method, times
baselines   what a distance is measured against: silence, init, random, the true patch
clock       how much of a match's time goes into comparing sounds
results     the file that keeps one line for each measurement
summary     medians of it, and the goals
tables      those as text, in README too
"""
