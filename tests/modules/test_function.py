"""A module that is a Python function: its ports, its knobs, its way into a file and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from patchpilot.errors import ParameterError, RackError
from patchpilot.modules.base import Context, Port, Signal, choice, knob, spoken
from patchpilot.modules.function import FunctionModule, module
from patchpilot.modules.kinds import module_of
from tests.modules.conftest import context


@module(
    outputs=("out", Port("level", 1)),
    varying=("gain",),
    gain=knob(0.5, 0.0, 1.0),
    time_ms=knob(10.0, 1.0, 1000.0, "ms", octaves=True),
    shape=choice("soft", "hard", default="hard"),
)
def example(
    audio: Signal,
    gate: Signal,
    control: Signal | None = None,
    other: Signal | None = None,
    *,
    gain: Any,
    time_ms: float,
    shape: str,
    context: Context,
) -> tuple[Signal, Signal]:
    """Does what a module may do.

    And says more about it.
    """
    assert context.sample_rate == 44100
    assert time_ms == pytest.approx(10.0)
    assert shape == "hard"
    assert control is None
    return (audio if other is None else audio + other) * gain, gate


def test_a_function_says_all_that_a_module_is() -> None:
    assert example.name == "example"
    assert example.summary == "Does what a module may do."
    assert example.inputs == (
        Port("audio"),
        Port("gate", 1),
        Port("control", 1, True),
        Port("other", 2, True),
    )
    assert example.outputs == (Port("out"), Port("level", 1))
    assert [p.name for p in example.parameters] == ["gain", "time_ms", "shape"]
    assert {p.group for p in example.parameters} == {"example"}
    assert example.varying == {"gain"}


def test_its_process_is_the_function() -> None:
    process = example.prepare(44100, frozenset())
    audio = np.ones((2, 5), np.float32)
    inputs = {"audio": audio, "gate": np.ones((1, 5), np.float32), "control": None, "other": audio}
    values = {p.name: spoken(p, p.default) for p in example.parameters}
    made = process(inputs, values, context(5))
    assert [signal.tolist() for signal in made] == [np.ones((2, 5)).tolist(), np.ones((1, 5)).tolist()]
    assert all(signal.dtype == np.float32 for signal in made)


def test_json_and_back_is_the_same_module() -> None:
    assert module_of(example.to_json()) is example


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("tests.modules.test_function:nobody", "cannot be imported"),
        ("no.such.package:osc", "cannot be imported .*put it into a file of a package that is installed"),
        ("__main__:osc", "running script or notebook"),
        ("os:getcwd", "expected os:getcwd to be made with @module"),
        ("", "cannot be imported"),
    ],
)
def test_what_cannot_be_imported_is_refused(where: str, said: str) -> None:
    with pytest.raises(RackError, match=said):
        module_of({"kind": "function", "function": where})


def test_knobs_that_do_not_fit_the_arguments_are_refused() -> None:
    def bare(audio: Signal, *, level: float) -> Signal:
        return audio * level

    def told(audio: Signal, *, level: float) -> Signal:
        """Says what it does."""
        return audio * level

    level = knob(0.5, 0.0, 1.0)
    cases: list[tuple[Any, Any, str]] = [
        (module(), told, "expected a knob for each keyword argument, got knobs none for level"),
        (module(level=level, tone=level), told, "got knobs level, tone for level"),
        (module(level=level, varying=("tone",)), told, "expected names of knobs in varying, got tone"),
        (module(level=level), bare, "expected a docstring"),
    ]
    for decorate, function, said in cases:
        with pytest.raises(RackError, match=said):
            decorate(function)


@pytest.mark.parametrize("bad", [(0.5, 1.0, 0.0), (2.0, 0.0, 1.0), (0.5, 0.5, 0.5)])
def test_a_knob_needs_a_range_that_holds_its_default(bad: tuple[float, float, float]) -> None:
    with pytest.raises(ParameterError, match="expected low < high and a default between them"):
        knob(*bad)


def test_octaves_need_positive_ends_and_choices_two_options() -> None:
    with pytest.raises(ParameterError, match="above 0 with octaves"):
        knob(1.0, 0.0, 2.0, octaves=True)
    for options, default in ((("one",), ""), (("one", "one"), ""), (("one", "two"), "three")):
        with pytest.raises(ParameterError, match="expected two different options"):
            choice(*options, default=default)


def test_values_are_spoken_in_their_units() -> None:
    hertz, shape = knob(1000.0, 20.0, 20_000.0, "Hz", octaves=True), choice("soft", "hard")
    assert spoken(hertz, hertz.default) == pytest.approx(1000.0)
    assert spoken(hertz, np.array([hertz.minimum], np.float32)) == pytest.approx(20.0)
    assert [spoken(shape, at) for at in (0.0, 1.0)] == ["soft", "hard"]
    assert isinstance(example, FunctionModule)
