"""What a network is made of; no PyTorch is needed to read it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from patchpilot.errors import EstimatorError
from patchpilot.space.canonical import Json

HEADS = ("flow", "regression", "mixture")
ENCODERS = ("resnet", "ast")


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of a network.

    Attributes:
        head: "flow" (conditional flow matching), "regression" (mean squared error and cross-entropy) or "mixture"
            (mixture density).
        encoder: "resnet" (ResNet-18) or "ast" (audio spectrogram transformer).
        encoder_width: channels of ResNet's first stage, each later one has twice as many; width of the transformer.
        encoder_depth: blocks in each of ResNet's four stages (2 is ResNet-18); layers of the transformer.
        width: of a parameter's token and of what is remembered of a sound; a multiple of `attention_heads`.
        depth: layers of the decoder.
        attention_heads: of the decoder and of the transformer.
        components: of a mixture.
    """

    head: Literal["flow", "regression", "mixture"] = "flow"
    encoder: Literal["resnet", "ast"] = "resnet"
    encoder_width: int = 32
    encoder_depth: int = 2
    width: int = 128
    depth: int = 4
    attention_heads: int = 4
    components: int = 8

    def __post_init__(self) -> None:
        if self.head not in HEADS or self.encoder not in ENCODERS:
            raise EstimatorError(
                f"expected a head of {', '.join(HEADS)} and an encoder of {', '.join(ENCODERS)}, "
                f"got {self.head!r} and {self.encoder!r}"
            )
        sizes = [getattr(self, field.name) for field in dataclasses.fields(self)[2:]]
        if any(not isinstance(size, int) or not 1 <= size <= 8192 for size in sizes):
            raise EstimatorError(f"expected the sizes of a network from 1 to 8192, got {sizes}")
        if self.width % self.attention_heads or self.encoder_width % self.attention_heads:
            raise EstimatorError(
                f"expected widths that {self.attention_heads} heads divide, got {self.width} and {self.encoder_width}"
            )

    @classmethod
    def sized(cls, size: str, *, head: str = "flow", encoder: str = "resnet") -> NetworkConfig:
        """A network of a named size: "tiny" for tests, "small", which ships, or "base", for a GPU.

        Raises:
            EstimatorError: there is no such size, head or encoder.
        """
        if size not in SIZES or encoder not in ENCODERS:
            raise EstimatorError(
                f"expected a size of {', '.join(SIZES)} and an encoder of {', '.join(ENCODERS)}, "
                f"got {size!r} and {encoder!r}"
            )
        sizes = SIZES[size]
        return cls(
            head=head,  # type: ignore[arg-type]  # checked above all
            encoder=encoder,  # type: ignore[arg-type]
            **sizes["decoder"],
            **sizes[encoder],
        )

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> NetworkConfig:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing, unknown or out of its range.
        """
        try:
            return cls(**data)
        except TypeError as error:
            raise EstimatorError(f"the network's sizes are damaged or of a newer version: {error}") from None


SIZES: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "tiny": {
        "decoder": {"width": 32, "depth": 1, "attention_heads": 2, "components": 3},
        "resnet": {"encoder_width": 4, "encoder_depth": 1},
        "ast": {"encoder_width": 32, "encoder_depth": 1},
    },
    "small": {
        "decoder": {"width": 128, "depth": 4, "attention_heads": 4, "components": 8},
        "resnet": {"encoder_width": 32, "encoder_depth": 2},
        "ast": {"encoder_width": 128, "encoder_depth": 6},
    },
    "base": {
        "decoder": {"width": 384, "depth": 8, "attention_heads": 8, "components": 16},
        "resnet": {"encoder_width": 64, "encoder_depth": 2},
        "ast": {"encoder_width": 384, "encoder_depth": 12},
    },
}
"""Named sizes: of the decoder, and of each encoder."""
