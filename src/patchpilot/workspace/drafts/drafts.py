"""All drafts of a workspace: opened when they are asked for, heard when they change, kept when they rest."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from patchpilot.errors import OutputError, PatchPilotError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.space import AssetStore, Patch, Performance
from patchpilot.space.canonical import Json
from patchpilot.workspace.drafts.answers import heard_event, shown
from patchpilot.workspace.drafts.banking import bank_draft
from patchpilot.workspace.drafts.draft import Draft
from patchpilot.workspace.drafts.history import Banked
from patchpilot.workspace.drafts.rendering import Heard, Rendering
from patchpilot.workspace.errors import MissingError
from patchpilot.workspace.jobs.job import new_id

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

PAUSE_S = 3.0
"""A draft that nobody touched for so long becomes a take."""
MOST_OPEN, UNUSED_S = 32, 60.0
"""More drafts than that are closed, those first that were not used for longest, and for so many seconds."""
_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")


class Drafts:
    """The drafts of a workspace; threads may share it.

    Args:
        workspace: whose; they are in its folder "drafts", their takes in its bank.
        pause_s: seconds without a change after which what is there becomes a take.
    """

    def __init__(self, workspace: Workspace, *, pause_s: float = PAUSE_S) -> None:
        self._workspace, self._pause_s = workspace, pause_s
        self.path = workspace.path / "drafts"
        self._store = AssetStore(self.path / "assets")
        self._opening = threading.RLock()
        self._open: dict[str, Draft] = {}
        self._used_s: dict[str, float] = {}
        self._changed = (
            threading.Condition()
        )  # of what follows; taken last, for it is wanted while a draft is locked
        self._renderings: dict[str, Rendering] = {}
        self._due: dict[str, float] = {}
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="drafts: pauses", daemon=True)
        self._thread.start()

    def begin(
        self,
        instrument: str,
        patch: Patch | None = None,
        performance: Performance | None = None,
        *,
        origin: Mapping[str, Json],
        label: str,
        banked: Banked | None = None,
        pinned: tuple[str, ...] = (),
    ) -> Draft:
        """A new draft; it is heard at once.

        Args:
            instrument: that plays it.
            patch: to begin with; the instrument's init patch by default.
            performance: what is played; one C4 by default.
            origin: where it comes from, for machines.
            label: the same for people.
            banked: the take that it is, if it is one.
            pinned: parameters that stay as they are.

        Raises:
            PatchPilotError: the instrument cannot be opened, or the draft not be written.
        """
        synth = self._workspace.instruments.get(instrument, "hands")
        draft_id = new_id()
        draft = Draft.begin(
            self.path / f"{draft_id}.jsonl",
            self._store,
            synth.space,
            instrument=instrument,
            patch=Patch.make(synth.space) if patch is None else patch,
            performance=performance or Performance(),
            origin=origin,
            label=label,
            banked=banked,
            pinned=pinned,
        )
        with self._opening:
            self._open[draft_id] = draft
            self._used_s[draft_id] = time.monotonic()
        self._attend(draft)
        return draft

    def __getitem__(self, draft_id: str) -> Draft:
        """A draft by its name; raises `MissingError`, and what `Draft.resume` raises."""
        with self._opening:
            self._used_s[draft_id] = time.monotonic()
            if draft_id in self._open:
                return self._open[draft_id]
            path = self.path / f"{draft_id}.jsonl"
            if not _ID.fullmatch(draft_id) or not path.is_file():
                del self._used_s[draft_id]
                raise MissingError(f"there is no draft {draft_id!r:.80}")
            draft = Draft.resume(path, self._store, lambda name: self._synth(name).space)
            self._open[draft_id] = draft
            self._close_some()
        self._attend(draft)
        return draft

    def ids(self) -> list[str]:
        """Names of all drafts, the newest first."""
        return sorted((path.stem for path in self.path.glob("*.jsonl")), reverse=True)

    def instrument(self, draft: Draft) -> Instrument:
        """What plays a draft; raises `PatchPilotError` where it cannot be opened."""
        return self._synth(draft.instrument)

    def rendering(self, draft: Draft) -> Rendering:
        """Who plays a draft."""
        with self._changed:
            if draft.instrument not in self._renderings:
                self._renderings[draft.instrument] = Rendering(self._synth(draft.instrument), self._heard)
            return self._renderings[draft.instrument]

    def shown(self, draft: Draft) -> dict[str, Any]:
        """A draft as JSON."""
        return shown(draft, self.instrument(draft), self.rendering(draft).heard(draft.id))

    def keep(self, draft: Draft) -> int:
        """Make what a draft is now a take of the bank; its number. Raises as `bank_draft` does."""
        workspace = self._workspace
        with self._changed:
            self._due.pop(draft.id, None)

        def kept(take: Take, experiment: str) -> int:
            return workspace.keep(take, scores={}, experiment=experiment)

        with draft.keeping:
            number, is_new = bank_draft(draft, self.rendering(draft), workspace.bank, kept)
        if is_new:
            workspace.events.publish("draft", {"id": draft.id, "version": draft.version, "take": number})
        return number

    def close(self) -> None:
        """Settle all drafts, and end their threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(10.0)
        for rendering in self._renderings.values():
            rendering.close()
        with self._opening:
            for draft in self._open.values():
                draft.close()

    # What happens to them

    def _synth(self, name: str) -> Instrument:
        return self._workspace.instruments.get(name, "hands")

    def _attend(self, draft: Draft) -> None:
        draft.changed = self._on_change
        self.rendering(draft).wish(draft.id, draft.version, draft.patch, draft.performance)

    def _on_change(self, draft: Draft) -> None:
        """Something was done to it, in whichever thread; it is locked."""
        self.rendering(draft).wish(draft.id, draft.version, draft.history.patch, draft.performance)
        self._workspace.events.publish(
            "draft",
            {"id": draft.id, "version": draft.version, "ready": False, "done": draft.history.now.label},
        )
        with self._changed:
            self._due[draft.id] = time.monotonic() + self._pause_s
            self._changed.notify_all()

    def _heard(self, draft_id: str, heard: Heard) -> None:
        self._workspace.events.publish("draft", heard_event(draft_id, heard))

    def _watch(self) -> None:
        """Keep drafts that rest."""
        while True:
            with self._changed:
                if self._closed:
                    return
                now = time.monotonic()
                first = min(self._due.values(), default=now + 3600.0)
                if first > now:
                    self._changed.wait(first - now)
                    continue
                ready = [draft_id for draft_id, at in self._due.items() if at <= now]
                for draft_id in ready:
                    del self._due[draft_id]
            for draft_id in ready:
                draft = self._open.get(draft_id)
                if draft is not None:
                    self._rest(draft)

    def _rest(self, draft: Draft) -> None:
        try:
            draft.settle()
            if draft.history.can_undo:
                self.keep(draft)
        except PatchPilotError as error:
            self._workspace.events.publish(
                "draft", {"id": draft.id, "version": draft.version, "error": str(error)}
            )

    def _close_some(self) -> None:
        """Let go of those that were not used for long, the longest first."""
        now = time.monotonic()
        for draft_id in sorted(self._open, key=lambda one: self._used_s[one])[
            : max(0, len(self._open) - MOST_OPEN)
        ]:
            if now - self._used_s[draft_id] < UNUSED_S:
                return
            draft = self._open.pop(draft_id)
            del self._used_s[draft_id]
            self.rendering(draft).forget(draft_id)
            with suppress(OutputError):
                draft.close()
