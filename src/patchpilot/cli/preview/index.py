"""What the browser knows of all rows: a few short columns, read once. All else is read where it is looked at."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from patchpilot.audio import db, note_name
from patchpilot.cli.preview.filters import Comparison, Mask, Word, holding, terms
from patchpilot.datasets.inspection.histograms import value_blocks
from patchpilot.datasets.inspection.levels import level
from patchpilot.errors import DatasetError, ParameterError

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset

QUIETEST_DB = -120.0
"""Anything below is shown as −∞."""


class Index:
    """The columns of the table, and which rows suit a filter.

    Args:
        dataset: open.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._notes = dataset.column("metadata/pitch")
        self._velocities = dataset.column("metadata/velocity")
        self._sources = dataset.column("metadata/source").tolist()
        self._names = dataset.column("metadata/name").tolist()
        self._values: dict[str, npt.NDArray[np.floating]] = {}
        self.levels: dict[int, float | None] = {}
        """RMS in dB of the rows that were heard so far; None where a row has no audio, or damaged audio."""

    def __len__(self) -> int:
        return len(self._notes)

    def cells(self, row: int) -> Mapping[str, str]:
        """The texts of a row in the table."""
        return {
            "row": f"{row}",
            "source": self._sources[row],
            "name": self._names[row],
            "note": note_name(int(self._notes[row])),
            "velocity": f"{self._velocities[row]:.2f}",
            "level": self._level(row),
        }

    def listen(self, row: int) -> None:
        """Measure the level of a row, if that was not done before."""
        if row in self.levels:
            return
        try:
            has_audio = self._dataset.recipe.audio != "none"
            self.levels[row] = db(level(self._dataset[row].audio)) if has_audio else None
        except DatasetError:  # told when somebody looks at that row
            self.levels[row] = None

    def rows(self, text: str) -> npt.NDArray[np.int64]:
        """Numbers of the rows that suit a filter, rising; all where it is empty.

        Raises:
            ParameterError: the filter cannot be understood, or names a field that there is not.
        """
        suits = np.ones(len(self), np.bool_)
        for term in terms(text):
            suits &= self._having(term) if isinstance(term, Word) else self._suiting(term)
        return np.flatnonzero(suits)

    def _having(self, word: Word) -> Mask:
        held = holding(self._searched, word.text)
        if not held.any() and (
            near := [p.name for p in self._dataset.parameters if p.name.startswith(word.text)]
        ):
            raise ParameterError(f"no row has {word.text!r}; a parameter is compared: {near[0]}>0.5")
        return held if word.is_wanted else ~held

    def _suiting(self, comparison: Comparison) -> Mask:
        match comparison.field:
            case "note" | "pitch":
                return comparison.of_notes(self._notes)
            case "velocity" | "vel":
                return comparison.of_numbers(self._velocities)
            case "row":
                return comparison.of_numbers(np.arange(len(self)))
            case "source":
                return comparison.of_texts(self._sources)
            case "name":
                return comparison.of_texts([name.lower() for name in self._names])
            case "routings":
                return comparison.of_numbers(self._n_routings)
            case "level" | "db":
                raise ParameterError("levels are measured where you look, so rows cannot be chosen by them")
            case name:
                return self._by_parameter(name, comparison)

    def _by_parameter(self, name: str, comparison: Comparison) -> Mask:
        parameters = {parameter.name: parameter for parameter in self._dataset.parameters}
        if name not in parameters:
            near = difflib.get_close_matches(
                name, [*parameters, "note", "velocity", "source", "name", "row"], n=2
            )
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ParameterError(f"there is no {name!r} here{hint}")
        return comparison.of_parameter(self._column(name), parameters[name])

    def _column(self, name: str) -> npt.NDArray[np.floating]:
        """Stored values of one parameter, (rows,); read once."""
        if name not in self._values:
            at = self._dataset.columns.values.index(name)
            self._values[name] = np.concatenate([block[:, at] for block in value_blocks(self._dataset)])
        return self._values[name]

    @cached_property
    def _n_routings(self) -> npt.NDArray[np.int64]:
        if self._dataset.recipe.tier < 3:
            return np.zeros(len(self), np.int64)
        return np.diff(self._dataset.column("params/modulation/end"), prepend=0)

    @cached_property
    def _searched(self) -> list[str]:
        """What words are looked up in, in lower case."""
        rows = zip(self._names, self._sources, self._notes.tolist(), strict=True)
        return [f"{name} {source} {note} {note_name(note)}".lower() for name, source, note in rows]

    def _level(self, row: int) -> str:
        if row not in self.levels:
            return "·"
        found = self.levels[row]
        if found is None:
            return ""
        return f"{found:.1f}".replace("-", "−") if found >= QUIETEST_DB else "−∞"
