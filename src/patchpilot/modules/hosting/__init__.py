"""Plug-ins of other makers: where they are, what a file is, and how one is loaded and played.

`folders.py` finds them, `binary.py` says what a file is built for, `knobs.py` what their parameters are to us, and
`hosted.py` loads one, which is for worker processes only: a plug-in is foreign native code.
"""
