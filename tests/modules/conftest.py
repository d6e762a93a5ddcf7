"""How tests hear a module: as the only node of a graph, in a process of its own, as a rack plays it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.modules.base import Context, Module, Port, Process, Signal
from patchpilot.modules.graph import Graph
from patchpilot.modules.playing import USUAL_TEMPO_BPM, Player
from patchpilot.modules.wiring import Node, Wirable, Wire
from patchpilot.space import Note
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

RATE = 44100
"""Hz, of all tests that do not say otherwise."""
TIMEOUT_S = 120.0
"""After which a module hangs; a Faust program compiles in a second where no other work is done."""


@dataclass(frozen=True, eq=False)
class Given(Wirable):
    """A node whose signal the test gives."""

    name: str
    channels: int = 2
    summary: str = "What a test gives."
    inputs: tuple[Port, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    varying: frozenset[str] = frozenset()
    is_random: bool = False

    @property
    def outputs(self) -> tuple[Port, ...]:
        return (Port("out", self.channels),)

    def to_json(self) -> Json:
        raise AssertionError("only tests play it")

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:  # noqa: ARG002
        return lambda *_: []  # never called: its signal is given


def context(
    n_samples: int,
    *,
    sample_rate: int = RATE,
    notes: Sequence[Note] = (),
    tempo_bpm: float = USUAL_TEMPO_BPM,
    seed: int = 0,
) -> Context:
    """For a module's function, called as it was written; C4 throughout where no notes are given."""
    played = tuple(notes) or (Note(60, 0.8, 0.0, n_samples / sample_rate),)
    return Context(sample_rate, n_samples, tempo_bpm, played, seed)


def play(
    module: Module,
    inputs: Mapping[str, npt.ArrayLike] | None = None,
    values: Mapping[str, float | str | npt.NDArray[np.floating[Any]]] | None = None,
    *,
    sample_rate: int = RATE,
    notes: Sequence[Note] = (),
    n_samples: int = 0,
    tempo_bpm: float = USUAL_TEMPO_BPM,
    seed: int = 0,
    output: str = "",
) -> Signal:
    """What a module makes, compiled and played in a forked process: no Faust program may compile after one played.

    Args:
        module: any, also one that is written in the test.
        inputs: signals by port: (2, n) or (n,) of audio, (1, n) or (n,) of control. The others are as in a rack.
        values: of parameters, in their units; an array (n,) of one moves it, as an LFO or an arc does.
        sample_rate: Hz.
        notes: C4 throughout where there are none.
        n_samples: length, where nothing is given that has one; a second by default.
        tempo_bpm: beats a minute.
        seed: of the performance.
        output: the one to be heard, by default the first.

    Returns:
        float32 (channels, n).

    Raises:
        PatchPilotError: whatever the module raises.
    """
    signals = {
        port.name: _signal((inputs or {})[port.name], port)
        for port in module.inputs
        if port.name in (inputs or {})
    }
    assert set(signals) == set(inputs or {}), f"{module.name} has no such input: {inputs}"
    said = dict(values or {})
    moved = {key: np.atleast_1d(said.pop(key)) for key, v in list(said.items()) if isinstance(v, np.ndarray)}
    lengths = {s.shape[1] for s in signals.values()} | {len(np.atleast_1d(m)) for m in moved.values()}
    assert len(lengths) <= 1, f"signals of different lengths: {lengths}"
    n = lengths.pop() if lengths else n_samples or sample_rate
    node = Node(module, "heard", said)  # type: ignore[arg-type]  # no arrays are left
    given = {f"given_{port}": Node(Given(f"given_{port}", len(s))) for port, s in signals.items()}
    graph = Graph(
        {**given, "heard": node},
        tuple(Wire(f"given_{port}", "out", "heard", port) for port in signals),
        (("heard", output or module.outputs[0].name),),
    )
    curves = {
        key: _stored(next(p for p in module.parameters if p.name == key), m) for key, m in moved.items()
    }
    at = context(n, sample_rate=sample_rate, notes=notes, tempo_bpm=tempo_bpm, seed=seed)
    heard = {f"given_{port}": signal for port, signal in signals.items()}
    return forked(graph, at, {"heard": curves}, heard)


def forked(
    graph: Graph,
    at: Context,
    curves: Mapping[str, Mapping[str, npt.NDArray[np.float32]]] | None = None,
    heard: Mapping[str, Signal] | None = None,
) -> Signal:
    """A graph with its nodes' own values, played in a process of its own.

    Raises:
        PatchPilotError: whatever a module raises.
    """
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    child = fork.Process(target=_child, args=(theirs, graph, at, curves or {}, heard or {}))
    child.start()
    theirs.close()
    try:
        assert ours.poll(TIMEOUT_S), "the module hangs"
        made = ours.recv()
    except EOFError:
        child.join()
        raise AssertionError(f"the module crashed: exit status {child.exitcode}") from None
    finally:
        child.kill()
        child.join()
    if isinstance(made, BaseException):
        raise made
    found: Signal = made
    return found


def _child(pipe: Any, graph: Graph, at: Context, curves: Any, heard: Any) -> None:
    try:
        moving = {name: frozenset(found) for name, found in curves.items()}
        pipe.send(Player(graph, at.sample_rate, moving).play({}, curves, heard, at))
    except Exception as error:
        pipe.send(error)


def _signal(given: npt.ArrayLike, port: Port) -> Signal:
    found = np.atleast_2d(np.asarray(given, np.float32))
    return np.ascontiguousarray(np.broadcast_to(found, (port.channels, found.shape[1])))


def _stored(parameter: Parameter, shown: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    return np.asarray(np.log2(shown) if parameter.curve == "exponential" else shown, np.float32)
