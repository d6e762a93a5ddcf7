"""Whole tracks: what is worked out of them, in a process of its own, and which stems they have.

hearing.py     what is in a track, its score, which others are like it
comparing.py   profiles, what a track lacks beside one, what to turn, and pairs of sounds to hear it by
stems.py       the stems of tracks, as sounds of the workspace
"""
