"""Vital, through its own engine (the PyPI package `vita`).

    vital = patchpilot.instrument("vital")
    audio = vital.render(vital.load("lead.vital"), Performance.one_note(48))

What it promises: the same patch, performance and engine seed give the same bytes, in any worker and in any
order, on one engine version, system and CPU. One note a render: phrases are rendered note by note and mixed.

`vital.py` holds the instrument. This file imports nothing: worker processes load `_worker` from this folder,
and the less they hold, the faster they fork.
"""
