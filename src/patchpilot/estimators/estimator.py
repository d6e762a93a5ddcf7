"""The `Estimator` noun: hear a sound, and say which patches may have made it.

    estimator = Estimator.load("vital")
    for proposed in estimator.propose("lead.wav", n=16):
        print(proposed.probability, proposed.patch)

It runs on ONNX Runtime; PyTorch is for training only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio, Target
from patchpilot.errors import EstimatorError, ParameterError, PatchError
from patchpilot.estimators.codec import Labels
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.folder import ENCODER, PROXY, STEP, About, read_about, read_graphs
from patchpilot.estimators.graphs import Graphs
from patchpilot.estimators.hearing import PICTURE, Hearing, hearing
from patchpilot.estimators.listening import Heard, check_note, heard
from patchpilot.estimators.own_assets import assets_of
from patchpilot.estimators.places import ABOUT, find
from patchpilot.estimators.proposed import Proposed, likeliest
from patchpilot.estimators.sampling import sample
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.base import instrument as make_instrument
from patchpilot.space import Asset, Space

if TYPE_CHECKING:
    from patchpilot.estimators.searcher import Estimation

N = 16
"""How many patches are proposed, where nobody says."""
MOST = 256
DRAWN = 2
"""For each patch that is proposed so many are drawn, where a proxy can tell which are closer."""
SPREAD = 0.25
"""Nepers by which a patch must seem further away to be held e times less likely.

