"""Listening tests of a workspace: a folder for each, with the votes that were sent back."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot.errors import ParameterError
from patchpilot.files import make_folder, write_bytes, write_text
from patchpilot.listening import (
    Bundle,
    ListeningTest,
    Results,
    evaluated,
    parsed,
    read_test,
    read_votes,
    write,
)
from patchpilot.listening.folder import KEY, PAGE
from patchpilot.workspace.errors import ConflictError, MissingError
from patchpilot.workspace.jobs.job import now
from patchpilot.workspace.sounds import shown_name

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

ABOUT, VOTES, REMOVED = "about.json", "votes", ".removed"
_ID = re.compile(r"[0-9a-f]{16}")
_KEY = re.compile(r"[0-9a-f]{32}")


class ListeningTests:
    """The tests of a workspace; what is removed is put aside, so that it can come back.

    Args:
        workspace: whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._path, self._events = workspace.path / "tests", workspace.events
        self._lock = threading.RLock()

    def add(self, bundle: Bundle) -> str:
        """Keep a test; gives its id. The same test again changes nothing. Raises `OutputError`."""
        place = self._path / bundle.test.id
        with self._lock:
            if not (place / KEY).exists():
                make_folder(place)
                about = {"created": now(), "guest": secrets.token_hex(16)}
                write_text(place / ABOUT, json.dumps(about) + "\n")
                write(bundle, place, force=True)
        self._tell(bundle.test.id)
        return bundle.test.id

    def ids(self) -> list[str]:
        """Of all tests, the newest first."""
        there = [path.name for path in self._path.glob("*") if self._is_here(path.name)]
        return sorted(there, key=lambda one: (self._about(one)["created"], one), reverse=True)

    def test(self, test_id: str) -> ListeningTest:
        """One of them; raises `MissingError`."""
        return read_test(self._place(test_id))

    def page(self, test_id: str) -> Path:
        """The page to send; raises `MissingError`."""
        return self._place(test_id) / PAGE

    def guest(self, key: str) -> Path:
        """The page of the test that a key opens, and no other; raises `MissingError`."""
        if _KEY.fullmatch(key):
            for test_id in self.ids():
                if secrets.compare_digest(str(self._about(test_id)["guest"]), key):
                    return self.page(test_id)
        raise MissingError("this listening test is over, or its address is not complete")

    def summary(self, test_id: str) -> dict[str, Any]:
        """What it is, without what came out; raises `MissingError`."""
        test, about = self.test(test_id), self._about(test_id)
        return {
            "id": test_id,
            "name": test.name,
            "question": test.question,
            "kind": test.kind,
            "conditions": list(test.conditions),
            "trials": len(test.trials),
            "participants": sum(len(one["participants"]) for one in self.votes(test_id)),
            "created": about["created"],
            "guest": about["guest"],
        }

    def votes(self, test_id: str) -> list[dict[str, Any]]:
        """Files of votes that were sent back: id, name, participants; in the order in which they came."""
        found = [
            json.loads(path.read_text("utf-8")) for path in (self._place(test_id) / VOTES).glob("*.json")
        ]
        return sorted(found, key=lambda said: (said["added"], said["id"]))

    def add_votes(self, test_id: str, text: str, name: str) -> dict[str, Any]:
        """Take in a file of votes.

        Raises:
            ConflictError: somebody's votes are here already.
            MissingError: there is no such test.
            ParameterError: the file is damaged, or of another test.
        """
        with self._lock:
            return self._with_votes(test_id, text, shown_name(name))

    def _with_votes(self, test_id: str, text: str, shown: str) -> dict[str, Any]:
        ballots = parsed(text, self.test(test_id), name=shown)
        known = {who: one["name"] for one in self.votes(test_id) for who in one["participants"]}
        for ballot in ballots:
            if ballot.participant in known:
                raise ConflictError(
                    f"the votes of {ballot.participant!r} are here already, from {known[ballot.participant]}"
                )
        said = {
            "id": hashlib.sha256(text.encode()).hexdigest()[:16],
            "name": shown,
            "participants": [ballot.participant for ballot in ballots],
            "added": now(),
        }
        folder = make_folder(self._place(test_id) / VOTES)
        write_bytes(folder / f"{said['id']}.csv", text.encode())
        write_text(folder / f"{said['id']}.json", json.dumps(said) + "\n")
        self._tell(test_id)
        return said

    def remove_votes(self, test_id: str, votes_id: str) -> dict[str, Any]:
        """Put a file of votes aside; gives what `votes` said of it. Raises `MissingError`."""
        folder = self._place(test_id) / VOTES
        said = next((one for one in self.votes(test_id) if one["id"] == votes_id), None)
        if said is None:
            raise MissingError(f"there are no votes {votes_id!r:.80} on this test")
        aside = make_folder(folder / REMOVED)
        for suffix in (".json", ".csv"):
            (folder / f"{votes_id}{suffix}").replace(aside / f"{votes_id}{suffix}")
        self._tell(test_id)
        return said

    def restore_votes(self, test_id: str, votes_id: str) -> None:
        """The inverse of `remove_votes`; raises `ConflictError` where somebody's votes came again since."""
        folder = self._place(test_id) / VOTES
        aside = folder / REMOVED / f"{votes_id}.csv"
        if not aside.exists():
            raise ConflictError("the votes that were removed are gone")
        name = json.loads(aside.with_suffix(".json").read_text("utf-8"))["name"]
        self.add_votes(test_id, aside.read_bytes().decode(), name)

    def remove(self, test_id: str) -> None:
        """Put a test aside, with its votes; raises `MissingError`."""
        aside = make_folder(self._path / REMOVED) / test_id
        shutil.rmtree(aside, ignore_errors=True)
        self._place(test_id).replace(aside)
        self._tell(test_id)

    def restore(self, test_id: str) -> None:
        """The inverse of `remove`; raises `ConflictError` where it is gone, or there again."""
        aside, place = self._path / REMOVED / test_id, self._path / test_id
        if not _ID.fullmatch(test_id) or not aside.exists() or place.exists():
            raise ConflictError("the test that was removed is gone, or was made again")
        aside.replace(place)
        self._tell(test_id)

    def results(self, test_id: str) -> Results | None:
        """What came out so far; None without votes. Raises `MissingError`."""
        folder = self._place(test_id) / VOTES
        files = [folder / f"{one['id']}.csv" for one in self.votes(test_id)]
        if not files:
            return None
        test = self.test(test_id)
        return evaluated(test, read_votes(files, test))

    def _tell(self, test_id: str) -> None:
        """Say that a test came, went, or has other votes."""
        self._events.publish("listening", {"test": test_id, "is_here": self._is_here(test_id)})

    def _place(self, test_id: str) -> Path:
        if not self._is_here(test_id):
            raise MissingError(f"there is no listening test {test_id!r:.80} here")
        return self._path / test_id

    def _is_here(self, test_id: str) -> bool:
        return _ID.fullmatch(test_id) is not None and (self._path / test_id / KEY).is_file()

    def _about(self, test_id: str) -> dict[str, Any]:
        try:
            said: dict[str, Any] = json.loads((self._path / test_id / ABOUT).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ParameterError(f"the listening test {test_id} is damaged: {error}") from None
        return said
