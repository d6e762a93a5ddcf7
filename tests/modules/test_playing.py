"""A graph that plays: who hears what, what moves, and what goes wrong while it plays."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from patchpilot.errors import RackError
from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.function import module
from patchpilot.modules.graph import Graph
from patchpilot.modules.notes import CONTROLS
from patchpilot.modules.playing import Player, own_value
from patchpilot.modules.wiring import Part, node
from patchpilot.space import Note
from tests.modules.conftest import RATE, context, play


@module(level=knob(0.5, 0.0, 1.0), varying=("level",))
def constant(*, level: float, context: Context) -> Signal:
    """A level."""
    return np.broadcast_to(np.asarray(level, np.float32), (2, context.n_samples))


@module(control=True, depth=knob(0.25, -1.0, 1.0))
def up(*, depth: float, context: Context) -> Signal:
    """From 0 to its depth."""
    return np.linspace(0.0, depth, context.n_samples, dtype=np.float32)[None]


@module(
    hertz=knob(100.0, 20.0, 20_000.0, "Hz", octaves=True), kind=choice("root", "ruin"), varying=("hertz",)
)
def fragile(audio: Signal, *, hertz: float, kind: str) -> Signal:
    """Gives NaN where it is told."""
    return audio * np.float32("nan") if kind == "ruin" else audio * np.asarray(hertz, np.float32)


@module(random=True)
def dice(*, context: Context) -> Signal:
    """Noise."""
    return context.rng().standard_normal((2, context.n_samples)).astype(np.float32)


@module()
def stumbles(audio: Signal) -> Signal:
    """Raises."""
    raise ZeroDivisionError(f"{audio.shape}")


@module()
def short(audio: Signal) -> Signal:
    """Forgets a sample."""
    return audio[:, 1:]


@module()
def wide(audio: Signal) -> Signal:
    """Three channels."""
    return np.concatenate([audio, audio[:1]])


def _played(part: Part, at: Context | None = None) -> Signal:
    graph = Graph.of([part])
    return Player(graph, RATE, {}).play({}, {}, {}, at or context(1000))


def test_signals_are_mixed() -> None:
    made = _played((node(constant, level=0.25) + node(constant, level=0.5)).part())
    assert made.dtype == np.float32
    assert np.all(made == 0.75)


def test_a_control_signal_turns_a_parameter_from_where_it_is() -> None:
    target = node(constant, level=0.5)
    graph = Graph.of([target.part(), up >> target["level"], node(up, "down", depth=-1.0) >> target["level"]])
    made = Player(graph, RATE, {}).play({}, {}, {}, context(1000))
    expected = np.clip(0.5 + np.linspace(0.0, 0.25, 1000) - np.linspace(0.0, 1.0, 1000), 0.0, 1.0)
    assert made[0] == pytest.approx(expected, abs=1e-6)


def test_what_moves_in_octaves_moves_by_equal_ratios() -> None:
    target = node(fragile, hertz=20.0)
    graph = Graph.of([node(constant, level=1.0) >> target, node(up, depth=1.0) >> target["hertz"]])
    made = Player(graph, RATE, {}).play({}, {}, {}, context(1001))[0]
    assert made[[0, 500, 1000]] == pytest.approx([20.0, np.sqrt(20.0 * 20_000.0), 20_000.0], rel=1e-3)


def test_nan_is_named_with_its_node_and_parameters() -> None:
    bad = node(fragile, "crackle", kind="ruin", hertz=440.0)
    with pytest.raises(RackError, match=r"node crackle gives NaN .* with hertz 440, kind ruin"):
        _played(constant >> bad)


def test_an_exception_is_named_with_its_node() -> None:
    with pytest.raises(RackError, match=r"node stumbles failed with no parameters: ZeroDivisionError"):
        _played(constant >> stumbles)


def test_a_signal_of_the_wrong_shape_is_named() -> None:
    with pytest.raises(RackError, match="node short: expected 1000 samples, as it was given, got 999"):
        _played(constant >> short)
    with pytest.raises(
        RackError, match=r"module wide: expected float32 \(2, n\) of its output 'out', got \(3, 1000\)"
    ):
        _played(constant >> wide)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"hertz": 5.0}, "hertz: expected 20 to 20000 Hz, got 5"),
        ({"kind": "roof"}, "kind: expected one of root, ruin, got 'roof'"),
    ],
)
def test_a_value_out_of_its_range_is_refused(values: dict[str, float | str], said: str) -> None:
    with pytest.raises(RackError, match=said):
        _played(constant >> node(fragile, **values))  # type: ignore[arg-type]  # mypy takes them for a name
    with pytest.raises(RackError, match=said):
        play(fragile, {"audio": np.zeros(10)}, values)


def test_the_ends_of_a_range_are_in_it() -> None:
    hertz = next(p for p in fragile.parameters if p.name == "hertz")
    assert own_value(hertz, {"hertz": 20.0}) == pytest.approx(hertz.minimum, abs=1e-6)
    assert own_value(hertz, {"hertz": 20_000.0}) == pytest.approx(hertz.maximum, abs=1e-6)


def test_each_node_rolls_dice_of_its_own_by_the_seed() -> None:
    two = Graph.of([dice.part(), node(dice, "other").part()])

    def alone(name: str, seed: int) -> Signal:
        graph = Graph(two.nodes, two.wires, ((name, "out"),))
        return Player(graph, RATE, {}).play({}, {}, {}, dataclasses.replace(context(1000), seed=seed))

    assert np.array_equal(alone("dice", 0), alone("dice", 0))
    assert not np.array_equal(alone("dice", 0), alone("dice", 1))
    assert not np.array_equal(alone("dice", 0), alone("other", 0))


def test_notes_become_control_signals() -> None:
    notes = (Note(69, 0.5, 0.1, 0.2), Note(81, 1.0, 0.3, 0.2))
    at = context(RATE, notes=notes)
    start, second, end = (round(s * RATE) for s in (0.1, 0.3, 0.5))
    pitch, gate, velocity = (CONTROLS[name](at)[0] for name in ("pitch", "gate", "velocity"))
    assert pitch[[0, start, second - 1, second]] == pytest.approx([440.0, 440.0, 440.0, 880.0])
    assert velocity[[start, second]] == pytest.approx([0.5, 1.0])
    assert gate[[start - 1, start, second - 2, second - 1, second, end - 1, end]].tolist() == [
        0,
        1,
        1,
        0,
        1,
        1,
        0,
    ]
