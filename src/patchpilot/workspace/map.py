"""The bank on a plane, as compact arrays: what sounds alike lies together."""

from __future__ import annotations

import importlib.util
import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from patchpilot.audio import F64
from patchpilot.bank.hearing import recorded
from patchpilot.bank.projection import LEAST_FITTED, Method
from patchpilot.bank.sound_map import FOLDER, map_of
from patchpilot.errors import ParameterError, PluginError
from patchpilot.workspace.apart import Apart, Told
from patchpilot.workspace.takes import TRAIL

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

_AGE_S = 60.0
"""Seconds after which an answer that is kept tells ages anew."""
_ALMOST_ALL = (0.5, 99.5)
"""Percentiles of the places that fill the picture; a few sounds unlike all others do not shrink the rest."""
_MARGIN = 0.04
_Laid = tuple[dict[int, tuple[float, float]], bool]
"""Where takes lie, by their numbers, and whether most of them came after the map was made."""


class Map:
    """The map of a workspace's bank. What it answered is kept until the bank changes.

    Args:
        workspace: whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._bank, self._apart = workspace.bank, Apart(workspace)
        self._lock = threading.Lock()
        self._answers: dict[Method, tuple[Any, float, bytes]] = {}
        self._places: dict[Method, tuple[Any, _Laid]] = {}

    def text(self, method: Method = "pca") -> bytes:
        """The map as JSON.

        `numbers` of takes, and for each `x` and `y` (0..1), `vote` (-1, 0, 1), `stars` (0, 1), `tag` and `searcher`
        (places in `tags` and `searchers`, -1 for none), `age_s` (seconds); `is_drawn`: false of a UMAP that nobody
        asked for yet (`draw`); `is_old`: most takes came since; `why` says why there are none.

        Args:
            method: "pca" or "umap".

        Raises:
            BankError: the bank is damaged or held by another process.
        """
        self._bank.flush()
        with self._lock:
            state, known = self._state(), self._answers.get(method)
            if (
                known is None
                or known[0] != (state, self._drawn_ns(method))
                or time.monotonic() - known[1] > _AGE_S
            ):
                text = json.dumps(self._answer(method), separators=(",", ":")).encode()
                known = self._answers[method] = ((state, self._drawn_ns(method)), time.monotonic(), text)
            return known[2]

    def check(self, method: Method) -> None:
        """Refuse what cannot be drawn.

        Raises:
            ParameterError: too few takes were heard.
            PluginError: the package of the method is not installed.
        """
        if method == "umap" and importlib.util.find_spec("umap") is None:
            raise PluginError("a map by umap needs the package 'umap-learn': pip install 'patchpilot[map]'")
        if len(self._bank.vectors()[0]) < LEAST_FITTED[method]:
            raise ParameterError(_too_few(method))

    def draw(self, report: Report, method: Method, *, afresh: bool = False) -> int:
        """Lay the bank out, in a process of its own: UMAP takes a minute. It is kept with the bank.

        Args:
            report: told that it works, and asked whether to stop.
            method: "pca" or "umap".
            afresh: anew, of all takes there are now; else new takes are put on the map that is there.

        Returns:
            How many takes lie on it.

        Raises:
            KeyboardInterrupt: the job is to end.
            PatchPilotError: it cannot be drawn.
        """
        self._bank.flush()
        n: int = self._apart.do(report, f"{__name__}:laid_out", self._bank.path, method, afresh)
        return n

    def close(self) -> None:
        """End what draws."""
        self._apart.close()

    def _drawn_ns(self, method: Method) -> int:
        """When the map of what hears now was written, by whoever did, in ns since 1970; 0 where there is none."""
        ear = recorded(self._bank.database)
        if ear is None:
            return 0
        try:
            file = self._bank.path / FOLDER / f"{method}-{ear.name}-{ear.version}-0.npz"
            return file.stat().st_mtime_ns
        except OSError:
            return 0

    def _state(self) -> tuple[int, int]:
        """Another one after every change of the bank, whoever made it."""
        (changes,) = self._bank.database.row("PRAGMA data_version") or (0,)
        (last,) = self._bank.database.row("SELECT total(number) FROM takes") or (0,)
        return int(changes), int(last)

    def _answer(self, method: Method) -> dict[str, Any]:
        rows = self._bank.database.rows(
            "SELECT number, vote, golden, searcher, made_at, "
            "(SELECT min(tag) FROM tags WHERE tags.number = takes.number) AS tag FROM takes "
            "WHERE searcher <> ? OR vote <> 0 OR golden OR note <> '' OR tag IS NOT NULL ORDER BY number",
            (TRAIL,),
        )
        is_drawn = method == "pca" or self._drawn_ns(method) > 0  # who asks does not wait for UMAP
        places, is_old = self._lie(method) if is_drawn else ({}, False)
        shown = [row for row in rows if row[0] in places]
        if not shown:
            return {**_empty(method, len(rows), is_drawn=is_drawn), "is_drawn": is_drawn, "is_old": False}
        spots = _fitted(np.array([places[row[0]] for row in shown]))
        searchers, tags = sorted({row[3] for row in shown}), sorted({row[5] for row in shown if row[5]})
        searcher_at, tag_at = {s: i for i, s in enumerate(searchers)}, {t: i for i, t in enumerate(tags)}
        now = time.time()
        return {
            "method": method,
            "is_drawn": True,
            "is_old": is_old,
            "count": len(shown),
            "numbers": [row[0] for row in shown],
            "x": np.round(spots[:, 0], 4).tolist(),
            "y": np.round(spots[:, 1], 4).tolist(),
            "vote": [row[1] for row in shown],
            "stars": [row[2] for row in shown],
            "tag": [tag_at.get(row[5], -1) for row in shown],
            "tags": tags,
            "searcher": [searcher_at[row[3]] for row in shown],
            "searchers": searchers,
            "age_s": [max(0, round(now - row[4])) for row in shown],
            "why": "",
        }

    def _lie(self, method: Method) -> _Laid:
        """Where takes lie, and whether the map is old; worked out anew only when there are others."""
        row = self._bank.database.row(
            "SELECT count(*), total(number), (SELECT max(place) FROM vectors) FROM takes"
        )
        known = self._places.get(method)
        if known is not None and known[0] == (row, self._drawn_ns(method)):
            return known[1]
        if len(self._bank.vectors()[0]) < LEAST_FITTED[method]:
            return {}, False
        drawn = map_of(self._bank, method)
        found = {n: (x, y) for n, (x, y) in zip(drawn.numbers.tolist(), drawn.places.tolist(), strict=True)}
        laid = (found, drawn.is_old)
        self._places[method] = ((row, self._drawn_ns(method)), laid)
        return laid


def laid_out(told: Told, bank: Path, method: Method, afresh: bool) -> int:
    """Draw the map of a bank and keep it: run by `Apart`, beside whoever else has the bank open."""
    from patchpilot.bank.bank import Bank

    told(phase="laying out")
    with Bank.open(bank) as opened:
        return len(map_of(opened, method, afresh=afresh).numbers)


def _fitted(places: F64) -> F64:
    """Places (n, 2) in 0..1, x and y by one measure, so that distances stay what they are."""
    low, high = np.percentile(places, _ALMOST_ALL, axis=0)
    middle, size = (low + high) / 2.0, max(float((high - low).max()), 1e-9)
    fitted = 0.5 + (places - middle) / size * (1.0 - 2.0 * _MARGIN)
    return np.asarray(np.clip(fitted, 0.0, 1.0))


def _too_few(method: Method) -> str:
    return (
        f"a map by {method} needs {LEAST_FITTED[method]} takes that were heard; `patchpilot bank reindex` hears "
        "those that were not"
    )


def _empty(method: Method, n_takes: int, *, is_drawn: bool) -> dict[str, Any]:
    why = _too_few(method) if is_drawn else f"nobody asked for a map by {method} yet: draw it"
    if not n_takes:
        why = "there is nothing in the bank yet: match a sound, or let the synth play itself"
    arrays = ("numbers", "x", "y", "vote", "stars", "tag", "tags", "searcher", "searchers", "age_s")
    return {"method": method, "count": 0, **{name: [] for name in arrays}, "why": why}
