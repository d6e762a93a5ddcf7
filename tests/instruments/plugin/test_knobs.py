from __future__ import annotations

import pytest

from patchpilot.modules.hosting.knobs import Description, PluginKnob, knobs_of, told


def said(
    name: str, *, value: float = 0.0, steps: int = 0, texts: tuple[tuple[float, str], ...] = ()
) -> Description:
    return Description(7, name, "", value, steps, True, texts)


def even(*texts: str) -> tuple[tuple[float, str], ...]:
    return tuple((k / len(texts), text) for k, text in enumerate(texts))


@pytest.mark.parametrize("name", ["MIDI Ch. 1 CC 0", "MIDI Ch. 16 CC 129", "MIDI CC 3|74", "Bypass"])
def test_midi_controllers_in_disguise_are_hidden(name: str) -> None:
    assert knobs_of([said(name), said("Cutoff")], "x") == knobs_of([said("Cutoff")], "x")


def test_names_are_identifiers_and_each_is_there_once() -> None:
    names = ["Osc 1: Level", "Osc 1 Level", "osc_1_level_2", "", "2nd", "Ümlaut"]
    made = [knob.parameter.name for knob in knobs_of([said(name) for name in names], "x")]
    assert len(set(made)) == len(names)
    assert all(name.isidentifier() for name in made)
    assert made[0] == "osc_1_level"


def test_few_texts_are_options_and_the_middle_of_each_is_its_value() -> None:
    (knob,) = knobs_of([said("Wave", value=0.9, texts=even("sine", "saw", "square", "noise"))], "x")
    p = knob.parameter
    assert p.options == ("sine", "saw", "square", "noise")
    assert (p.minimum, p.maximum, p.default, p.is_categorical) == (0.0, 3.0, 3.0, True)
    assert [knob.own(k) for k in range(4)] == [0.125, 0.375, 0.625, 0.875]
    assert [knob.stored(knob.own(k)) for k in range(4)] == [0.0, 1.0, 2.0, 3.0]


def test_steps_that_the_plugin_declares_are_options_at_their_exact_values() -> None:
    (knob,) = knobs_of([said("Mode", steps=3, texts=even("off", "on", "on"))], "x")
    assert knob.at == (0.0, 0.5, 1.0)
    assert len(set(knob.parameter.options)) == 3


@pytest.mark.parametrize(
    "texts",
    [even(*(f"{k / 10:.1f}" for k in range(11))), even(*(str(k) for k in range(200))), even("same"), ()],
)
def test_what_is_only_shown_coarsely_or_not_at_all_is_continuous(
    texts: tuple[tuple[float, str], ...],
) -> None:
    (knob,) = knobs_of([said("Level", value=0.3, texts=texts)], "x")
    assert not knob.parameter.is_categorical
    assert knob.own(0.37) == 0.37
    assert knob.parameter.default == pytest.approx(0.3)


def test_a_knob_is_the_same_from_its_json() -> None:
    for knob in knobs_of(
        [said("Wave", texts=even("a", "b")), said("Level", value=0.5, texts=even(*"0123456789"))], "x"
    ):
        assert PluginKnob.from_json(knob.to_json()) == knob


def test_only_what_differs_from_how_it_was_loaded_is_told() -> None:
    knobs = knobs_of([said("Wave", texts=even("a", "b")), said("Level", value=0.3)], "x")
    assert told(knobs, {}) == {}
    assert told(knobs, {"wave": 0.0, "level": 0.30000001192092896}) == {}
    assert told(knobs, {"wave": 1.0}) == {7: 0.75}
