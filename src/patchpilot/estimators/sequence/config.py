"""What a sequence network is made of; no PyTorch is needed to read it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Literal

from patchpilot.errors import EstimatorError
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.space.canonical import Json

GEOMETRIES = ("poincare", "euclidean")
_ENCODER = NetworkConfig(encoder_width=12, encoder_depth=1, width=64)


@dataclass(frozen=True)
class SequenceConfig:
    """Names and sizes.

    Attributes:
        modules: names of all that may be in a chain, each at most once.
        geometry: of the space that prefixes and modules lie in: "poincare" or "euclidean". Both have the same number
            of parameters.
        dim: dimensions of that space.
        encoder: sizes of the encoder, and of the decoder's layers (`width`, `attention_heads`).
    """

    modules: tuple[str, ...]
    geometry: Literal["poincare", "euclidean"] = "poincare"
    dim: int = 16
    encoder: NetworkConfig = field(default=_ENCODER)

    def __post_init__(self) -> None:
        if self.geometry not in GEOMETRIES:
            raise EstimatorError(f"expected a geometry of {', '.join(GEOMETRIES)}, got {self.geometry!r}")
        if not self.modules or len(set(self.modules)) < len(self.modules):
            raise EstimatorError(f"expected modules, each once, got {', '.join(self.modules) or 'none'}")
        if not isinstance(self.dim, int) or not 1 <= self.dim <= 1024:
            raise EstimatorError(f"expected 1 to 1024 dimensions, got {self.dim!r}")

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it."""
        return {**dataclasses.asdict(self), "encoder": self.encoder.to_json(), "modules": list(self.modules)}

    @classmethod
    def from_json(cls, data: Json) -> SequenceConfig:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing, unknown or out of its range.
        """
        try:
            encoder, modules = NetworkConfig.from_json(data["encoder"]), tuple(data["modules"])
            return cls(**{**data, "encoder": encoder, "modules": modules})
        except (KeyError, TypeError) as error:
            raise EstimatorError(f"the sequence network's sizes are damaged: {error!r}") from None
