"""New material keeps to the style it is made from, its grid and its key."""

from __future__ import annotations

import dataclasses

import pytest

from patchpilot.errors import ParameterError
from patchpilot.selfplay.levels import document
from patchpilot.selfplay.levels.complementing import complement
from patchpilot.selfplay.levels.document import Template
from patchpilot.selfplay.levels.generating import generated
from patchpilot.selfplay.levels.pattern import Part, Score, Strike
from patchpilot.space.key import Key

SCORE = Score(
    120.0,
    2,
    "C minor",
    (
        Part("kick", 36, 0.3, -10.0, tuple(Strike(float(beat), 1.0) for beat in range(8))),
        Part(
            "tone", 60, 0.2, -14.0, tuple(Strike(beat + 0.5, 0.5, -3.0, 3 * (beat % 2)) for beat in range(8))
        ),
    ),
)


def test_nothing_changes_without_an_amount_and_bars_go_round() -> None:
    same = generated(SCORE, bars=4, seed=3, amount=0.0)
    assert [len(part.strikes) for part in same.parts] == [16, 16]
    assert [s.beat for s in same.parts[0].strikes] == [float(beat) for beat in range(16)]
    assert same.length_s == pytest.approx(8.0)


def test_a_seed_is_a_variation_in_style() -> None:
    one, again, other = (generated(SCORE, bars=8, seed=seed, amount=0.5) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert {s.semitones for part in one.parts for s in part.strikes} <= {0, 3}
    assert all(s.beat * 4 == round(s.beat * 4) for part in one.parts for s in part.strikes)
    assert all(s.level_db <= 0.0 for part in one.parts for s in part.strikes)
    kept = {s.beat % 4 for s in one.parts[0].strikes}
    assert {0.0, 2.0} <= kept  # what is strong stays


def test_the_balance_of_the_parts_and_the_density_are_kept() -> None:
    many = generated(SCORE, bars=64, seed=4, amount=1.0)
    for old, new in zip(SCORE.parts, many.parts, strict=True):
        assert len(new.strikes) / 64 == pytest.approx(len(old.strikes) / SCORE.bars, rel=0.25)


def test_a_loop_that_is_shorter_than_a_bar_is_played_on() -> None:
    half = dataclasses.replace(
        SCORE,
        bars=1,
        length_s=1.0,
        parts=tuple(dataclasses.replace(part, strikes=part.strikes[:2]) for part in SCORE.parts),
    )
    assert half.n_steps == 8
    again = generated(half, bars=2, seed=0, amount=0.0)
    assert [strike.beat for strike in again.parts[0].strikes] == [float(beat) for beat in range(8)]


def test_what_the_next_hit_cuts_off_lasts_until_the_next_hit() -> None:
    slices = dataclasses.replace(
        SCORE,
        parts=(
            Part("kick", 36, 0.3, -10.0, tuple(Strike(float(beat), 0.5) for beat in range(8))),
            Part("hat", 60, 0.3, -10.0, tuple(Strike(beat + 0.5, 0.5) for beat in range(8))),
        ),
    )
    made = generated(slices, bars=8, seed=2, amount=1.0)
    onsets = sorted({strike.beat for part in made.parts for strike in part.strikes})
    after = dict(zip(onsets, [*onsets[1:], 32.0], strict=True))
    assert all(
        strike.beat + strike.beats == after[strike.beat] for part in made.parts for strike in part.strikes
    )


@pytest.mark.parametrize(
    ("options", "said"), [({"bars": 0}, "bars"), ({"amount": 2.0}, "amount"), ({"seed": -1}, "seed")]
)
def test_numbers_out_of_their_ranges(options: dict[str, float], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        generated(SCORE, **({"bars": 1, "seed": 0} | options))  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["bass", "lead"])
def test_complements_are_in_key_and_on_the_grid(role: str) -> None:
    tones = Key.parse("C minor").tones
    for seed in range(20):
        part = complement(SCORE, role, seed=seed)  # type: ignore[arg-type]
        assert part.strikes
        assert all((part.note + strike.semitones) % 12 in tones for strike in part.strikes)
        assert all(strike.beat * 4 == round(strike.beat * 4) for strike in part.strikes)
        busy = {s.beat % 4 for s in SCORE.parts[1].strikes}
        assert sum(s.beat % 4 in busy for s in part.strikes) < len(part.strikes) / 2
    both = dataclasses.replace(SCORE, parts=(*SCORE.parts, part))  # it has one of that name then
    assert complement(both, role, seed=0).name == f"{role} 2"  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="--key"):
        complement(dataclasses.replace(SCORE, key=""), role, seed=0)  # type: ignore[arg-type]


def test_a_template_is_text() -> None:
    template = Template(
        SCORE, "vital", {"kick": "kick.vital", "tone": "a b.vital"}, {"kick": 0.8, "tone": 0.5}
    )
    assert document.from_text(document.to_text(template)) == template


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("tempo", "temp"), "did you mean 'tempo'"),
        (("note = 36", "note = 400"), "0 to 127"),
        (("[0.0, 1.0, 0.0, 0],", "[0.0],"), "strikes as"),
        (("preset", "presets"), "did you mean 'preset'"),
        (("format = 1", "format = 7"), "newer version"),
    ],
)
def test_mistakes_in_a_template(change: tuple[str, str], said: str) -> None:
    text = document.to_text(Template(SCORE, "vital", {"kick": "k", "tone": "t"}, {"kick": 0.8, "tone": 0.5}))
    with pytest.raises(ParameterError, match=said):
        document.from_text(text.replace(*change, 1))
