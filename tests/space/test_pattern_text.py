from __future__ import annotations

import pytest

from patchpilot.errors import ParameterError
from patchpilot.space import Pattern
from patchpilot.space.harmony import CHORDS, SCALES, chord_of, degree, name_of, pitch_of
from patchpilot.space.hit import Hit


def played(text: str) -> list[tuple[float, tuple[int, ...], float]]:
    return [(hit.beat, hit.pitches, hit.beats) for hit in Pattern.parse(text, gate=1.0).hits]


def test_a_bar_is_divided_among_its_steps() -> None:
    assert played("C3 . E3 G3 | C4 D4") == [
        (0, (48,), 1), (2, (52,), 1), (3, (55,), 1), (4, (60,), 2), (6, (62,), 2),
    ]  # fmt: skip
    assert Pattern.parse("C3 . E3 G3 | C4 D4").bars == 2
    assert Pattern.parse("| . | . | . |").bars == 3


def test_a_bracket_is_steps_in_the_time_of_one() -> None:
    assert played("C4 [D4 [E4 F4]] . .") == [
        (0, (60,), 1),
        (1, (62,), 0.5),
        (1.5, (64,), 0.25),
        (1.75, (65,), 0.25),
    ]


def test_a_dash_holds_on_even_over_a_bar_and_into_a_bracket() -> None:
    assert played("C4 - . D4 | - - [- E4] .") == [(0, (60,), 2), (3, (62,), 3.5), (6.5, (64,), 0.5)]


def test_a_star_repeats_a_step() -> None:
    assert played("C4*3 D4") == played("C4 C4 C4 D4")
    assert played("[C4 .]*2 D4*2") == played("[C4 .] [C4 .] D4 D4")


def test_only_the_last_step_of_a_note_is_gated() -> None:
    (held, short) = Pattern.parse("C4 - . [D4 .]", gate=0.5).hits
    assert (held.beats, short.beats) == (1.5, 0.25)


def test_accents_and_ghosts() -> None:
    found = [hit.velocity for hit in Pattern.parse("C4 C4! C4? C4:m7!", velocity=0.7).hits]
    assert found == pytest.approx([0.7, 0.91, 0.35, 0.91])
    assert [hit.velocity for hit in Pattern.parse("C4!", velocity=0.9).hits] == [1.0]


def test_notes_together() -> None:
    assert [hit.pitches for hit in Pattern.parse("C3+G3+E3 A2:m7 F#2:5 Bb2").hits] == [
        (48, 52, 55), (45, 48, 52, 55), (42, 49), (46,),
    ]  # fmt: skip


def test_a_triplet_is_the_same_pattern_however_it_is_made() -> None:
    assert Pattern.parse("[C4 C4 C4]*4", gate=0.9, velocity=0.8) == Pattern.steps([60] * 12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C3 | | E3", r"bar 2 \(''\): nothing in it: write \. for a bar of rest"),
        ("", "bar 1 .*nothing in it"),
        ("C3 H3", r"bar 1 \('C3 H3'\): expected a note as C4, F#3 or Bb2, got 'H3'"),
        ("C3 . | C11", "bar 2 .*expected a note from C-1 to G9, got 'C11'"),
        ("C3:minor", "C3:minor: expected a chord of maj, m, dim, .*got 'minor'"),
        ("G9:m7", "expected a chord up to G9"),
        ("C3!?", "expected one ! or [?] after a note"),
        ("- C3", "'-' holds the note before on, but there is none"),
        ("C3 . -", "'-' holds the note before on, but there is none"),
        ("[C3", "'\\[' without '\\]'"),
        ("C3]", "'\\]' without '\\['"),
        ("C3 []", "nothing between"),
        ("[[[[C3]]]]", "at most 3 deep"),
        ("C3*0", "each at least once"),
        ("C3*999", "at most 256 steps"),
        ("[[.*200]*200]*200", "at most 20000 steps in a pattern"),
        ("C3 *2", "expected steps, got '\\*2'"),
    ],
)
def test_what_is_no_pattern_is_told_with_its_bar(text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        Pattern.parse(text)


def test_a_gate_out_of_range_is_refused() -> None:
    with pytest.raises(ParameterError, match="gate above 0 up to 1"):
        Pattern.parse("C3", gate=0.0)


def test_names_and_pitches_are_inverse() -> None:
    assert [pitch_of(name_of(pitch)) for pitch in range(128)] == list(range(128))
    assert (pitch_of("C4"), pitch_of("A4"), pitch_of("Bb2"), pitch_of("b2"), pitch_of("Cb4")) == (
        60,
        69,
        46,
        47,
        59,
    )


def test_chords_and_scales_lie_as_theory_says() -> None:
    assert chord_of("C4:maj7") == (60, 64, 67, 71)
    assert all(
        steps[0] == 0 and list(steps) == sorted(set(steps)) for steps in (*CHORDS.values(), *SCALES.values())
    )
    assert [degree(60, "major", k) for k in (-1, 0, 2, 7, 9)] == [59, 60, 64, 72, 76]
    assert [degree(57, "minor pentatonic", k) for k in (-5, 4, 5)] == [45, 67, 69]
    assert 0 <= degree(120, "major pentatonic", 14) <= 127
    with pytest.raises(ParameterError, match="expected a scale of major, minor"):
        degree(60, "blue", 0)


def test_the_text_of_the_docs() -> None:
    pattern = Pattern.parse("C3 . E3 G3 | [C3 C3] Eb3:m7 - - | C2+G2! . C2? C2*3")
    assert len(pattern.hits) == 3 + 3 + 5
    assert pattern.hits[5] == Hit(5.0, (51, 54, 58, 61), 2.9, 0.7)
