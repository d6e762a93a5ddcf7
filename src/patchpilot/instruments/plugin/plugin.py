"""The plug-in instrument: any VST3, and on Linux VST2, played in crash-proof worker processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import platformdirs

from patchpilot.audio import Audio
from patchpilot.engine import Failure, Job, Program
from patchpilot.errors import EngineError, PatchError, RackError
from patchpilot.instruments._fingerprint import fingerprint
from patchpilot.instruments._pooled import Pooled, answered, sound
from patchpilot.instruments.base import KNOB_STEP
from patchpilot.instruments.plugin import document
from patchpilot.instruments.plugin.find import find
from patchpilot.instruments.plugin.info import PluginInfo
from patchpilot.instruments.plugin.playing import played
from patchpilot.modules.hosting.hosted import Played, host_version
from patchpilot.modules.hosting.knobs import told
from patchpilot.modules.plugin import whereabouts
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json
from patchpilot.space.edit import Edit
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance
from patchpilot.space.prior import Prior, whole_range
from patchpilot.space.space import Space

_WORKER = "patchpilot.instruments.plugin._worker"
PROGRAM = Program(boot=f"{_WORKER}:boot", prepare=f"{_WORKER}:prepare", run=f"{_WORKER}:run")


class Plugin(Pooled):
    """A plug-in of another maker. One that is an effect hears the performance's audio.

    Args:
        argument: a path, or the name of an installed plug-in ("amsynth").
        workers: how many processes play at once; one for each usable core by default.
        timeout_s: longest time that loading it, and one performance, may take.
        fork: whether workers fork (faster); where the system can, by default.
        info: what is known of it; it is found, or tried, by default.

    Raises:
        PluginError: it is missing, or cannot be used.
    """

    suffix = ".plugin.json"
    _program = PROGRAM

    def __init__(
        self,
        argument: str,
        *,
        workers: int | None = None,
        timeout_s: float = 60.0,
        fork: bool | None = None,
        info: PluginInfo | None = None,
    ) -> None:
        self.info = info or find(argument)
        self._options: dict[str, Any] = {"workers": workers, "timeout_s": timeout_s, "fork": fork}

    @property
    def name(self) -> str:
        """ "plugin:" and the name of its file, by which it is found again."""
        return self.space.instrument

    @cached_property
    def space(self) -> Space:
        """All parameters that are knobs: 0..1, or the options that the plug-in shows."""
        return self.info.space

    @cached_property
    def priors(self) -> Mapping[str, Prior]:
        """ "uniform-v1", all values alike."""
        values = {p.name: whole_range(p) for p in self.space}
        return {"uniform-v1": Prior("uniform-v1", values)}

    @cached_property
    def fingerprint(self) -> str:
        """The plug-in's code, its host, system and processor."""
        host = f"{self.info.host} {host_version(self.info.host)}"
        return fingerprint(self.info.file, f"{self.info.sha256[:16]} in {host}")

    @property
    def missing(self) -> str:
        """Why it cannot be played here, "" where nothing speaks against it."""
        try:
            whereabouts(self.info.path)
        except RackError as error:
            return str(error)
        return ""

    def to_json(self) -> Json:
        """What is known of it, so that a rack with it opens where it is missing."""
        return self.info.to_json()

    @classmethod
    def absent(cls, said: Json) -> Plugin:
        """One that is not here, from `to_json`: it has a space, but plays nothing."""
        return cls("", info=PluginInfo.from_json(said))

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Play many patches, and yield (position, audio or error) as they are done; `pairs` may be endless."""

        def job(pair: tuple[Patch, Performance]) -> Job:
            return self._job("play", played(self.info, *pair), pair[1].sample_rate)

        for i, (_, performance), result in answered(self._pool, pairs, job):
            yield i, sound(result, performance.sample_rate, self._told)

    def _told(self, failure: Failure) -> str:
        said = failure.reason
        for kind in ("PluginError", "ValueError"):
            said = said.removeprefix(f"raised {kind}: ")
        return f"plug-in {self.info.file}: {said}"

    def _job(self, task: str, argument: object, sample_rate: int) -> Job:
        """Raises `RackError` where the plug-in is missing."""
        info = self.info
        base = {
            "path": str(whereabouts(info.path)),
            "host": info.host,
            "sample_rate": sample_rate,
            "is_forkable": info.is_forkable,
        }
        return Job(base, f"{base['path']}/{info.sha256}/{sample_rate}", (task, argument))

    def export(self, patch: Patch, path: Path | str) -> None:
        """Write a patch as JSON: which plug-in, all its values and what they show, its state where it keeps one.

        Raises:
            OutputError: the file cannot be written.
        """
        values = told(self.info.knobs, patch.values)
        own = {
            k.index: k.own(patch.values.get(k.parameter.name, k.parameter.default)) for k in self.info.knobs
        }
        texts = self._asked("texts", own)
        state = self._asked("state", Played(4410, values)) if self.info.keeps_state else ""
        document.write(self.info, patch, texts or {}, state or "", Path(path))

    def _asked(self, task: str, argument: object) -> Any:
        """What the plug-in answers, None where it cannot."""
        try:
            (result,) = self._pool.map([self._job(task, argument, 44100)])
        except RackError:
            return None
        return None if isinstance(result, Failure) else result

    def load(self, path: Path | str) -> Patch:
        """Read what `export` wrote; raises `PatchError`."""
        return document.read(self.info, self.space, Path(path))

    def is_random(self, patch: Patch) -> bool:  # noqa: ARG002 (it is measured for the plug-in as a whole)
        """Whether it sounds different after some silence, or was not the same twice when it was tried."""
        return self.info.rolls_dice or self.info.reproducibility == "not reproducible"

    def is_built_in(self, asset: Asset) -> bool:  # noqa: ARG002
        """It has no assets."""
        return False

    def asset(self, digest: str) -> Asset:
        """It has none; raises `PatchError`."""
        raise PatchError(f"asset {digest[:12]}… comes with no plug-in: {self.info.file} has only knobs")

    def knobs(self, patch: Patch) -> Mapping[str, float]:  # noqa: ARG002
        """All continuous parameters."""
        return {p.name: KNOB_STEP for p in self.space if not p.is_categorical}

    def edits(self, patch: Patch) -> list[Edit]:
        """Each other option."""
        found = []
        for p in self.space:
            now = round(patch.values.get(p.name, p.default))
            found += [
                Edit(f"{p.name}: {option}", {p.name: float(k)})
                for k, option in enumerate(p.options)
                if k != now
            ]
        return found

    def preset_folder(self) -> Path:
        """Where its presets are kept by default: the user's data folder."""
        return platformdirs.user_data_path("patchpilot") / "plugins" / self.info.name
