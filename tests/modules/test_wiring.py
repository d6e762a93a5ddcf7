"""Modules are wired by `>>`, `+` and `["port"]`; what does not fit together is refused with the reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from patchpilot.errors import RackError
from patchpilot.modules.base import Context, Port, Signal, knob
from patchpilot.modules.function import module
from patchpilot.modules.graph import Graph
from patchpilot.modules.kinds import graph_of
from patchpilot.modules.wiring import Wirable, Wire, node


@module(level=knob(0.5, 0.0, 1.0), varying=("level",))
def tone(pitch: Signal, gate: Signal, *, level: float) -> Signal:
    """A level while a key is held."""
    return np.repeat(gate * level * np.sign(pitch), 2, axis=0)


@module(
    cutoff=knob(1000.0, 20.0, 20_000.0, "Hz", octaves=True), poles=knob(2.0, 1.0, 4.0), varying=("cutoff",)
)
def tamed(audio: Signal, *, cutoff: float, poles: float) -> Signal:
    """Quieter."""
    return np.asarray(audio * (cutoff / 20_000.0) / poles, np.float32)


@module()
def ducked(audio: Signal, sidechain: Signal | None = None) -> Signal:
    """Quiet where something else is loud."""
    return audio if sidechain is None else np.asarray(audio * (1.0 - np.abs(sidechain)), np.float32)


@module(outputs=("slow", Port("left")), control=True, depth=knob(0.1, -1.0, 1.0))
def moves(*, depth: float, context: Context) -> tuple[Signal, Signal]:
    """A control signal and a sound."""
    up = np.linspace(0.0, 1.0, context.n_samples, dtype=np.float32)
    return (up * np.float32(depth))[None], np.stack([up, up])


def _wires(*parts: Wirable) -> set[str]:
    return {f"{w.source}.{w.output} > {w.target}.{w.port}" for w in Graph.of([p.part() for p in parts]).wires}


def test_one_into_the_next() -> None:
    graph = Graph.of([(tone >> tamed >> ducked).part()])
    assert list(graph.nodes) == ["tone", "tamed", "ducked"]
    assert graph.wires == (
        Wire("tone", "out", "tamed", "audio"),
        Wire("tamed", "out", "ducked", "audio"),
    )
    assert graph.outputs == (("ducked", "out"),)


def test_modules_of_one_name_are_numbered_and_nodes_are_named() -> None:
    graph = Graph.of([(tone + tone + node(tone, "sub", level=0.2)) >> tamed])
    assert set(graph.nodes) == {"tone", "tone_2", "sub", "tamed"}
    assert len(graph.wires) == 3
    assert graph.nodes["sub"].values == {"level": 0.2}


def test_one_node_may_go_two_ways() -> None:
    """A node that is mentioned twice is one; what is heard is what nobody takes on."""
    source = node(tone)
    assert _wires(source >> tamed, source >> ducked) == {
        "tone.out > tamed.audio",
        "tone.out > ducked.audio",
    }
    assert Graph.of([source >> tamed, source >> ducked]).outputs == (("tamed", "out"), ("ducked", "out"))


def test_ports_are_named_on_either_side() -> None:
    target = node(tamed)
    found = _wires(tone >> target, moves["slow"] >> target["cutoff"])
    assert found == {"tone.out > tamed.audio", "moves.slow > tamed.cutoff"}
    target = node(ducked)
    assert "tamed.out > ducked.sidechain" in _wires(tone >> target, tone >> tamed >> target["sidechain"])


def test_parallel_parts_hear_the_same() -> None:
    assert _wires(tone >> (tamed + ducked) >> node(tamed, "last")) == {
        "tone.out > tamed.audio",
        "tone.out > ducked.audio",
        "tamed.out > last.audio",
        "ducked.out > last.audio",
    }


def _cycle() -> Graph:
    first, second = node(tamed), node(ducked)
    return Graph.of([tone >> first >> second >> first])


def _chorus_of_errors() -> dict[str, tuple[Callable[[], object], str]]:
    return {
        "unknown input": (
            lambda: Graph.of([tone >> tamed["cutof"]]),
            r"tamed has no input 'cutof'.*did you mean 'cutoff'",
        ),
        "unknown parameter": (
            lambda: Graph.of([tone >> node(tamed, cutof=200.0)]),
            r"tamed has no parameter 'cutof'; did you mean 'cutoff'\?",
        ),
        "unknown output": (
            lambda: Graph.of([moves["fast"] >> tamed]),
            "moves has no output 'fast', only 'slow', 'left'",
        ),
        "cycle": (_cycle, "there is a cycle: .*(tamed → ducked → tamed|ducked → tamed → ducked)"),
        "audio into control": (
            lambda: Graph.of([tone >> node(tone, "other")["gate"]]),
            r"tone gives audio, but other\['gate'\] takes control",
        ),
        "control into audio": (
            lambda: Graph.of([moves["slow"] >> tamed]),
            r"moves gives control, but tamed\['audio'\] takes audio",
        ),
        "audio moves a parameter": (
            lambda: Graph.of([tone >> tamed["cutoff"]]),
            r"expected a control signal for tamed\['cutoff'\], but tone gives audio",
        ),
        "what cannot move": (
            lambda: Graph.of([moves["slow"] >> tamed["poles"]]),
            "tamed: poles cannot move within a performance; these can: cutoff",
        ),
        "into a source": (lambda: Graph.of([tone >> moves]), "moves hears nothing"),
        "two nodes before a port": (lambda: (tone >> tamed)["audio"], r"expected one node before \[port\]"),
        "a name with a space": (lambda: node(tone, "sub bass"), "expected a name of letters, digits"),
        "nothing is heard": (lambda: Graph.of([]), "expected a rack from which something is heard"),
    }


@pytest.mark.parametrize("case", _chorus_of_errors())
def test_what_does_not_fit_is_refused(case: str) -> None:
    make, said = _chorus_of_errors()[case]
    with pytest.raises(RackError, match=said):
        make()


def test_a_graph_is_json_and_back() -> None:
    target = node(tamed, cutoff=500.0)
    graph = Graph.of([tone >> target >> ducked, moves["slow"] >> target["cutoff"]])
    again = graph_of(graph.to_json())
    assert again.to_json() == graph.to_json()
    assert again.nodes["tamed"].module is tamed
    assert again.nodes["tamed"].values == {"cutoff": 500.0}


@pytest.mark.parametrize(
    "damage",
    [
        {"nodes": {}},
        {"wires": ["tone.out > nobody.audio"]},
        {"nodes": {"tone": {"module": {"kind": "spell"}, "values": {}}}},
        {"outputs": "tone"},
        {"wires": None},
    ],
)
def test_damaged_json_is_refused(damage: dict[str, object]) -> None:
    said = Graph.of([tone >> tamed]).to_json()
    with pytest.raises(RackError):
        graph_of({**said, **damage})
