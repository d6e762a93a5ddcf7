from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.instruments.vital import tails
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Note, Patch, Performance, Routing, Space

NOTE = Note(48, 0.8, 0.0, 0.3)


def dry(space: Space, patch: Patch, release: float) -> Patch:
    """Without effects, and released at that stored value whatever modulates."""
    off = {f"{effect}_on": 0.0 for effect in tails.EFFECTS}
    routings = [r for r in patch.routings if not r.destination.startswith("env_1") and r.target is None]
    return patch.changed(space, {**off, "env_1_release": release}, routings=routings)


@pytest.mark.parametrize("sample_rate", [8000, 44100, 96000])
def test_a_note_that_is_over_is_not_played_on_and_the_bytes_are_the_same(
    vital: Vital,
    space: Space,
    random_patch: Callable[[int], Patch],
    monkeypatch: pytest.MonkeyPatch,
    sample_rate: int,
) -> None:
    patches = [dry(space, random_patch(seed), 0.2 + 0.1 * seed) for seed in range(8)]
    phrase = Performance((NOTE, Note(60, 0.5, 0.4, 0.1)), 4.5 if sample_rate == 8000 else 2.0, sample_rate)
    assert all(tails.over_s(space, patch, NOTE, sample_rate) < phrase.length_s for patch in patches)
    cut = vital.render_many((patch, phrase) for patch in patches)
    monkeypatch.setattr(tails, "over_s", lambda *_: math.inf)
    whole = vital.render_many((patch, phrase) for patch in patches)
    for one, other in zip(cut, whole, strict=True):
        assert isinstance(one, Audio)
        assert isinstance(other, Audio)
        assert one.samples.tobytes() == other.samples.tobytes()
        assert np.abs(other.samples).max() > 0.0


def test_what_may_ring_on_is_played_to_the_end(space: Space) -> None:
    plain = Patch.make(space, {"env_1_release": 1.0})
    assert tails.over_s(space, plain, NOTE, 44100) == pytest.approx(0.3 + 1.0 + 0.5)
    ringing = [
        plain.changed(space, {"reverb_on": 1.0}),
        plain.changed(space, {"filter_fx_on": 1.0}),
        plain.changed(space, routings=[Routing("env_2", "env_1_release", 0.5)]),
    ]
    assert all(tails.over_s(space, patch, NOTE, 44100) == math.inf for patch in ringing)


def test_each_effect_that_has_a_switch_is_known(space: Space) -> None:
    switches = {name.removesuffix("_on") for name in space.by_name if name.endswith("_on")}
    voices = {"osc_1", "osc_2", "osc_3", "sample", "filter_1", "filter_2"}
    assert switches == {*tails.EFFECTS, *voices}
