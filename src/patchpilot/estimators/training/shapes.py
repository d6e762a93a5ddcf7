"""Neural architecture search: which shape of the network learns these rows best?

Each trial trains a network of another shape with the same recipe. The package `optuna` chooses them (TPE: J. Bergstra
et al., NIPS 2011) and ends those early that do worse than the median of the others after as many epochs. The first is
the shape that the recipe has anyway.

    trials/000, trials/001, …     trainings; that of the best stays
    search.jsonl                  the recipe, then a line for each trial that is done

Nothing else is kept: the sampler of a trial is made of the lines before it. So a search that was stopped goes on to the
same trials, the training at hand from its last step, and it may be made longer afterwards.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.errors import EstimatorError, ParameterError, PluginError
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.networks.network import make_network
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import stages
from patchpilot.estimators.training.folder import alone
from patchpilot.estimators.training.progress import Progress
from patchpilot.estimators.training.shape_trials import TRIALS, Ended, Trial, begun, ranked, tidied, write
from patchpilot.estimators.training.source import Source
from patchpilot.estimators.training.trainer import Trainer
from patchpilot.files import make_folder
from patchpilot.instruments.base import Instrument
from patchpilot.space.canonical import Json

_FIRST_WHOLE = 4
"""Trials that are never ended early: a median of fewer says little."""
_LEAST_PART, _MOST_PART = 4, 2
"""Sizes are searched from a quarter of the recipe's to its double."""


def search_shapes(
    config: TrainConfig,
    source: Source,
    instrument: Instrument,
    out: Path,
    trials: int,
    *,
    on_trial: Callable[[Trial], None] = lambda _: None,
    on_progress: Callable[[int, Progress], None] = lambda *_: None,
) -> list[Trial]:
    """Try shapes; the same again goes on, and with more trials it goes further.

    Args:
        config: the recipe of each trial.
        source: of the rows; the same rows each time, so files and no renders.
        instrument: that is learned.
        out: folder for all of it.
        trials: >= 1, how many in all.
        on_trial: called after each trial, those of earlier runs too.
        on_progress: called after each step, with the number of the trial.

    Returns:
        All trials, the best first; those that were pruned or failed last.

    Raises:
        EstimatorError: the folder holds another search or a training, or is damaged.
        KeyboardInterrupt: it was interrupted; the state is written first.
        OutputError: the folder cannot be written, or another search runs in it.
        ParameterError: `trials` is below 1.
        PluginError: the package 'optuna' is not installed.
    """
    if trials < 1:
        raise ParameterError(f"expected a search of at least 1 trial, got {trials}")
    if importlib.util.find_spec("optuna") is None:
        raise PluginError(
            "a search for the shape needs the package 'optuna', which is not installed: pip install 'patchpilot[play]'"
        )
    with alone(make_folder(out)):
        done = begun(out, config, source)
        for trial in done:
            on_trial(trial)
        for number in range(len(done), trials):
            shown = partial(on_progress, number)
            done.append(_tried(number, done, config, source, instrument, out, shown))
            write(out, config, source, done)
            tidied(out, done)
            on_trial(done[-1])
    return ranked(done)


def ranges(base: NetworkConfig) -> dict[str, tuple[int, int, int]]:
    """Least, greatest and step of each size that is searched, by name; widths are multiples of the heads."""
    heads = base.attention_heads
    found = {}
    for name in ("encoder_width", "width"):
        size = getattr(base, name)
        found[name] = max(size // _LEAST_PART // heads, 1) * heads, _MOST_PART * size // heads * heads, heads
    for name in ("encoder_depth", "depth"):
        found[name] = 1, _MOST_PART * getattr(base, name), 1
    return found


def _tried(
    number: int,
    done: Sequence[Trial],
    config: TrainConfig,
    source: Source,
    instrument: Instrument,
    out: Path,
    on_progress: Callable[[Progress], None],
) -> Trial:
    """One trial, or the rest of it."""
    optuna: Any = importlib.import_module("optuna")
    chosen, trial = _asked(optuna, config, done, number)
    shape = ",".join(f"{name}={value}" for name, value in chosen.items())
    mine = dataclasses.replace(config, shape=shape)
    watch = _Watch(trial)
    network = make_network(mine.network, source.codec)
    weights = sum(parameter.numel() for parameter in network.parameters())
    ended: Ended = "finished"
    why = ""
    trainer = Trainer(
        mine,
        source,
        stages(config.curriculum, config.epochs, source.codec, instrument.space, config.effects),
        lambda: make_network(mine.network, source.codec),
        out / TRIALS / f"{number:03d}",
        trackers=[watch],
        on_progress=on_progress,
        facts={"engine": instrument.fingerprint},
    )
    try:
        watch.epoch(trainer.position.history)  # what was heard before it was stopped
        trainer.run()
    except _PrunedError:
        ended = "pruned"
    except EstimatorError as error:  # it diverged
        ended, why = "failed", str(error)
    return Trial(number, shape, ended, tuple(watch.losses), weights, round(trainer.position.seconds, 1), why)


def _asked(
    optuna: Any, config: TrainConfig, done: Sequence[Trial], number: int
) -> tuple[dict[str, int], Any]:
    """The sizes to try next, and the package's trial; the same after the same trials."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    spaces = ranges(config.network)
    distributions = {
        name: optuna.distributions.IntDistribution(low, high, step=step)
        for name, (low, high, step) in spaces.items()
    }
    seed = int(np.random.SeedSequence((config.seed, number)).generate_state(1)[0])
    study = optuna.create_study(
        direction="minimize",
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=_FIRST_WHOLE, multivariate=True),
        pruner=optuna.pruners.MedianPruner(_FIRST_WHOLE, n_warmup_steps=config.epochs // 4),
    )
    states = optuna.trial.TrialState
    for trial in done:
        state = {"finished": states.COMPLETE, "pruned": states.PRUNED, "failed": states.FAIL}[trial.ended]
        params = {name: int(value) for name, value in (word.split("=") for word in trial.shape.split(","))}
        study.add_trial(
            optuna.trial.create_trial(
                state=state,
                params=params,
                distributions=distributions,
                value=None if trial.ended == "failed" else trial.best,
                intermediate_values=dict(enumerate(trial.losses)),
            )
        )
    if number == 0:
        study.enqueue_trial({name: getattr(config.network, name) for name in spaces})
    asked = study.ask(distributions)
    return {name: int(asked.params[name]) for name in spaces}, asked


class _PrunedError(Exception):
    """The trial is worse than the median of the others."""


class _Watch:
    """Hears of a trial's epochs, and ends it where it is hopeless."""

    def __init__(self, trial: Any) -> None:
        self._trial = trial
        self.losses: list[float] = []

    def begin(self, recipe: Mapping[str, Json], run: str) -> str:  # noqa: ARG002
        """As of `Tracker`."""
        return ""

    def epoch(self, history: Sequence[Mapping[str, Json]]) -> None:
        """As of `Tracker`; raises `_PrunedError`."""
        for line in history[len(self.losses) :]:
            self._trial.report(line["held_out/total"], len(self.losses))
            self.losses.append(float(line["held_out/total"]))
            if self._trial.should_prune():
                raise _PrunedError

    def end(self, reason: str) -> None:
        """As of `Tracker`."""
