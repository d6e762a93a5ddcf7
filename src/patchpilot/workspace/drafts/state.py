"""What a draft is: all that its lines say, one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.space import AssetStore, Patch, Performance, Space
from patchpilot.space.canonical import Json
from patchpilot.workspace.drafts.drawing import drawn
from patchpilot.workspace.drafts.history import Banked, History

FORMAT = 1


class State:
    """What a draft is. It changes by `apply` only, so that it can be made again from its lines.

    Args:
        space: of the instrument.
        store: of large parts of its patches.

    Attributes:
        space: of the instrument.
        version: grows with everything that is done.
        history: the steps.
        performance: what is played.
        pinned: names of parameters that are to stay as they are.
        asked: what was asked for in words, the latest last: {"text", "wish", "at"}, `at` the step that came of it.
        instrument: name of what plays it.
        origin: where it comes from: {"take": n}, {"job", "rank"}, {"init": instrument}, {"experiment"}.
    """

    def __init__(self, space: Space, store: AssetStore) -> None:
        self.space, self._store = space, store
        self.version = 0
        self.history: History
        self.performance = Performance()
        self.pinned: frozenset[str] = frozenset()
        self.asked: list[dict[str, Json]] = []
        self.instrument = ""
        self.origin: Mapping[str, Json] = {}

    def apply(self, line: dict[str, Any]) -> None:
        """Do what a line says.

        Raises:
            ParameterError: it is of another format, or there is nothing to undo.
            PatchError: an asset is missing.
            KeyError, TypeError, IndexError, AttributeError: it is damaged.
        """
        _APPLY[line["do"]](self, line)
        self.version += 1

    def _begin(self, line: dict[str, Any]) -> None:
        if line.get("format") != FORMAT:
            raise ParameterError(f"expected a draft of format {FORMAT}; was it written by a newer version?")
        patch = Patch.from_json(line["patch"], self._store)
        self.history = History(self.space, patch, line["label"])
        if line.get("banked"):
            self.history.now.banked.append(Banked(**line["banked"]))
        self.performance = Performance.from_json(line["performance"], self._store)
        self.instrument, self.origin = line["instrument"], line["from"]
        self.pinned = frozenset(line.get("pinned", ()))

    def _turn(self, line: dict[str, Any]) -> None:
        drag, at_s, label = line.get("drag", ""), line.get("at", 0.0), line.get("label", "")
        self.history.turn(line["values"], drag=drag, at_s=at_s, label=label)

    def _draw(self, line: dict[str, Any]) -> None:
        slot, asset = line["slot"], drawn(self.space, line["slot"], line["shape"])
        label = f"{slot} drawn with {len(line['shape']['points'])} points"
        self.history.draw(slot, asset, label, drag=line.get("drag", ""), at_s=line.get("at", 0.0))

    def _replace(self, line: dict[str, Any]) -> None:
        self.history.replace(Patch.from_json(line["patch"], self._store), line["label"])

    def _pin(self, line: dict[str, Any]) -> None:
        names = frozenset(line["names"])
        self.pinned = self.pinned | names if line["pinned"] else self.pinned - names

    def _play(self, line: dict[str, Any]) -> None:
        self.performance = Performance.from_json(line["performance"], self._store)

    def _ask(self, line: dict[str, Any]) -> None:
        self.asked.append({"text": line["text"], "wish": line["wish"], "at": self.history.at})

    def _banked(self, line: dict[str, Any]) -> None:
        self.history.steps[line["place"]].banked.append(Banked(**line["banked"]))
        self.version -= 1  # nothing else is heard or shown of it


_APPLY: Mapping[str, Callable[[State, dict[str, Any]], object]] = {
    "begin": State._begin,
    "turn": State._turn,
    "draw": State._draw,
    "replace": State._replace,
    "undo": lambda state, line: state.history.undo(line["n"]),
    "redo": lambda state, line: state.history.redo(line["n"]),
    "pin": State._pin,
    "play": State._play,
    "ask": State._ask,
    "banked": State._banked,
}
