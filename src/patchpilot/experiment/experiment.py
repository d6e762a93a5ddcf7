"""The `Experiment` noun: who chooses, on what, what is good, what is kept, and a seed.

    experiment = Experiment.load("experiment.toml")
    made = experiment.run("runs/plucks")            # goes on where it was stopped, with the same result

An experiment is plain data. `document.py` reads and writes it as TOML, `building.py` makes the objects that it names.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.keeping import Keep
from patchpilot.experiment.roles import Parameters
from patchpilot.space import Performance
from patchpilot.space.canonical import Json, canonical_json, sha256

if TYPE_CHECKING:
    from patchpilot.experiment.session import Made

NO_BANK = ""
DEFAULT_BANK = "default"


@dataclass(frozen=True)
class Named:
    """A registered object and its arguments.

    Attributes:
        kind: the name it is registered under; of an instrument with what comes after the colon ("rack:acid.toml").
        options: its arguments by name, plain data.
    """

    kind: str
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Goal:
    """A part of what is good.

    Attributes:
        part: the objective.
        weight: finite factor of its scores.
    """

    part: Named
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.weight):
            raise ParameterError(f"expected a finite weight of {self.part.kind!r}, got {self.weight}")


@dataclass(frozen=True)
class Experiment:
    """One instrument, one searcher, one objective, one bank and a seed.

    Attributes:
        name: what the bank calls it.
        instrument: what is played.
        searcher: who chooses.
        objective: what is good: parts that add up.
        bank: a bank's folder, "default" for the user's own, "" for none.
        seed: >= 0, of all random choices.
        budget: when it ends.
        performance: what is played; by default what the target asks for, or one C4.
        target: a sound file to come close to, where an objective or a searcher needs one.
        base: a preset of the instrument to begin with, or a folder of them; the best of them is what stays as it is
            where nobody moves it. By default what the instrument's prior always says, or its init patch.
        parameters: what becomes of which parameter.
        keep: which takes are kept.
        batch: >= 1, how many patches are proposed at once; part of what makes the result, as no number of workers is.

    Raises:
        ParameterError: a part is out of its range.
    """

    name: str = "experiment"
    instrument: Named = Named("vital")
    searcher: Named = Named("portfolio")
    objective: tuple[Goal, ...] = (Goal(Named("novel")),)
    bank: str = NO_BANK
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    performance: Performance | None = None
    target: Path | None = None
    base: Path | None = None
    parameters: Parameters = field(default_factory=Parameters)
    keep: Keep = field(default_factory=Keep)
    batch: int = 8

    def __post_init__(self) -> None:
        if not self.name.strip() or self.name != self.name.strip() or set(self.name) & set('/\\:*?"<>|\0'):
            raise ParameterError(f"expected a name that a folder can have, got {self.name!r}")
        if self.seed < 0 or self.batch < 1:
            raise ParameterError(f"expected seed >= 0 and batch >= 1, got {self.seed} and {self.batch}")
        if not self.objective:
            raise ParameterError("expected at least one objective: what is good?")

    @classmethod
    def load(cls, path: Path | str) -> Experiment:
        """The experiment of a TOML file.

        Raises:
            ParameterError: the file is missing, has a typo or a part out of its range, or declares a matrix
                (see `document.load_all`).
        """
        from patchpilot.experiment.document import load_one

        return load_one(Path(path))

    def save(self, path: Path | str) -> None:
        """Write it as TOML; raises `OutputError`."""
        from patchpilot.experiment.document import text_of
        from patchpilot.files import write_text

        write_text(Path(path), text_of(self))

    def with_bank(self, bank: str, folder: Path) -> Experiment:
        """The same with another bank: a folder relative to `folder`, "default", or "" for none."""
        named = bank if bank in (NO_BANK, DEFAULT_BANK) else str(folder / bank)
        return dataclasses.replace(self, bank=named)

    def run(self, folder: Path | str) -> Made:
        """Run it in a folder, or go on there; see `session.Session`."""
        from patchpilot.experiment.session import Session

        with Session(self, Path(folder)) as session:
            return session.run()

    @property
    def sha256(self) -> str:
        """Digest of all that its result depends on, its files by their content; its budget may grow.

        Raises:
            ParameterError: one of its files cannot be read.
        """
        from patchpilot.experiment.document import to_json

        said = {key: part for key, part in to_json(self).items() if key not in ("budget", "target", "base")}
        return sha256(canonical_json(said).encode(), _content(self.target), _content(self.base))


def presets(place: Path) -> list[Path]:
    """The files of a folder in the order of their names, or the one file that it is."""
    return sorted(path for path in place.iterdir() if path.is_file()) if place.is_dir() else [place]


def _content(file: Path | None) -> bytes:
    try:
        if file is None:
            return b""
        return b"".join(part.read_bytes() for part in presets(file)) if file.is_dir() else file.read_bytes()
    except OSError as error:
        raise ParameterError(f"cannot read {file}: {error.strerror or error}") from None
