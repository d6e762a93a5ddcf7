"""What a training depends on, as data; no PyTorch is needed to read it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from patchpilot.errors import EstimatorError
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.space.canonical import Json

DEVICES = ("auto", "cpu", "cuda")
PROXY = "proxy"
"""What is trained in place of a head: a model of what the instrument would sound like."""
_SAID = {
    "held_out": "held-out share",
    "ema": "decay of the mean weights",
    "lr": "learning rate",
    "live": "prior that is rendered",
}
"""Fields as a user is told of them, where their names alone do not say it."""


@dataclass(frozen=True)
class TrainConfig:
    """A recipe: equal ones on equal rows make equal weights, on one machine.

    Attributes:
        instrument: name of the instrument.
        head: "flow", "regression" or "mixture"; or "proxy".
        encoder: "resnet" or "ast".
        size: "tiny", "small" or "base" (`NetworkConfig.sized`).
        epochs: how often each row is seen; the learning rate falls to zero over all of them.
        batch: rows in a step.
        rows: of the data that are used, the first ones; 0 for all. On the fly: rows of an epoch.
        live: name of a prior whose patches are rendered while it trains; "" for datasets.
        lr: highest learning rate.
        warm_up: share of all steps in which the learning rate rises.
        weight_decay: decoupled, of matrices and kernels only.
        clip: norm that a gradient is cut to; 0 for never.
        ema: decay of the mean weights, which are what is evaluated and exported; in [0, 1).
        held_out: share of the patches that is never trained on, in (0, 0.5].
        seed: >= 0, of the first weights, the order of rows and all noise.
        curriculum: stages and their epochs, as "dry:2,effects:2,all"; "" for all rows from the beginning.
        effects: names of the switches that are effects, for the curriculum; none for what the instrument says.
        patience: epochs without a better held-out loss after which it stops; 0 for never.
        device: "auto", "cpu" or "cuda"; no part of the recipe.
    """

    instrument: str = "vital"
    head: str = "flow"
    encoder: str = "resnet"
    size: str = "small"
    epochs: int = 20
    batch: int = 64
    rows: int = 0
    live: str = ""
    lr: float = 1e-3
    warm_up: float = 0.03
    weight_decay: float = 0.02
    clip: float = 1.0
    ema: float = 0.999
    held_out: float = 0.02
    seed: int = 0
    curriculum: str = ""
    effects: tuple[str, ...] = ()
    patience: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        for name, low, high in (
            ("epochs", 1, 100_000), ("batch", 2, 65_536), ("rows", 0, 10**9), ("lr", 1e-9, 10.0),
            ("warm_up", 0.0, 1.0), ("weight_decay", 0.0, 10.0), ("clip", 0.0, 1e9), ("ema", 0.0, 0.999999),
            ("held_out", 1e-4, 0.5), ("seed", 0, 2**63 - 1), ("patience", 0, 100_000),
        ):  # fmt: skip
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value) or not low <= value <= high:
                raise EstimatorError(f"expected {_said(name)} from {low:g} to {high:g}, got {value}")
        if self.device not in DEVICES:
            raise EstimatorError(f"expected a device of {', '.join(DEVICES)}, got {self.device!r}")
        _ = self.network  # refuses sizes, heads and encoders that do not exist

    @property
    def network(self) -> NetworkConfig:
        """Sizes of the network; of a proxy they say nothing."""
        head = "flow" if self.head == PROXY else self.head
        return NetworkConfig.sized(self.size, head=head, encoder=self.encoder)

    def differences(self, other: TrainConfig) -> list[str]:
        """What differs from the recipe of a folder, a phrase each; the device does not count."""
        return [
            f"{_said(field.name)} here {_short(mine)}, there {_short(theirs)}"
            for field in dataclasses.fields(self)
            if field.name != "device"
            and (mine := getattr(self, field.name)) != (theirs := getattr(other, field.name))
        ]

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it."""
        return {**dataclasses.asdict(self), "effects": list(self.effects)}

    @classmethod
    def from_json(cls, data: Json) -> TrainConfig:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing, unknown or out of its range.
        """
        try:
            return cls(**{**data, "effects": tuple(data["effects"])})
        except (KeyError, TypeError) as error:
            raise EstimatorError(f"the recipe of a training is damaged: {error}") from None


def _said(name: str) -> str:
    return _SAID.get(name, name.replace("_", " "))


def _short(value: object) -> str:
    """A value as it is told."""
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value) or "none"
