"""A move does what was asked, on the real render, and little else; or says that it could not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.search.base import Outcome
from patchpilot.space import Patch, Performance
from patchpilot.words import Moved, move, understand
from patchpilot.words.ear import Ear
from patchpilot.words.features import BY_NAME, NAMES, TOLERANCE, heard_steps
from patchpilot.words.moved import Verdict
from tests.words.toys import PERFORMANCE, Organ, audio, enveloped, partials


@pytest.fixture(scope="module")
def organ() -> Organ:
    return Organ()


def asked(organ: Organ, text: str, values: dict[str, float] | None = None, *, renders: int = 60) -> Moved:
    return move(understand(text), Patch.make(organ.space, values or {}), organ, PERFORMANCE, renders=renders)


def verdicts(moved: Moved) -> dict[str, Verdict]:
    return {one.name: one.verdict for one in moved.felt}


@pytest.mark.parametrize(
    "text", ["darker", "brighter", "noisier", "softer attack", "wider", "pluckier", "roomier", "louder"]
)
def test_one_word_moves_one_feature_and_holds_the_others(organ: Organ, text: str) -> None:
    moved = asked(organ, text)
    assert moved.ok, moved.said
    (name,) = moved.wish.changes
    others = [one for one in moved.felt if one.name not in (name, *BY_NAME[name].companions)]
    assert np.mean([one.verdict == "held" for one in others]) >= 0.9
    assert moved.turned
    assert moved.said[0].startswith("It is ")


def test_what_is_told_is_what_the_instrument_plays(organ: Organ) -> None:
    moved = asked(organ, "darker but a softer attack")
    assert moved.ok, moved.said
    before, after = (organ.render(patch, PERFORMANCE) for patch in (moved.start.patch, moved.patch))
    np.testing.assert_array_equal(moved.take.audio.samples, after.samples)
    ear = Ear(before, PERFORMANCE)
    steps = heard_steps(ear(after)) - heard_steps(ear(before))
    np.testing.assert_allclose([one.steps for one in moved.felt], steps)
    assert steps[NAMES.index("brightness")] < -TOLERANCE
    assert steps[NAMES.index("attack")] > TOLERANCE


def test_darker_is_not_quieter(organ: Organ) -> None:
    moved = asked(organ, "much darker")
    assert moved.ok
    (loudness,) = [one for one in moved.felt if one.name == "loudness"]
    assert abs(loudness.after - loudness.before) <= 1.5


def test_it_is_the_same_for_the_same_seed_within_its_budget(organ: Organ) -> None:
    heard: list[Outcome] = []
    before = organ.rendered
    patch = Patch.make(organ.space)
    wish = understand("wider")
    first = move(wish, patch, organ, PERFORMANCE, seed=3, renders=24, on_outcome=heard.append)
    assert organ.rendered - before == first.renders == len(heard) + 1 <= 24
    again = move(wish, patch, organ, PERFORMANCE, seed=3, renders=24)
    assert again.patch.sha256 == first.patch.sha256
    assert again.to_json() == first.to_json()


def test_a_little_is_a_little(organ: Organ) -> None:
    first = asked(organ, "darker")
    wish = understand("a bit less").after(first.wish)
    less = move(wish, first.patch, organ, PERFORMANCE, renders=60)
    assert less.ok, less.said
    (brightness,) = [one for one in less.felt if one.name == "brightness"]
    assert 0.6 <= brightness.steps <= 2.4


def test_what_is_at_its_end_is_said_and_left(organ: Organ) -> None:
    moved = asked(organ, "narrower", {"width": 0.0})
    assert not moved.ok
    assert verdicts(moved)["width"] == "at its end"
    assert moved.patch == moved.start.patch
    assert moved.renders == 1
    assert "cannot be heard to get narrower" in moved.said[0]


def test_what_the_instrument_cannot_do_is_said() -> None:
    moved = asked(Organ().turning_only("width", "hiss"), "pluckier", renders=30)
    assert not moved.ok
    assert verdicts(moved)["sustain"] == "short"
    assert moved.said[0].startswith(("It is only a little pluckier", "It could not be made pluckier"))


def test_what_is_pinned_stays(organ: Organ) -> None:
    wish, patch = understand("hollower"), Patch.make(organ.space)
    moved = move(wish, patch, organ, PERFORMANCE, renders=40, pinned=("stop", "tilt"))
    assert {"stop", "tilt"}.isdisjoint(one.name for one in moved.turned)
    assert not moved.ok
    darker = move(
        understand("darker"), patch, organ, PERFORMANCE, renders=40, pinned=tuple(organ.space.by_name)
    )
    assert (darker.patch, darker.renders) == (patch, 1)
    assert "could not be made darker" in darker.said[0]


def test_an_edit_is_made_where_turning_does_not_do(organ: Organ) -> None:
    moved = asked(organ, "hollower", renders=96)
    assert moved.ok, moved.said
    assert "stop" in [one.name for one in moved.turned]


def test_a_sound_becomes_like_another(organ: Organ) -> None:
    other = Patch.make(organ.space, {"tilt": 0.7, "attack": 0.6, "width": 0.0})
    patch = Patch.make(organ.space)
    moved = move(understand("like that"), patch, organ, PERFORMANCE, renders=96, reference=other)
    apart = []
    for one in (moved.start, moved.take):
        ear = Ear(moved.start.audio, PERFORMANCE)
        apart.append(
            np.abs(heard_steps(ear(one.audio)) - heard_steps(ear(organ.render(other, PERFORMANCE)))).sum()
        )
    assert apart[1] < 0.5 * apart[0]
    darker = move(
        understand("like that but brighter"), patch, organ, PERFORMANCE, renders=96, reference=other
    )
    brightness = [{one.name: one.after for one in found.felt}["brightness"] for found in (moved, darker)]
    assert brightness[1] > brightness[0] + 0.2


def test_it_can_be_stopped(organ: Organ) -> None:
    stops = iter([False] * 5 + [True] * 100)
    moved = move(understand("darker"), Patch.make(organ.space), organ, PERFORMANCE, stop=lambda: next(stops))
    assert moved.renders < 12


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("again", {}, "resolve it with that one first"),
        ("like that but darker", {}, "say which"),
        ("like that", {"reference": audio(enveloped(partials()), 0.0)}, "the other sound is silent"),
        ("darker", {"renders": 3}, "expected renders >= 8"),
        ("darker", {"seed": -1}, "seed >= 0"),
    ],
)
def test_what_cannot_be_done_is_refused(
    organ: Organ, text: str, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        move(understand(text), Patch.make(organ.space), organ, PERFORMANCE, **options)  # type: ignore[arg-type]


def test_silence_cannot_be_moved(organ: Organ) -> None:
    with pytest.raises(ParameterError, match="the patch is silent with this note"):
        asked(organ, "darker", {"volume": 0.0})


def test_hollow_needs_a_pitch(organ: Organ) -> None:
    with pytest.raises(ParameterError, match="no clear pitch was heard"):
        asked(organ, "hollower", {"hiss": 1.0, "tilt": 1.0})


@pytest.fixture(scope="module")
def synth() -> Iterator[Vital]:
    with Vital(workers=1) as made:
        yield made


NOTE = Performance.one_note(60, hold_s=0.5, length_s=0.8)


def test_it_moves_a_real_synth(synth: Vital) -> None:
    """With openings: nothing of the init patch's knobs makes it noisier but a sample that is off."""
    moved = move(understand("noisier"), Patch.make(synth.space), synth, NOTE, renders=40)
    assert moved.ok, moved.said
    assert "sample_on" in [one.name for one in moved.turned]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["darker", "wider", "more movement", "pluckier"])
def test_it_moves_patches_of_the_prior(synth: Vital, text: str) -> None:
    patch = synth.priors["core-v1"].draw(synth.space, 7, 1)
    moved = move(understand(text), patch, synth, NOTE)
    assert moved.ok, moved.said
