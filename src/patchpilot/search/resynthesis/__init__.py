"""Resynthesis: take a sound apart and put it together again as a Vital patch.

searcher.py   asks both constructions for drafts, renders them, has the best corrected
harmonic/     sounds with a pitch: frames of harmonics over time, and a residue
dense/        sounds without: partials and noise on fine grids, pitch sweeps
envelope.py   Vital's ADSR and its fit
draft.py      what a construction hands to the searcher
sketch.py     a patch in the making, and how it becomes a `Patch`
"""
