"""Sizes of a proxy, as data; no PyTorch is needed to read them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from patchpilot.errors import EstimatorError
from patchpilot.space.canonical import Json


@dataclass(frozen=True)
class ProxyConfig:
    """Sizes of a proxy.

    Attributes:
        hidden: width of the network of all tokens.
        depth: its layers.
        width: of the temporal convolutional network.
        dilations: of its layers, in spans of time.
        events: points in time that a patch may name: an attack's end, the key's release.
        spectra: how many spectra of a patch move with its note.
        waves: sines and cosines by which each continuous token is also seen.
        embedding: that it says too, beside the picture; "" for none.
        embedding_version: of that one's network, where it is a folder.
        embedding_size: numbers of it; 0 for none.
    """

    hidden: int = 384
    depth: int = 3
    width: int = 96
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2)
    events: int = 16
    spectra: int = 4
    waves: int = 4
    embedding: str = ""
    embedding_version: str = ""
    embedding_size: int = 0

    def __post_init__(self) -> None:
        sizes = [self.hidden, self.depth, self.width, *self.dilations, self.events, self.spectra]
        if self.embedding:
            sizes.append(self.embedding_size)
        if any(not isinstance(size, int) or not 1 <= size <= 4096 for size in sizes) or self.waves < 0:
            raise EstimatorError(f"expected the sizes of a proxy from 1 to 4096, got {self}")

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it. What is said of an embedding is left out where there is none."""
        said = dataclasses.asdict(self)
        return {name: value for name, value in said.items() if value or not name.startswith("embedding")}

    @classmethod
    def from_json(cls, data: Json) -> ProxyConfig:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is unknown or of another kind.
        """
        try:
            return cls(**{**data, "dilations": tuple(data["dilations"])})
        except (KeyError, TypeError) as error:
            raise EstimatorError(f"the sizes of a proxy are damaged: {error!r}") from None
