"""Trying plug-ins: each in processes of its own, with a time limit; one that is bad costs one line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from patchpilot.engine import Failure, Job, Pool, Program
from patchpilot.errors import PluginError
from patchpilot.instruments.plugin.catalogue import Catalogue, Entry
from patchpilot.instruments.plugin.info import PluginInfo, Reproducibility, plain_name
from patchpilot.modules.hosting.binary import digest, objection
from patchpilot.modules.hosting.folders import plugin_files, standard_folders
from patchpilot.modules.hosting.hosted import hosts_for
from patchpilot.modules.hosting.knobs import Description, PluginKnob, knobs_of

_SCANNER = "patchpilot.instruments.plugin._scanner"
PROGRAM = Program(boot=f"{_SCANNER}:boot", prepare=f"{_SCANNER}:prepare", run=f"{_SCANNER}:run")
Pools: TypeAlias = tuple[Pool, Pool]
_PATCHES = 3
"""The plug-in's own values, and two random ones."""
_ANEW = 2
"""Of them are played by instances that are made for it, too: that is slow."""
_USUAL_TIMEOUT_S = 20.0


def scan(
    places: Iterable[Path | str] | None = None,
    *,
    rescan: bool = False,
    timeout_s: float = _USUAL_TIMEOUT_S,
    catalogue: Catalogue | None = None,
) -> Iterator[Entry]:
    """Try plug-ins that nothing is known of, and yield an entry for each as it is known.

    Args:
        places: files and folders; the standard folders by default.
        rescan: try all again, those that failed too.
        timeout_s: longest time that loading one, or playing it, may take.
        catalogue: where entries are kept.

    Raises:
        PluginError: DawDreamer is not installed.
    """
    catalogue = catalogue or Catalogue()
    folders = standard_folders() if places is None else [Path(place) for place in places]
    with contextlib.ExitStack() as stack:
        pools: Pools | None = None
        for path in plugin_files(folders):
            known = None if rescan else catalogue.get(path)
            if known is not None:
                yield known
                continue
            wrong = objection(path)
            if wrong:
                entry = Entry(path, None, wrong)
            else:
                pools = pools or opened(timeout_s, stack)
                entry = tried(pools, path)
            catalogue.put(entry)
            yield entry


def opened(timeout_s: float, stack: contextlib.ExitStack) -> Pools:
    """Two families of processes that try plug-ins, closed by `stack`; raises `PluginError` where there is no host.

    Copies of one process have all things at the same addresses, on which some plug-ins' sound depends.
    """
    if find_spec("dawdreamer") is None:
        raise PluginError("plug-ins need DawDreamer: pip install 'patchpilot[racks]'")
    one, other = (stack.enter_context(Pool(PROGRAM, workers=1, timeout_s=timeout_s)) for _ in range(2))
    return one, other


def tried(pools: Pools, path: Path) -> Entry:
    """What comes of a plug-in, in the first host that can load it."""
    reasons = []
    for host in hosts_for(path):
        found = _Trial(pools, path, host).entry()
        if found.info is not None:
            return found
        reasons.append(found.reason)
    return Entry(path, None, "; ".join(dict.fromkeys(reasons)))


class _Trial:
    """One plug-in in one host."""

    def __init__(self, pools: Pools, path: Path, host: str) -> None:
        (self.pool, self.other), self.path, self.host = pools, path, host

    def job(self, task: str, copy: str = "", **more: Any) -> Job:
        """A question to a process that has the plug-in's code; in a "loaded" one it lives before it is copied."""
        base = {"path": str(self.path), "host": self.host, "is_loaded": copy == "loaded"}
        return Job(base, f"{self.path}/{self.host}/{copy == 'loaded'}", {"task": task, **more})

    def entry(self) -> Entry:
        """All that is asked, in turn."""
        (seen,) = self.pool.map([self.job("look")])
        if isinstance(seen, Failure):
            return Entry(self.path, None, _reason(seen, "when it was loaded"))
        said = [Description(*description) for description in seen["said"]]
        knobs = knobs_of(said, plain_name(self.path))
        heard = self._heard(seen["is_instrument"], knobs, is_copied=not seen["threads"])
        if isinstance(heard, Failure):
            return Entry(self.path, None, _reason(heard, "when it was played"))
        (state,) = self.pool.map([self.job("state", "loaded" if heard["is_forkable"] else "")])
        info = PluginInfo(
            path=str(self.path),
            sha256=digest(self.path),
            host=self.host,
            n_inputs=seen["n_inputs"],
            is_instrument=seen["is_instrument"],
            keeps_state=not isinstance(state, Failure) and state > 0,
            knobs=knobs,
            n_hidden=len(said) - len(knobs),
            **heard,
        )
        return Entry(self.path, info)

    def _heard(
        self, is_instrument: bool, knobs: Sequence[PluginKnob], *, is_copied: bool
    ) -> dict[str, Any] | Failure:
        """What is the same, and what is not: in two families, of one instance twice, of copies, after silence."""
        drawn = [_drawn(knobs, k) for k in range(_PATCHES)]

        def heard(pool: Pool, copy: str, seed: int = 0, patches: int = _PATCHES) -> list[Any]:
            given = {"seed": seed, "is_instrument": is_instrument}
            return pool.map([self.job("hear", copy, values=values, **given) for values in drawn[:patches]])

        copy = "loaded" if is_copied else ""
        one = heard(self.pool, copy)
        if isinstance(one[0], Failure) and is_copied:
            return self._heard(is_instrument, knobs, is_copied=False)
        other = heard(self.other, copy)
        for own in (one[0], other[0]):
            if isinstance(own, Failure):
                return own
        # one that fails with some values only is a plug-in all the same: such renders will fail
        pairs = [
            (a, b)
            for a, b in zip(one, other, strict=True)
            if not isinstance(a, Failure) and not isinstance(b, Failure)
        ]
        is_fresh = all(a == b for a, b in pairs)
        is_twice = all(first == second for (first, second), _ in pairs)
        repeats: Reproducibility = "reproducible" if is_twice else "reproducible when fresh"
        later = heard(self.pool, copy, seed=1) if is_instrument else []
        anew = heard(self.pool, "", patches=_ANEW) if is_copied else []
        return {
            "reproducibility": repeats if is_fresh else "not reproducible",
            "is_forkable": is_copied and (not is_fresh or anew == one[:_ANEW]),
            "rolls_dice": any(
                not isinstance(a, Failure) and not isinstance(b, Failure) and a[0] != b[0]
                for a, b in zip(one, later, strict=False)
            ),
        }


def _drawn(knobs: Sequence[PluginKnob], k: int) -> dict[int, float]:
    """The plug-in's values by index: its own, or random ones."""
    rng = np.random.default_rng(k)
    return {knob.index: knob.own(knob.stored(float(rng.random()))) for knob in knobs} if k else {}


def _reason(failure: Failure, when: str) -> str:
    """Why it cannot be used, in one line."""
    said = failure.reason
    for error in ("PluginError", "ValueError", "RuntimeError"):
        said = said.removeprefix(f"raised {error}: ")
    if said == failure.reason:  # not in words of ours
        said = f"{said} {when}"
    return " ".join(said.split())[:300]
