"""Instruments that stay open between jobs, so that a second one begins at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Literal

from patchpilot import registry
from patchpilot.errors import EngineError, PluginError
from patchpilot.instruments.base import Instrument, instrument, needs_argument
from patchpilot.workspace.errors import MissingError

Use = Literal["jobs", "hands"]
"""What an instrument is for: jobs take all cores for long; hands want one render now."""
_WORKERS: Mapping[Use, int | None] = {"jobs": None, "hands": 1}


class Instruments:
    """Opened on first use, each once for jobs and once for hands; threads may share them.

    Whoever speaks to a workspace may not name files or addresses, so what needs one must be named by whoever starts it.

    Args:
        named: with an argument, as `instrument` takes them ("rack:FILE", "plugin:PATH"), that may be used here.
        made: instruments by name, made by hand.
    """

    def __init__(
        self, named: Sequence[str] = (), made: Mapping[str, Callable[[], Instrument]] | None = None
    ) -> None:
        self._named, self._made = tuple(named), dict(made or {})
        self._lock = threading.RLock()
        self._locks: dict[tuple[str, Use], threading.Lock] = {}
        self._open: dict[tuple[str, Use], Instrument] = {}
        self._names: tuple[str, ...] | None = None
        self._closed = False

    @property
    def names(self) -> tuple[str, ...]:
        """What may be asked for."""
        with self._lock:
            if self._names is None:
                there = [*self._made, *self._named, *_registered(), *_scanned()]
                self._names = tuple(dict.fromkeys(there))
            return self._names

    def check(self, name: str) -> None:
        """Refuse what may not be asked for; raises `MissingError`."""
        if name not in self.names:
            raise MissingError(
                f"there is no instrument {name!r:.100} here; there are: {', '.join(self.names)}. "
                "One that is a file or an address is named when the studio is started: --also"
            )

    def get(self, name: str, use: Use = "jobs") -> Instrument:
        """An open instrument, which its user does not close.

        Raises:
            EngineError: it does not start, or the workspace is closed.
            MissingError: it may not be used here, or there is none of that name.
            PluginError: what it needs is missing.
        """
        self.check(name)
        key = (name, use)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:  # others are not held up while this one opens
            if key not in self._open:
                made = self._opened(name, use)
                with self._lock:
                    if self._closed:
                        made.close()
                        raise EngineError(f"{name} is not opened any more: the studio ends")
                    self._open[key] = made
            return self._open[key]

    def add(self, name: str, made: Instrument) -> None:
        """Let an instrument be used that is open already, for jobs and hands alike; it is closed with the others."""
        with self._lock:
            self._made[name], self._names = lambda: made, None
            for use in _WORKERS:
                self._open[name, use] = made

    def close(self) -> None:
        """Close all of them, at once; what still plays ends with an error."""
        with self._lock:
            self._closed = True
            for each in self._open.values():
                with suppress(Exception):  # a thread that still plays may be in the middle of a message to it
                    each.close()
            self._open.clear()

    def _opened(self, name: str, use: Use) -> Instrument:
        if name in self._made:
            return self._made[name]()
        workers = _WORKERS[use]
        options = {} if workers is None or name.startswith(("http:", "https:")) else {"workers": workers}
        return instrument(name, **options)


def _registered() -> list[str]:
    """Registered instruments that need no file; those that cannot be loaded here are left out."""
    found = []
    for name in registry.names("instruments"):
        try:
            if not needs_argument(registry.load("instruments", name)):
                found.append(name)
        except PluginError:
            continue
    return sorted(found, key=lambda name: (name != "vital", name))


def _scanned() -> list[str]:
    """Plug-ins that the user of this machine has scanned and that are instruments."""
    from patchpilot.instruments.plugin.catalogue import Catalogue

    return [
        f"plugin:{each.info.file}"
        for each in Catalogue().all()
        if each.info is not None and each.info.kind == "instrument"
    ]
