"""Instruments: a patch and a performance in, audio out.

An instrument has a `space`, and `render`, `export` and `load`. The same patch and performance give the same
bytes, in any worker and in any order; an instrument that cannot promise that says so in its folder.
"""
