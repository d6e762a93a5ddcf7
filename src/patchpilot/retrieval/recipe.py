"""What the rows of a library depend on, and what is said where two libraries or machines differ in it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchpilot.errors import LibraryError, ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.retrieval.embedding import Embedding
from patchpilot.space import Performance, Prior
from patchpilot.space.canonical import Json

PERFORMANCE = Performance.one_note(60, velocity=0.8, hold_s=1.2, length_s=1.25)
"""What every row of a library is played with: long enough to tell sounds apart, short enough to render many."""

_SAID = {
    "engine": "engine version",
    "prior_sha256": "digest of the prior",
    "embedding_version": "version of the embedding",
    "size": "size of the embedding",
    "scale": "scale of the embedding",
}
"""Fields as a user is told of them, where their names alone do not say it."""


@dataclass(frozen=True)
class Recipe:
    """What the rows of a library depend on; equal recipes make equal rows.

    Attributes:
        instrument: name of the instrument.
        engine: version of its engine.
        prior: name of the prior that the patches are drawn from.
        prior_sha256: digest of its text.
        seed: >= 0, of the prior's sequence.
        performance: what the patches are played with: one note.
        embedding: name of the embedding.
        embedding_version: as the embedding says.
        size: elements of an embedding.
        scale: > 0, the magnitude that 127 stands for.
    """

    instrument: str
    engine: str
    prior: str
    prior_sha256: str
    seed: int
    performance: Performance
    embedding: str
    embedding_version: str
    size: int
    scale: float

    @classmethod
    def of(
        cls,
        instrument: Instrument,
        prior: str,
        embedding: Embedding,
        *,
        seed: int,
        performance: Performance = PERFORMANCE,
    ) -> Recipe:
        """The recipe of what would be built here and now.

        Raises:
            ParameterError: the instrument has no prior of that name.
        """
        return cls(
            instrument=instrument.name,
            engine=instrument.space.version,
            prior=prior,
            prior_sha256=prior_of(instrument, prior).sha256,
            seed=seed,
            performance=performance,
            embedding=embedding.name,
            embedding_version=embedding.version,
            size=embedding.size,
            scale=float(embedding.scale),
        )

    def differences(self, other: Recipe, *, mine: str, others: str) -> list[str]:
        """What differs, a phrase each; none where both make the same rows.

        Args:
            other: to compare with.
            mine: where this recipe is from ("in the library").
            others: where the other is from ("here").
        """
        return [
            f"{_SAID.get(field.name, field.name)} is {_short(a)} {mine} and {_short(b)} {others}"
            for field in dataclasses.fields(self)
            if (a := getattr(self, field.name)) != (b := getattr(other, field.name))
        ]

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it."""
        return {**vars(self), "performance": self.performance.to_json()}

    @classmethod
    def from_json(cls, data: Json) -> Recipe:
        """The inverse of `to_json`; what else is in `data` is left alone.

        Raises:
            LibraryError: a part is missing, of another type, or out of its range.
        """
        texts = ("instrument", "engine", "prior", "prior_sha256", "embedding", "embedding_version")
        fields = {name: taken(data, name, str, lambda text: bool(text)) for name in texts}
        fields["seed"] = taken(data, "seed", int, lambda seed: seed >= 0)
        fields["size"] = taken(data, "size", int, lambda size: 1 <= size <= 65536)
        fields["scale"] = taken(data, "scale", float, lambda scale: 0.0 < scale < math.inf)
        try:
            performance = Performance.from_json(data.get("performance"))
        except ParameterError as error:
            raise LibraryError(f"its performance is damaged: {error}") from None
        if len(performance.notes) != 1:
            raise LibraryError(f"expected a performance of one note, got {len(performance.notes)}")
        return cls(**fields, performance=performance)


def prior_of(instrument: Instrument, name: str) -> Prior:
    """A prior of an instrument by its name.

    Raises:
        ParameterError: there is none of that name.
    """
    if name not in instrument.priors:
        there = ", ".join(instrument.priors) or "none"
        raise ParameterError(f"no prior {name!r} for {instrument.name}; there are: {there}")
    return instrument.priors[name]


def first_prior(instrument: Instrument) -> Prior:
    """The prior that is taken where nobody names one.

    Raises:
        ParameterError: the instrument has none.
    """
    if not instrument.priors:
        raise ParameterError(f"{instrument.name} has no priors")
    return next(iter(instrument.priors.values()))


def taken(data: Json, name: str, kind: type, fits: Callable[[Any], bool]) -> Any:
    """A checked part of a JSON object.

    Raises:
        LibraryError: it is missing, of another type, or does not fit.
    """
    value = data.get(name) if isinstance(data, dict) else None
    if isinstance(value, bool) or not isinstance(value, kind) or not fits(value):
        raise LibraryError(f"its {name.replace('_', ' ')} is missing or damaged: {value!r:.60}")
    return value


def _short(value: object) -> str:
    """A value as it is told; digests are cut, since a few digits say that they differ."""
    return repr(value[:12] + "…") if isinstance(value, str) and len(value) == 64 else repr(value)
