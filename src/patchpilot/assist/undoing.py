"""Undoing what was done in a conversation."""

from __future__ import annotations

from typing import Any

from patchpilot.assist.conversation import Conversation
from patchpilot.assist.desk import Desk


def undo(workspace: Desk, conversation: Conversation) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Undo what was done in a conversation, the last first.

    What somebody did after it would have to be undone before; so it ends there, and nothing of theirs is touched. Takes
    that were made stay in the bank: those that nobody says anything of are what is cleared away from it.

    Args:
        workspace: that it worked in.
        conversation: it.

    Returns:
        The actions that were undone, and those that are left.

    Raises:
        PatchPilotError: one cannot be undone; those before it are.
    """
    mine = set(conversation.actions)
    undone: list[dict[str, Any]] = []
    while True:
        there = [action for action in workspace.actions.latest() if not action["is_undone"]]
        if not there or there[0]["id"] not in mine:
            return undone, [action for action in there if action["id"] in mine]
        undone.append(workspace.actions.undo())
