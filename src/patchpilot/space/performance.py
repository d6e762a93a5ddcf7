"""The `Performance` noun: what is played on an instrument."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

from patchpilot.errors import ParameterError
from patchpilot.space.arc import Arc
from patchpilot.space.assets import Asset, Assets
from patchpilot.space.canonical import Json, canonical_json, sha256
from patchpilot.space.parameter import Parameter
from patchpilot.space.space import Space

MAX_LENGTH_S = 120.0
"""Longest performance that is rendered in one piece."""


def _normalise(noun: object, *, whole: Sequence[str], real: Sequence[str]) -> None:
    """Equal numbers get one spelling (1 and 1.0, −0 and 0, NumPy's and Python's), and so one hash."""
    for name in (*whole, *real):
        value = getattr(noun, name)
        if value is not None:
            object.__setattr__(noun, name, int(value) if name in whole else float(value) + 0.0)


@dataclass(frozen=True)
class Note:
    """One note.

    Attributes:
        pitch: MIDI note number, 0..127; 60 is C4.
        velocity: 0..1.
        start_s: when it begins, in seconds.
        hold_s: how long the key is held, in seconds.
    """

    pitch: int = 60
    velocity: float = 0.8
    start_s: float = 0.0
    hold_s: float = 1.5

    def __post_init__(self) -> None:
        if not (isinstance(self.pitch, Integral) and 0 <= self.pitch <= 127):
            raise ParameterError(f"expected a MIDI note from 0 to 127, got {self.pitch!r}")
        if not 0.0 <= self.velocity <= 1.0:
            raise ParameterError(f"expected a velocity from 0 to 1, got {self.velocity!r}")
        for name in ("start_s", "hold_s"):
            if not 0.0 <= getattr(self, name) <= MAX_LENGTH_S:
                raise ParameterError(
                    f"expected {name} from 0 to {MAX_LENGTH_S:g} seconds, got {getattr(self, name)!r}; "
                    "did you pass samples or milliseconds?"
                )
        _normalise(self, whole=("pitch",), real=("velocity", "start_s", "hold_s"))


@dataclass(frozen=True)
class AudioInput:
    """Audio that a performance brings to an instrument that hears.

    Attributes:
        name: by which a rack asks for it; "audio" where it has one input.
        asset: of kind "audio".
    """

    name: str
    asset: Asset

    def __post_init__(self) -> None:
        if self.asset.kind != "audio":
            raise ParameterError(
                f"the input {self.name!r} of a performance: expected audio, got {self.asset.kind}"
            )


@dataclass(frozen=True)
class Performance:
    """Notes, length, tempo, arcs, audio, and the state of the engine's dice. The default is one C4.

    Attributes:
        notes: at least one.
        length_s: length of the audio in seconds.
        sample_rate: Hz.
        tempo_bpm: beats a minute, or None for the patch's own.
        engine_seed: 0..255, which of the engine's random sequences is drawn (free phases, random LFOs).
        arcs: how parameters move over the bars, at most one for each; in order of their names.
        inputs: audio that it brings, each by a name of its own; in order of their names.
    """

    notes: tuple[Note, ...] = (Note(),)
    length_s: float = 2.0
    sample_rate: int = 44100
    tempo_bpm: float | None = None
    engine_seed: int = 0
    arcs: tuple[Arc, ...] = ()
    inputs: tuple[AudioInput, ...] = ()

    def __post_init__(self) -> None:
        if not self.notes:
            raise ParameterError("expected at least one note")
        if not (math.isfinite(self.length_s) and 0.0 < self.length_s <= MAX_LENGTH_S):
            raise ParameterError(f"expected a length above 0 up to {MAX_LENGTH_S:g} s, got {self.length_s!r}")
        late = [note for note in self.notes if note.start_s >= self.length_s]
        if late:
            raise ParameterError(
                f"expected notes that start before the end at {self.length_s:g} s, got {late[0]}"
            )
        if not (isinstance(self.sample_rate, Integral) and 8000 <= self.sample_rate <= 192000):
            raise ParameterError(f"expected a sample rate from 8000 to 192000 Hz, got {self.sample_rate!r}")
        if self.tempo_bpm is not None and not 20.0 <= self.tempo_bpm <= 300.0:
            raise ParameterError(f"expected a tempo from 20 to 300 beats a minute, got {self.tempo_bpm!r}")
        if not (isinstance(self.engine_seed, Integral) and 0 <= self.engine_seed <= 255):
            raise ParameterError(f"expected an engine seed from 0 to 255, got {self.engine_seed!r}")
        for kind, names in (
            ("arc", [arc.parameter for arc in self.arcs]),
            ("audio input", [given.name for given in self.inputs]),
        ):
            if len(set(names)) != len(names):
                raise ParameterError(f"expected at most one {kind} of each name, got {', '.join(names)}")
        _normalise(self, whole=("sample_rate", "engine_seed"), real=("length_s", "tempo_bpm"))
        object.__setattr__(self, "arcs", tuple(sorted(self.arcs, key=lambda arc: arc.parameter)))
        object.__setattr__(self, "inputs", tuple(sorted(self.inputs, key=lambda given: given.name)))

    @classmethod
    def one_note(
        cls, pitch: int = 60, *, velocity: float = 0.8, hold_s: float = 1.5, length_s: float = 2.0
    ) -> Performance:
        """One note from the very start."""
        return cls(notes=(Note(pitch, velocity, 0.0, hold_s),), length_s=length_s)

    def with_seed(self, engine_seed: int) -> Performance:
        """The same with another engine seed."""
        return dataclasses.replace(self, engine_seed=engine_seed)

    def to_json(self, store: Assets | None = None) -> Json:
        """Plain JSON, its audio kept in `store` and named by its sha256; `from_json` reads it."""
        plain: dict[str, Json] = {
            "notes": [dataclasses.asdict(note) for note in self.notes],
            "length_s": self.length_s,
            "sample_rate": self.sample_rate,
            "tempo_bpm": self.tempo_bpm,
            "engine_seed": self.engine_seed,
        }
        if self.arcs:
            plain["arcs"] = [
                {**dataclasses.asdict(arc), "points": [list(p) for p in arc.points]} for arc in self.arcs
            ]
        if self.inputs:
            plain["inputs"] = {given.name: given.asset.sha256 for given in self.inputs}
            for given in self.inputs if store is not None else ():
                store.put(given.asset)  # type: ignore[union-attr]  # it is not None
        return plain

    @classmethod
    def from_json(cls, data: Json, store: Assets | None = None) -> Performance:
        """The inverse of `to_json`.

        Raises:
            ParameterError: a part is missing, unknown or out of its range, or there is no store for its audio.
            PatchError: audio is missing from `store`.
        """
        try:
            if data.get("inputs") and store is None:
                raise ParameterError("expected a store for the audio of a performance, got none")
            return cls(
                **{
                    **data,
                    "notes": tuple(Note(**note) for note in data["notes"]),
                    "arcs": tuple(
                        Arc(**{**arc, "points": tuple(tuple(p) for p in arc["points"])})
                        for arc in data.get("arcs", ())
                    ),
                    "inputs": tuple(
                        AudioInput(name, store.get(digest))  # type: ignore[union-attr]  # it is not None
                        for name, digest in data.get("inputs", {}).items()
                    ),
                }
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ParameterError(f"expected the JSON of a performance: {error!r}") from None

    @property
    def sha256(self) -> str:
        """Hex digest of its canonical JSON."""
        return sha256(canonical_json(self.to_json()).encode())


PERFORMANCE_SPACE = Space(
    instrument="performance",
    version="1",
    parameters=(
        Parameter("pitch", 0.0, 127.0, 60.0, is_categorical=True, curve="indexed", unit="MIDI note"),
        Parameter("velocity", 0.0, 1.0, 0.8, is_categorical=False),
        Parameter("hold_s", 0.01, 10.0, 1.5, is_categorical=False, unit="s"),
        Parameter("length_s", 0.02, 12.0, 2.0, is_categorical=False, unit="s"),
    ),
    views={"full": ("pitch", "velocity", "hold_s", "length_s")},
)
"""The space of one-note performances, so that a performance can be searched like a patch."""
