"""Drafts: patches that somebody is editing.

history.py     what was done, step by step, with undo and redo; plain data
journal.py     a history on the disk, a line for each thing that was done
state.py       what a draft is: all that its lines say
draft.py       the `Draft` noun: its journal, and what may be done to it
pace.py        whether the first part of a note is to be heard before the whole
rendering.py   what is heard of a draft: the newest version first, the stale ones never
banking.py     a step becomes a take of the bank, with the steps before it as its trail
randomise.py   other values for a group of parameters
drawing.py     LFO shapes that somebody draws
shapes.py      envelopes, LFO shapes and wavetables as points to draw
asking.py      words that move a draft
answers.py     a draft as JSON
sources.py     where drafts come from: a take, a match, an init patch
drafts.py      all drafts of a workspace
"""
