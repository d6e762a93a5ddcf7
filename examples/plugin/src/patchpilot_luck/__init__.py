"""A sample package for Patch Pilot: one of each thing that can be added, a file for each idea."""
