"""Sounds without harmony: drums, bells, noise, dissonant basses.

Oscillators tuned so low that their harmonics are a fine grid over the whole spectrum: partials take the nearest
line, noise takes all of them with random phases, and a pitch sweep (a kick's) gets an oscillator of its own.
The tables are corrected in a simulation of Vital's oscillators before the engine is asked.

    analysis.py    what is heard in the target          build.py     constructions, drafted and finished
    partials.py    partials and noise floor             lines.py     a grid's magnitudes and phases
    sweep.py       the pitch envelope                   oscillator.py  the simulated oscillator
    loop.py        correcting the tables                write.py     layers as Vital's controls
    draft.py       all of it behind one interface
"""
