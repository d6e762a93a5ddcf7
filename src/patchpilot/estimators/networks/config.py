"""What a network is made of; no PyTorch is needed to read it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from patchpilot.audio import front_end
from patchpilot.errors import EstimatorError
from patchpilot.space.canonical import Json

HEADS = ("flow", "regression", "mixture")
ENCODERS = ("resnet", "ast")
"""Those that hear the picture of `audio.front_end`."""
SHAPE = ("encoder_width", "encoder_depth", "width", "depth", "attention_heads", "components")
"""Sizes that can be said one by one."""
FROZEN = "frozen"
"""The encoder that hears with a network from a local folder, which is not trained."""


@dataclass(frozen=True)
class Frozen:
    """A network that hears in place of the picture, as it is (`retrieval.local`); what follows it is trained.

    Attributes:
        name: of its folder.
        version: with a digest of all that decides its numbers.
        size: numbers that it says at a time.
        frames: times.
    """

    name: str
    version: str
    size: int
    frames: int

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not isinstance(self.version, str):
            raise EstimatorError(f"expected name and version of a frozen network, got {self}")

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of a network.

    Attributes:
        head: "flow" (conditional flow matching), "regression" (mean squared error and cross-entropy) or "mixture"
            (mixture density).
        encoder: "resnet" (ResNet-18), "ast" (audio spectrogram transformer), or "frozen" (a transformer over what a
            frozen network hears).
        encoder_width: channels of ResNet's first stage, each later one has twice as many; width of a transformer.
        encoder_depth: blocks in each of ResNet's four stages (2 is ResNet-18); layers of a transformer.
        width: of a parameter's token and of what is remembered of a sound; a multiple of `attention_heads`.
        depth: layers of the decoder.
        attention_heads: of the decoder and of a transformer.
        components: of a mixture.
        frozen: the frozen network; None for the other encoders.
    """

    head: Literal["flow", "regression", "mixture"] = "flow"
    encoder: Literal["resnet", "ast", "frozen"] = "resnet"
    encoder_width: int = 32
    encoder_depth: int = 2
    width: int = 128
    depth: int = 4
    attention_heads: int = 4
    components: int = 8
    frozen: Frozen | None = None

    def __post_init__(self) -> None:
        if self.head not in HEADS or self.encoder not in (*ENCODERS, FROZEN):
            raise EstimatorError(
                f"expected a head of {', '.join(HEADS)} and an encoder of {', '.join((*ENCODERS, FROZEN))}, "
                f"got {self.head!r} and {self.encoder!r}"
            )
        if (self.encoder == FROZEN) != (self.frozen is not None):
            raise EstimatorError(
                f"expected a frozen network with the encoder {FROZEN} only, got {self.frozen} with {self.encoder}"
            )
        sizes = [getattr(self, field.name) for field in dataclasses.fields(self)[2:-1]]
        sizes += [self.frozen.size, self.frozen.frames] if self.frozen else []
        if any(not isinstance(size, int) or not 1 <= size <= 8192 for size in sizes):
            raise EstimatorError(f"expected the sizes of a network from 1 to 8192, got {sizes}")
        if self.width % self.attention_heads or self.encoder_width % self.attention_heads:
            raise EstimatorError(
                f"expected widths that {self.attention_heads} heads divide, got {self.width} and {self.encoder_width}"
            )

    @property
    def sound_shape(self) -> tuple[int, int, int]:
        """Of what it hears, (channels, features, times): a picture's, or (1, size, frames) of a frozen network."""
        return front_end.SHAPE if self.frozen is None else (1, self.frozen.size, self.frozen.frames)

    @classmethod
    def sized(
        cls, size: str, *, head: str = "flow", encoder: str = "resnet", frozen: Frozen | None = None
    ) -> NetworkConfig:
        """A network of a named size: "tiny" for tests, "small", which ships, or "base", for a GPU.

        Raises:
            EstimatorError: there is no such size, head or encoder, or a frozen network with an encoder that has none.
        """
        encoders = (*ENCODERS, FROZEN)
        if size not in SIZES or encoder not in encoders:
            raise EstimatorError(
                f"expected a size of {', '.join(SIZES)} and an encoder of {', '.join(encoders)}, "
                f"got {size!r} and {encoder!r}"
            )
        sizes = SIZES[size]
        return cls(
            head=head,  # type: ignore[arg-type]  # checked above all
            encoder=encoder,  # type: ignore[arg-type]
            frozen=frozen,
            **sizes["decoder"],
            **sizes[encoder],
        )

    def shaped(self, shape: str) -> NetworkConfig:
        """The same with some other sizes.

        Args:
            shape: their names and values, as "encoder_width=24,depth=3"; "" for none.

        Raises:
            EstimatorError: a name is unknown, a value is no whole number or out of its range, or widths do not fit.
        """
        words = [word.partition("=") for word in shape.split(",")] if shape else []
        made = {name.strip(): value.strip() for name, _, value in words}
        if wrong := [name for name, value in made.items() if name not in SHAPE or not value.isdecimal()]:
            raise EstimatorError(
                f"expected a shape of {', '.join(SHAPE)} with whole numbers, as depth=3,width=96, got {wrong[0]!r} in "
                f"{shape!r}"
            )
        sizes: dict[str, Any] = {name: int(value) for name, value in made.items()}
        return dataclasses.replace(self, **sizes)

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it."""
        said = dataclasses.asdict(self)
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def from_json(cls, data: Json) -> NetworkConfig:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing, unknown or out of its range.
        """
        try:
            frozen = Frozen(**data["frozen"]) if "frozen" in data else None
            return cls(**{**data, "frozen": frozen})
        except TypeError as error:
            raise EstimatorError(
                f"the network's sizes are damaged, or of a newer version of Patch Pilot, then update it: {error}"
            ) from None


SIZES: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "tiny": {
        "decoder": {"width": 32, "depth": 1, "attention_heads": 2, "components": 3},
        "resnet": {"encoder_width": 4, "encoder_depth": 1},
        "ast": {"encoder_width": 32, "encoder_depth": 1},
        "frozen": {"encoder_width": 32, "encoder_depth": 1},
    },
    "small": {
        "decoder": {"width": 128, "depth": 4, "attention_heads": 4, "components": 8},
        "resnet": {"encoder_width": 32, "encoder_depth": 2},
        "ast": {"encoder_width": 128, "encoder_depth": 6},
        "frozen": {"encoder_width": 128, "encoder_depth": 2},
    },
    "base": {
        "decoder": {"width": 384, "depth": 8, "attention_heads": 8, "components": 16},
        "resnet": {"encoder_width": 64, "encoder_depth": 2},
        "ast": {"encoder_width": 384, "encoder_depth": 12},
        "frozen": {"encoder_width": 384, "encoder_depth": 4},
    },
}
"""Named sizes: of the decoder, and of each encoder."""
