"""Words that move a draft: "darker, but more movement", "undo", "again", "a bit more"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patchpilot.errors import ParameterError
from patchpilot.workspace.drafts.draft import Draft
from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.takes import audio_of

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.words import Wish
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

RENDERS = 96
"""As many as `words.move` takes by default: some seconds, which whoever asks waits."""


def ask(
    workspace: Workspace,
    draft: Draft,
    text: str,
    *,
    like_take: int | None = None,
    like_sound: str | None = None,
    renders: int = RENDERS,
    seed: int = 0,
    report: Report,
) -> dict[str, Any]:
    """Do what words ask for, as one step of the draft; what is pinned stays as it is.

    Args:
        workspace: whose draft it is.
        draft: that is moved.
        text: the words.
        like_take: number of a take, for words that speak of another sound.
        like_sound: id of a sound, for the same.
        renders: >= 8, how often the instrument may play.
        seed: of all random choices.
        report: told how far it is, and asked whether to stop.

    Returns:
        What `words.Moved.to_json` says ("understood", "ok", "said", "turned", "features", "renders"), and "held": what
        is pinned, and stayed.

    Raises:
        ConflictError: the draft was changed meanwhile.
        ParameterError: a word is not known, or there is nothing to undo or to do again.
        PatchPilotError: it cannot be played.
    """
    from patchpilot.words import move, understand

    wish = understand(text)
    if wish.act == "undo":
        undone = draft.history.now.label
        draft.undo()
        return _empty(wish) | {"said": [f"Undone: {undone}."]}
    wish = wish.after(_last(draft))
    with draft.lock:
        patch, performance, version, pinned = draft.patch, draft.performance, draft.version, set(draft.pinned)
    instrument = workspace.instruments.get(draft.instrument, "jobs")
    heard = 0

    def told(_: Any) -> None:
        nonlocal heard
        heard += 1
        report.progress(phase="listening", done=heard, total=renders)

    moved = move(
        wish,
        patch,
        instrument,
        performance,
        seed=seed,
        renders=renders,
        reference=_reference(workspace, like_take, like_sound),
        pinned=pinned,
        on_outcome=told,
        stop=lambda: report.is_stopping,
    )
    with draft.lock:
        if draft.version != version:
            raise ConflictError("the draft was changed while this was being worked out: ask again")
        if moved.patch.sha256 != patch.sha256:
            draft.replace(moved.patch, f"“{text}”")
        draft.ask(text, wish.to_json())
    said: dict[str, Any] = moved.to_json()
    return _empty(wish) | said | {"held": sorted(pinned)}


def _empty(wish: Wish) -> dict[str, Any]:
    return {
        "text": wish.text, "understood": wish.said, "ok": True, "said": [], "turned": [], "features": {}, "held": [],
        "renders": 0,
    }  # fmt: skip


def _last(draft: Draft) -> Wish | None:
    """The last wish that is not undone."""
    from patchpilot.words import Wish

    with draft.lock:
        done = [one for one in draft.asked if one["at"] <= draft.history.at]
    return Wish.from_json(done[-1]["wish"]) if done else None


def _reference(workspace: Workspace, take: int | None, sound: str | None) -> Audio | None:
    if take is not None and sound is not None:
        raise ParameterError("expected one other sound, got a take and a sound")
    if take is not None:
        return audio_of(workspace, take)
    if sound is not None:
        from patchpilot.audio import load

        return load(workspace.sounds.file(sound))
    return None
