"""Resynthesis of pitched sounds.

The sound is seen as harmonics of a fundamental that may move, and a residue as a denser series of partials
with random phases. Each becomes a wavetable whose frames an LFO passes through once; loudness is ``env_1``, as
far as an envelope can; pitch movement is a second LFO. Then the loop is closed: what the engine makes of the
patch is compared with the target, and the partials are scaled by the difference.

    analysis        the sound: its envelope, fundamentals, views    fundamental, track, motion, partials, spectra
    plan            amplitudes at keyframes                         keyframes, waves
    patch           the plan in Vital's terms
    correction      the plan bettered by what was heard
    draft           all of it: `drafts`

Drums and bells, whose partials are no harmonics, are better served by the dense construction beside it.
"""

from patchpilot.search.resynthesis.harmonic.draft import HarmonicDraft, drafts

__all__ = ["HarmonicDraft", "drafts"]
