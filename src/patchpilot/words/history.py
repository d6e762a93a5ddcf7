"""What was asked of a preset so far, in a small file beside it, so that "undo", "again" and "more" mean something.

`lead-2.ask.json` beside `lead-2.vital` lists the wishes that led to it, and from which preset each of them started:

    {"format": "patchpilot-ask-1", "patch": "sha256 of lead-2.vital's patch",
     "steps": [{"wish": {…}, "from": "lead.vital", "patch": "sha256 of lead.vital's patch"}]}

It belongs to the patch that it names: beside a preset that was changed since by another program it counts for nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from patchpilot.errors import ParameterError
from patchpilot.files import write_text
from patchpilot.space import Patch
from patchpilot.space.canonical import Json
from patchpilot.words.wish import Wish

FORMAT = "patchpilot-ask-1"
SUFFIX = ".ask.json"


@dataclass(frozen=True)
class Step:
    """One wish that was fulfilled.

    Attributes:
        wish: what was asked for.
        start: the preset that it started from, relative to the folder of the history; or a take of a bank.
        patch: sha256 of that patch.
    """

    wish: Wish
    start: str
    patch: str


@dataclass(frozen=True)
class History:
    """What led to a preset.

    Attributes:
        steps: the last one last.
    """

    steps: tuple[Step, ...] = ()

    @property
    def last(self) -> Wish | None:
        """The last wish; None where nothing was asked yet."""
        return self.steps[-1].wish if self.steps else None

    def undone(self) -> tuple[Step, History]:
        """The last step, and what led to where it started.

        Raises:
            ParameterError: nothing was asked yet.
        """
        if not self.steps:
            raise ParameterError("there is nothing to undo: nothing was asked of this preset yet")
        return self.steps[-1], History(self.steps[:-1])

    def write(self, preset: Path, patch: Patch) -> Path:
        """Write it beside a preset.

        Args:
            preset: that was written; its history need not be there.
            patch: what it holds, as it is read back.

        Returns:
            The file.

        Raises:
            OutputError: it cannot be written.
        """
        place = place_of(preset)
        steps = [{"wish": one.wish.to_json(), "from": one.start, "patch": one.patch} for one in self.steps]
        said = {"format": FORMAT, "patch": patch.sha256, "steps": steps}
        write_text(place, json.dumps(said, indent=1, ensure_ascii=False) + "\n")
        return place

    @classmethod
    def read(cls, preset: Path, patch: Patch) -> History:
        """What led to a preset; nothing where no file says, or one speaks of another patch.

        Raises:
            ParameterError: the file is damaged.
        """
        place = place_of(preset)
        try:
            said = json.loads(place.read_text("utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            raise ParameterError(_damaged(place, str(error))) from None
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise ParameterError(_damaged(place, f'expected "format": "{FORMAT}"'))
        if said.get("patch") != patch.sha256:
            return cls()
        try:
            return cls(tuple(_step(one) for one in said["steps"]))
        except (KeyError, TypeError, ParameterError) as error:
            raise ParameterError(_damaged(place, str(error))) from None


def place_of(preset: Path) -> Path:
    """Where the history of a preset is kept."""
    return preset.with_suffix(SUFFIX)


def _step(said: Json) -> Step:
    if not isinstance(said["from"], str) or not isinstance(said["patch"], str):
        raise TypeError("expected texts")
    return Step(Wish.from_json(said["wish"]), said["from"], said["patch"])


def _damaged(place: Path, why: str) -> str:
    return f"{place} is damaged ({why}): delete it, and what was asked of this preset is forgotten"
