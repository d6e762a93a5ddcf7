"""The `Draft` noun: a patch that somebody is editing, in one tab or in several, and all that was done to it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from patchpilot.errors import ParameterError, PatchError
from patchpilot.space import AssetStore, Note, Patch, Performance, Space
from patchpilot.space.canonical import Json
from patchpilot.workspace.drafts.drawing import drawn
from patchpilot.workspace.drafts.history import Banked, Step, checked
from patchpilot.workspace.drafts.journal import Journal
from patchpilot.workspace.drafts.state import FORMAT, State

LONGEST_NOTE_S = 20.0
"""Of a note of a draft: what is heard after every turn of a knob is to be short."""
_TAIL_S = 0.5


class Draft(State):
    """A patch being edited. Threads may share it: what is done is done one after another.

    Make one with `begin` or `resume`.

    Args:
        draft_id: its name.
        space: of the instrument.
        store: of large parts of its patches.
        journal: that it is written to.

    Attributes:
        id: its name.
        lock: held while something is done.
        keeping: held while it becomes a take, which takes longer.
        changed: called after everything that changes what is heard or shown.
    """

    def __init__(self, draft_id: str, space: Space, store: AssetStore, journal: Journal) -> None:
        super().__init__(space, store)
        self.id, self._journal = draft_id, journal
        self.lock, self.keeping = threading.RLock(), threading.Lock()
        self.changed: Callable[[Draft], None] = lambda _: None

    @classmethod
    def begin(
        cls,
        path: Path,
        store: AssetStore,
        space: Space,
        *,
        instrument: str,
        patch: Patch,
        performance: Performance,
        origin: Mapping[str, Json],
        label: str,
        banked: Banked | None = None,
        pinned: Iterable[str] = (),
    ) -> Draft:
        """A new one, on the disk before this returns.

        Args:
            path: of its journal; the name without its ending is the draft's.
            store: of large parts of patches.
            space: of the instrument.
            instrument: its name.
            patch: to begin with.
            performance: what is played.
            origin: where it comes from.
            label: that in words.
            banked: the take that it is, if it is one.
            pinned: names of parameters that stay as they are.

        Raises:
            OutputError: it cannot be written.
        """
        line = {
            "do": "begin",
            "format": FORMAT,
            "instrument": instrument,
            "patch": patch.to_json(store),
            "performance": performance.to_json(store),
            "from": dict(origin),
            "label": label,
            "banked": None if banked is None else dataclasses.asdict(banked),
            "pinned": sorted(pinned),
        }
        draft = cls(path.stem, space, store, Journal.begin(path, line))
        draft.apply(line)
        return draft

    @classmethod
    def resume(cls, path: Path, store: AssetStore, space_of: Callable[[str], Space]) -> Draft:
        """One that is there, as it was left.

        Args:
            path: of its journal.
            store: of large parts of patches.
            space_of: the space of an instrument of that name.

        Raises:
            ParameterError: it is missing or damaged.
            PatchError: an asset is missing.
            PatchPilotError: its instrument is.
        """
        journal, lines = Journal.resume(path)
        try:
            draft = cls(path.stem, space_of(lines[0]["instrument"]), store, journal)
            for line in lines:
                draft.apply(line)
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            journal.close()
            raise ParameterError(f"{path} is damaged ({error!r}): was it changed by hand?") from None
        except BaseException:
            journal.close()
            raise
        return draft

    # What may be done

    def turn(
        self, values: Mapping[str, float | str], *, drag: str = "", at_s: float = 0.0, label: str = ""
    ) -> None:
        """Change values; what comes of one drag is one step.

        Raises:
            ParameterError: there is no such parameter, or a value is out of its range.
            OutputError: it cannot be written down; then it was not done.
        """
        with self.lock:
            good = checked(self.space, self.history.patch, values)
            line = {"do": "turn", "values": good, "drag": drag, "at": at_s, "label": label}
            self._do({key: part for key, part in line.items() if part})

    def draw(self, slot: str, shape: Mapping[str, Json], *, drag: str = "", at_s: float = 0.0) -> None:
        """Draw an LFO's shape, raising as `drawing.drawn` does; what comes of one drag is one step."""
        with self.lock:
            drawn(self.space, slot, shape)
            self._do({"do": "draw", "slot": slot, "shape": dict(shape), "drag": drag, "at": at_s})

    def replace(self, patch: Patch, label: str) -> None:
        """Another patch in the place of this one; raises `OutputError`, and `PatchError` if it is another's."""
        if patch.instrument != self.space.instrument:
            raise PatchError(f"expected a patch of {self.space.instrument}, got one of {patch.instrument}")
        with self.lock:
            self._do({"do": "replace", "patch": patch.to_json(self._store), "label": label})

    def undo(self, n: int = 1) -> None:
        """Go back; raises `ParameterError` where there is nothing to undo."""
        with self.lock:
            if not self.history.can_undo:
                self.history.undo()
            self._do({"do": "undo", "n": n})

    def redo(self, n: int = 1) -> None:
        """Go forward; raises `ParameterError` where nothing was undone."""
        with self.lock:
            if not self.history.can_redo:
                self.history.redo()
            self._do({"do": "redo", "n": n})

    def pin(self, names: Iterable[str], pinned: bool) -> None:
        """Have parameters stay as they are, or let them go; raises `ParameterError` for names that are none."""
        with self.lock:
            slots = self.history.patch.slot_values()
            for name in names:
                if name not in slots:
                    checked(self.space, self.history.patch, {name: self.value(name)})
            self._do({"do": "pin", "names": sorted(set(names)), "pinned": pinned})

    def play(
        self, note: int | None = None, velocity: float | None = None, held_s: float | None = None
    ) -> None:
        """Play another note; what is None stays as it is. A phrase becomes one note.

        Raises:
            ParameterError: a part is out of its range.
        """
        with self.lock:
            before = self.performance
            first = before.notes[0]
            tail_s = max(_TAIL_S, before.length_s - max(n.start_s + n.hold_s for n in before.notes))
            held = first.hold_s if held_s is None else held_s
            if not 0.0 < held <= LONGEST_NOTE_S:
                raise ParameterError(f"expected a note held for up to {LONGEST_NOTE_S:g} s, got {held_s}")
            played = Note(
                first.pitch if note is None else note,
                first.velocity if velocity is None else velocity,
                0.0,
                held,
            )
            made = dataclasses.replace(before, notes=(played,), length_s=min(held + tail_s, 60.0))
            if made != before:
                self._do({"do": "play", "performance": made.to_json(self._store)})

    def ask(self, text: str, wish: Json) -> None:
        """Remember that what is now came of these words, and what was understood."""
        with self.lock:
            self._do({"do": "ask", "text": text, "wish": wish})

    def banked(self, step: Step, as_take: Banked) -> None:
        """Remember that a step became a take of the bank; one that was undone and overwritten since does not matter."""
        with self.lock:
            place = next((i for i, one in enumerate(self.history.steps) if one is step), None)
            if place is not None:
                self._note({"do": "banked", "place": place, "banked": dataclasses.asdict(as_take)})

    def settle(self) -> None:
        """Have all that was done on the disk; raises `OutputError`."""
        with self.lock:
            self._journal.settle()

    def close(self) -> None:
        """Settle it, and let its file go."""
        with self.lock:
            self._journal.close()

    # What it is

    @property
    def patch(self) -> Patch:
        """As it is now."""
        with self.lock:
            return self.history.patch

    def value(self, name: str) -> float:
        """The stored value of a parameter; raises `PatchError` where there is none."""
        return self.history.patch.values.get(name, self.space[name].default)

    def take(self, place: int | None = None) -> Banked | None:
        """The take of the bank that a step is, as it is now by default."""
        with self.lock:
            at = self.history.at if place is None else place
            sha = self.history.patch_at(at).sha256
            return next((b for b in reversed(self.history.steps[at].banked) if b.patch == sha), None)

    def _do(self, line: dict[str, Json]) -> None:
        self._note(line)
        self.changed(self)

    def _note(self, line: dict[str, Json]) -> None:
        self._journal.add(line)
        self.apply(line)
        if not line.get("drag"):  # a rest: what comes of a drag is settled at its end
            self._journal.settle()
