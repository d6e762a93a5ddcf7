"""What a training depends on, as data; no PyTorch is needed to read it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from patchpilot.errors import EstimatorError
from patchpilot.estimators.networks.config import Frozen, NetworkConfig
from patchpilot.space.canonical import Json

DEVICES = ("auto", "cpu", "cuda")
PROXY = "proxy"
"""What is trained in place of a head: a model of what the instrument would sound like."""
_NEW = ("spectral", "regular", "proxy", "frozen", "start", "shape", "embedding")
"""Fields that recipes did not always have: equal trainings have equal files, whichever version began them."""
_SAID = {
    "held_out": "held-out share",
    "ema": "decay of the mean weights",
    "lr": "learning rate",
    "live": "prior that is rendered",
    "shape": "shape of the network",
    "start": "checkpoint that it starts from",
    "spectral": "weight of the spectral loss",
    "regular": "weight of values beyond their ranges",
}
"""Fields as a user is told of them, where their names alone do not say it."""


@dataclass(frozen=True)
class TrainConfig:
    """A recipe: equal ones on equal rows make equal weights, on one machine.

    Attributes:
        instrument: name of the instrument.
        head: "flow", "regression" or "mixture"; or "proxy".
        encoder: "resnet", "ast" or "frozen".
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
        spectral: λs >= 0, weight of how a head's patches would sound; 0 for not to ask.
        regular: λr >= 0, weight of values beyond their ranges, which only the flow says.
        proxy: sha256 of the file of the proxy that is asked how patches would sound; "" for none.
        frozen: the network that hears with the encoder "frozen" (`hearing.frozen_named`); None with the others.
        start: sha256 of the file of the checkpoint whose weights are the first ones; "" for random ones.
        embedding: name of an embedding that a proxy learns to say too; "" for none.
        shape: sizes that are others than `size` has them (`NetworkConfig.shaped`); "" for none.
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
    spectral: float = 0.0
    regular: float = 0.0
    proxy: str = ""
    frozen: Frozen | None = None
    start: str = ""
    shape: str = ""
    embedding: str = ""

    def __post_init__(self) -> None:
        for name, low, high in (
            ("epochs", 1, 100_000), ("batch", 2, 65_536), ("rows", 0, 10**9), ("lr", 1e-9, 10.0),
            ("warm_up", 0.0, 1.0), ("weight_decay", 0.0, 10.0), ("clip", 0.0, 1e9), ("ema", 0.0, 0.999999),
            ("held_out", 1e-4, 0.5), ("seed", 0, 2**63 - 1), ("patience", 0, 100_000),
            ("spectral", 0.0, 1e6), ("regular", 0.0, 1e6),
        ):  # fmt: skip
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value) or not low <= value <= high:
                raise EstimatorError(f"expected {_said(name)} from {low:g} to {high:g}, got {value}")
        if self.device not in DEVICES:
            raise EstimatorError(f"expected a device of {', '.join(DEVICES)}, got {self.device!r}")
        _ = self.network  # refuses sizes, heads and encoders that do not exist
        self._check_loss()

    def _check_loss(self) -> None:
        if self.frozen and (self.head == PROXY or self.spectral):
            raise EstimatorError(
                f"a proxy and its loss are about the picture of a sound, which {self.frozen.name} does not show: leave "
                "out --encoder, or --head proxy and --spectral"
            )
        if self.head == PROXY and self.shape:
            raise EstimatorError("the network of a proxy has no other shape: leave out --shape")
        if self.embedding and self.head != PROXY:
            raise EstimatorError(
                "only a proxy learns an embedding, and a head hears of it through --proxy and --spectral: leave out "
                "--embedding, or ask for --head proxy"
            )
        if self.embedding and self.live:
            raise EstimatorError(
                "an embedding is read from datasets that were made with it: leave out --embedding, or give --data"
            )
        if self.head == PROXY and self.start:
            raise EstimatorError("a proxy begins with random weights: leave out --start")
        if self.head == PROXY and (self.spectral or self.proxy):
            raise EstimatorError("a proxy is trained on sounds alone: leave out --proxy and --spectral")
        if self.regular and self.head != "flow":
            raise EstimatorError(
                f"only a flow says values beyond their ranges, {self.head} never does: leave out --regular"
            )
        if self.spectral and not self.proxy:
            raise EstimatorError(
                "a spectral loss needs a proxy, which says how a patch would sound: make one of the same rows with "
                "`patchpilot train --head proxy`, and give its file with --proxy"
            )
        if self.proxy and not self.spectral:
            raise EstimatorError(
                "a proxy without a weight changes nothing: give one with --spectral, say 0.1"
            )

    @property
    def network(self) -> NetworkConfig:
        """Sizes of the network; of a proxy they say nothing."""
        head = "flow" if self.head == PROXY else self.head
        sized = NetworkConfig.sized(self.size, head=head, encoder=self.encoder, frozen=self.frozen)
        return sized.shaped(self.shape)

    def differences(self, other: TrainConfig) -> list[str]:
        """What differs from the recipe of a folder, a phrase each; the device does not count."""
        return [
            f"{_said(field.name)} here {_short(mine)}, there {_short(theirs)}"
            for field in dataclasses.fields(self)
            if field.name != "device"
            and (mine := getattr(self, field.name)) != (theirs := getattr(other, field.name))
        ]

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it. What is new in the recipe is left out where it changes nothing."""
        said = {**dataclasses.asdict(self), "effects": list(self.effects)}
        return {name: value for name, value in said.items() if value or name not in _NEW}

    @classmethod
    def from_json(cls, data: Json) -> TrainConfig:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing, unknown or out of its range.
        """
        try:
            frozen = Frozen(**data["frozen"]) if "frozen" in data else None
            return cls(**{**data, "effects": tuple(data["effects"]), "frozen": frozen})
        except (KeyError, TypeError) as error:
            raise EstimatorError(f"the recipe of a training is damaged: {error}") from None


def _said(name: str) -> str:
    return _SAID.get(name, name.replace("_", " "))


def _short(value: object) -> str:
    """A value as it is told."""
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value) or "none"
