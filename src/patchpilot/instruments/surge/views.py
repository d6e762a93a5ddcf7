"""Surge's named views: which parameters move together in a search or a dataset.

core    27 continuous controls that one note tells apart: what `match` may solve for
tier1   scene A: two oscillators, two filters, both envelopes, the mixer
tier2   every parameter, no modulation
tier3   every parameter, and the modulation matrix
"""

from __future__ import annotations

import re
from collections.abc import Sequence

CORE = (
    *(f"a_osc1_param{n}" for n in range(7)),
    *(f"a_osc2_param{n}" for n in range(4)),
    "a_osc2_pitch", "a_level_o2", "a_level_noise", "a_noisecol",
    "a_filter1_cutoff", "a_filter1_resonance", "a_filter1_envmod",
    "a_env1_attack", "a_env1_decay", "a_env1_sustain", "a_env1_release",
    "a_env2_attack", "a_env2_decay", "a_env2_sustain",
    "a_ws_drive", "a_fm_depth",
)  # fmt: skip
_TIER1 = re.compile(
    r"^a_(osc[12]_|filter\d_|env\d_|level_|mute_|ws_|noisecol|fm_|feedback|fb_config|f_balance|lowcut|pitch$|octave$)"
)


def named_views(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Names of the parameters of each view, in the space's order."""
    core = tuple(name for name in names if name in CORE)
    tier1 = tuple(name for name in names if _TIER1.match(name))
    return {"core": core, "tier1": tier1, "tier2": tuple(names), "tier3": tuple(names), "full": tuple(names)}
