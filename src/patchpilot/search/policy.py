"""The `Policy` noun: how the knobs of one instrument are turned, learned in earlier searches and kept for later ones.

A network of two layers sees what is known (`observed`) and says how far each coordinate is turned, and what is still to
be gained. It knows coordinates by their names, so it is of use where others are searched too: what it knows of them it
keeps, and the rest begins anew. Files hold arrays (safetensors), never code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.errors import ParameterError
from patchpilot.files import check_free, make_folder, write_bytes
from patchpilot.search.descriptors import NAMES
from patchpilot.search.extras import needed

FORMAT = 1
SUFFIX = ".policy.safetensors"
N_BESIDE = 2 * len(NAMES) + 1
"""Numbers of an observation beside the point."""
HIDDEN = 64
"""Of both layers."""
_IN = ("mlp_extractor.policy_net.0.weight", "mlp_extractor.value_net.0.weight")
_OUT = ("action_net.weight", "action_net.bias", "log_std")


def shapes(d: int) -> dict[str, tuple[int, ...]]:
    """Of the weights of a policy of so many coordinates, by name."""
    made: dict[str, tuple[int, ...]] = {"log_std": (d,)}
    for part, last, n in (("policy", "action_net", d), ("value", "value_net", 1)):
        layers = f"mlp_extractor.{part}_net"
        sizes = ((f"{layers}.0", HIDDEN, d + N_BESIDE), (f"{layers}.2", HIDDEN, HIDDEN), (last, n, HIDDEN))
        for name, n_out, n_in in sizes:
            made |= {f"{name}.weight": (n_out, n_in), f"{name}.bias": (n_out,)}
    return made


def observed(points: F64, sounds: F64, goal: F64, left: float) -> F32:
    """What a policy sees, float32 (n, d + 9) in [−1, 1].

    Args:
        points: (n, d), the patches.
        sounds: (n, 4), what they sound like (`descriptors`); NaN of silence, which becomes −1.
        goal: (4,), what the target sounds like, NaN where there is none.
        left: part of the episode's steps that is left, 0..1.
    """
    n = len(points)
    beside = [np.nan_to_num(sounds, nan=-1.0), np.tile(np.nan_to_num(goal, nan=-1.0), (n, 1))]
    return np.concatenate([points, *beside, np.full((n, 1), left)], axis=1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Policy:
    """What was learned of an instrument.

    Attributes:
        instrument: its name.
        names: of the coordinates, in order.
        weights: float32 arrays by name, as stable-baselines3 calls those of its `ActorCriticPolicy`.
        n_updates: how often it learned.
    """

    instrument: str
    names: tuple[str, ...]
    weights: Mapping[str, F32]
    n_updates: int = 0

    def __call__(self, observations: F32) -> tuple[F64, F64]:
        """Mean actions (n, d), and what is still to be gained (n,), of observations (n, d + 9)."""
        actions = self._net("policy", "action_net", observations)
        return actions, self._net("value", "value_net", observations)[:, 0]

    def sampled(self, observations: F32, random: np.random.Generator) -> tuple[F64, F64, F64]:
        """Actions (n, d) with some chance, the logs of their densities (n,), and what is still to be gained (n,)."""
        means, values = self(observations)
        spread = np.exp(self.weights["log_std"].astype(np.float64))
        noise = random.standard_normal(means.shape)
        logs = (
            -0.5 * np.square(noise).sum(axis=1)
            - np.log(spread).sum()
            - 0.5 * np.log(2.0 * np.pi) * noise.shape[1]
        )
        return means + spread * noise, logs, values

    def fitted(self, names: Sequence[str], fresh: Mapping[str, F32]) -> Policy:
        """The same for other coordinates: those that it knows are turned as it learned.

        Args:
            names: of the coordinates.
            fresh: weights of an untrained policy for them.
        """
        if tuple(names) == self.names:
            return self
        mine = {name: place for place, name in enumerate(self.names)}
        here = [place for place, name in enumerate(names) if name in mine]
        there = [mine[names[place]] for place in here]
        made = {}
        for name, weight in fresh.items():
            old, new = self.weights[name], np.array(weight)
            if name in _IN:
                new[:, here] = old[:, there]
                new[:, len(names) :] = old[:, len(self.names) :]
            elif name in _OUT:
                new[here] = old[there]
            else:
                new = np.array(old)
            made[name] = new
        return Policy(self.instrument, tuple(names), made, self.n_updates)

    def save(self, path: Path | str, *, force: bool = False) -> Path:
        """Write it; its folder is made.

        Raises:
            OutputError: there is a file and it is not to be replaced, or it cannot be written.
            PluginError: the package 'safetensors' is not installed.
        """
        needed("safetensors", "rl")
        from safetensors.numpy import save

        path = Path(path)
        check_free(path, force=force)
        make_folder(path.parent)
        said = {
            "format": FORMAT,
            "instrument": self.instrument,
            "names": self.names,
            "n_updates": self.n_updates,
        }
        arrays = {name: np.ascontiguousarray(weight) for name, weight in sorted(self.weights.items())}
        write_bytes(path, save(arrays, metadata={"policy": json.dumps(said)}))
        return path

    @classmethod
    def load(cls, path: Path | str) -> Policy:
        """Read one that was saved.

        Raises:
            ParameterError: there is none, it is damaged, or of a newer version.
            PluginError: the package 'safetensors' is not installed.
        """
        needed("safetensors", "rl")
        from safetensors import SafetensorError, safe_open

        if not Path(path).is_file():
            raise ParameterError(
                f"there is no policy {path}; `patchpilot play policy RUN` makes one of a run"
            )
        try:
            with safe_open(str(path), framework="numpy") as file:
                said = json.loads(file.metadata()["policy"])
                weights = {name: np.asarray(file.get_tensor(name), np.float32) for name in file.keys()}  # noqa: SIM118
            made = cls(str(said["instrument"]), tuple(said["names"]), weights, int(said["n_updates"]))
            is_known = said["format"] == FORMAT
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            raise ParameterError(f"{path} is no policy, or damaged: {error}") from None
        found = {name: weight.shape for name, weight in weights.items() if np.isfinite(weight).all()}
        if not is_known or found != shapes(len(made.names)):
            raise ParameterError(f"{path} is damaged, or of another version of Patch Pilot")
        return made

    def _net(self, part: str, last: str, x: F32) -> F64:
        """One of the two networks, with float64 in between."""
        hidden = x.astype(np.float64)
        for layer in (0, 2):
            name = f"mlp_extractor.{part}_net.{layer}"
            hidden = np.tanh(hidden @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"])
        return np.asarray(hidden @ self.weights[f"{last}.weight"].T + self.weights[f"{last}.bias"])