The proxy of Vital is 0.26 wrong on average, and with this the patch that really was the closest was likeliest (16
patches for each of forty sounds of core-v1; 0.125 and 1 did worse).
"""


class Estimator:
    """A network that has learned an instrument by playing it. `Estimator.load` makes one.

    Args:
        name: what it is called in results.
        about: what it is.
        graphs: what it computes with.
        instrument: whose patches it is to propose; one is opened for a moment when it is first needed otherwise.
        hears: what it is given of a sound; that which `about` says.
        folder: where it is; it may hold assets that do not come with the instrument.
    """

    def __init__(
        self,
        name: str,
        about: About,
        graphs: Graphs,
        instrument: Instrument | None = None,
        hears: Hearing = PICTURE,
        folder: Path | None = None,
    ) -> None:
        self.name, self.about = name, about
        self._graphs, self._instrument, self._hears, self._folder = graphs, instrument, hears, folder

    @classmethod
    def load(
        cls, name: str | Path = "vital", instrument: Instrument | None = None, *, threads: int = 1
    ) -> Estimator:
        """Read an estimator.

        Args:
            name: of one that is shipped or in the user's folder (they are named as their instruments), or a folder.
            instrument: whose patches it is to propose. By default one is opened for a moment to be asked what it
                can do, when the first sound is heard.
            threads: >= 1, that it computes with.

        Raises:
            EstimatorError: there is none, it is damaged, a pickle, of another format or another instrument; or the
                frozen network that it hears with is missing, or another.
            ParameterError: `threads` is below 1.
            PluginError: ONNX Runtime is missing, or what a frozen network needs.
        """
        if threads < 1:
            raise ParameterError(f"expected 1 thread or more, got {threads}")
        folder = find(name)
        about = read_about(folder, instrument=None if instrument is None else instrument.name)
        files = read_graphs(folder, about)
        try:
            shape = about.network.sound_shape
            proxy = files.get(PROXY)
            graphs = Graphs(
                files[ENCODER], files[STEP], about.codec, proxy=proxy, threads=threads, shape=shape
            )
            hears = hearing(about.network)
        except EstimatorError as error:
            raise EstimatorError(f"{folder}: {error}") from None
        return cls(folder.resolve().name, about, graphs, instrument, hears, folder)

    def bound(self, instrument: Instrument) -> Estimator:
        """The same estimator for an instrument that is open already.

        Raises:
            EstimatorError: it is another instrument than that it learned.
        """
        if instrument.name != self.about.instrument:
            raise EstimatorError(
                f"expected the instrument {self.about.instrument}, which the estimator {self.name} has learned, "
                f"got {instrument.name}"
            )
        return Estimator(self.name, self.about, self._graphs, instrument, self._hears, self._folder)

    def searcher(self, n: int = N) -> Estimation:
        """What `match` uses it as: a searcher that proposes its patches.

        Args:
            n: 1..256, how many.

        Raises:
            ParameterError: `n` is out of its range.
        """
        from patchpilot.estimators.searcher import Estimation

        return Estimation(self, n=n)

    def propose(
        self,
        audio: str | Path | Audio | Target,
        n: int = N,
        seed: int = 0,
        pitch: float | None = None,
        hold_s: float | None = None,
        velocity: float | None = None,
    ) -> list[Proposed]:
        """Patches that may make a sound, the likeliest first.

        With a proxy it draws twice as many, and those are the likeliest that the proxy holds to be closest.

        Args:
            audio: a file, audio, or a target that was listened to. Audio of which pitch and hold are told is taken
                to begin with its note-on; otherwise it is listened to first.
            n: 1..256, how many at most; of equal ones there is one, so there may be fewer.
            seed: >= 0, of all that is drawn.
            pitch: 0..127, MIDI note, which may lie between two keys; heard by default.
            hold_s: > 0, seconds that the key is held; heard by default.
            velocity: above 0 to 1, how hard the key is struck; 0.8 by default, or a target's.

        Returns:
            Their probabilities add up to 1.

        Raises:
            AudioError: the sound cannot be used.
            EstimatorError: the estimator is for another instrument or engine, or damaged.
            ParameterError: an argument is out of its range.
            PluginError: the instrument is not there, or broken.
        """
        check_n(n)
        if seed < 0:
            raise ParameterError(f"expected a seed >= 0, got {seed}")
        check_note(pitch, hold_s, velocity)
        space, assets = self._means
        note = heard(audio, pitch, hold_s, velocity)
        n_drawn = DRAWN * n if self._graphs.has_proxy else n
        labels, log_probability = self._sampled(note, n_drawn, np.random.default_rng(seed))
        if self._graphs.has_proxy:
            log_probability = -self._distances(note, labels) / SPREAD
        try:
            return likeliest(self.about.codec, labels, log_probability, n, space=space, assets=assets)
        except PatchError as error:
            raise EstimatorError(
                f"estimator {self.name} proposed what is no patch of {space.instrument} {space.version}: {error}"
            ) from None

    def _sampled(
        self, note: Heard, n: int, rng: np.random.Generator
    ) -> tuple[Labels, npt.NDArray[np.float64]]:
        about = self.about
        sound = self._hears(note.audio, pitch=note.pitch, hold_s=note.hold_s)[None]
        memory = self._graphs.encode(sound, conditions(note.pitch, note.hold_s, note.velocity))
        labels, log_probability = sample(
            self._graphs.step,
            memory,
            about.codec,
            head=about.head,
            n=n,
            n_steps=about.n_steps,
            rng=rng,
            components=about.network.components,
        )
        if not (np.isfinite(labels.continuous).all() and np.isfinite(log_probability).all()):
            raise EstimatorError(f"estimator {self.name} says what is no number: its training went wrong")
        return labels, log_probability

    def _distances(self, note: Heard, labels: Labels) -> npt.NDArray[np.float64]:
        """How far the proxy holds patches to be from a sound, (n,) nepers."""
        picture = PICTURE(note.audio, pitch=note.pitch, hold_s=note.hold_s)[None]
        condition = conditions(note.pitch, note.hold_s, note.velocity)
        _, distance = self._graphs.judge(labels.continuous, labels.categorical, condition, picture)
        if not np.isfinite(distance).all():
            raise EstimatorError(f"the proxy of estimator {self.name} says what is no number: train it again")
        return distance.astype(np.float64)

    @cached_property
    def _means(self) -> tuple[Space, Mapping[str, Asset]]:
        """What the instrument can do, and the assets that may be proposed by their sha256."""
        if self._instrument is not None:
            return self._asked(self._instrument)
        with make_instrument(self.about.instrument) as opened:
            return self._asked(opened)

    def _asked(self, instrument: Instrument) -> tuple[Space, Mapping[str, Asset]]:
        """What an instrument can do, if it is what was learned."""
        codec, name = self.about.codec, f"estimator {self.name}"
        codec.check(instrument.space)
        return instrument.space, assets_of(codec, instrument, folder=self._folder, name=name)


def opened(name: str | Path) -> Estimator:
    """The estimator of a name or folder; the last ones are kept for the next sound.

    Raises:
        EstimatorError: as `Estimator.load` says.
    """
    folder = find(name)
    try:
        found = (folder / ABOUT).stat()
    except (OSError, ValueError):
        return Estimator.load(folder)  # which says what is wrong with it
    return _opened(folder, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=2)
def _opened(folder: Path, changed_ns: int, n_bytes: int) -> Estimator:  # noqa: ARG001 (another, if they differ)
    return Estimator.load(folder)


def check_n(n: int) -> None:
    """Whether so many patches may be asked for.

    Raises:
        ParameterError: they may not.
    """
    if not 1 <= n <= MOST:
        raise ParameterError(f"expected 1 to {MOST} patches, got {n}")
