"""What an encoder is given of a sound: the picture of `audio.front_end`, or what a frozen local network hears.

    hears = hearing(NetworkConfig.sized("small"))
    sound = hears(audio, pitch=60.0, hold_s=1.0)

Data are read, rendered and proposed for through the same one.
"""

from __future__ import annotations

from typing import Protocol

from patchpilot.audio import F32, Audio, front_end
from patchpilot.errors import EstimatorError, PluginError
from patchpilot.estimators.networks.config import ENCODERS, Frozen, NetworkConfig
from patchpilot.retrieval.local import LocalEmbedding, folder_of, local_names, user_folder


class Hearing(Protocol):
    """Turns sounds into what an encoder hears.

    Attributes:
        name: of the feature that datasets store it under.
        version: of a frozen network; "" for the picture.
        shape: channels, features, times.
    """

    @property
    def name(self) -> str:
        """As above."""

    @property
    def version(self) -> str:
        """As above."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """As above."""

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        """A sound, float32 `shape` in [0, 1], in steps of 1/255.

        Args:
            audio: from its note-on.
            pitch: the MIDI note it is.
            hold_s: > 0, how long the key is held.
        """


class Picture:
    """Hears the picture of `audio.front_end`."""

    name, version, shape = front_end.NAME, "", front_end.SHAPE

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
        """float32 (4, 96, 64)."""
        return front_end.front_end(audio, pitch=pitch)


PICTURE = Picture()


class FrozenHearing:
    """Hears with the network of a folder.

    Args:
        embedding: of the folder; it has frames.
    """

    def __init__(self, embedding: LocalEmbedding) -> None:
        self._embedding = embedding
        self.name, self.version, self.shape = embedding.name, embedding.version, embedding.shape

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        """float32 (1, size, frames).

        Raises:
            PluginError: the network cannot be loaded or run.
        """
        return self._embedding.picture(audio, pitch=pitch, hold_s=hold_s)


def frozen_named(name: str) -> Frozen:
    """The frozen network that `--encoder NAME` means: a folder of the user's embeddings folder.

    Raises:
        EstimatorError: there is no such folder, it is damaged, or hears nothing over time.
        PluginError: an optional package is missing.
    """
    if name not in local_names() or folder_of(name) is None:
        there = ", ".join((*ENCODERS, *local_names()))
        raise EstimatorError(
            f"no encoder {name!r}; there are: {there}. A network of your own is a folder in {user_folder()}"
        )
    return _frozen(_embedding(name))


def hearing(config: NetworkConfig) -> Hearing:
    """How a network's sounds are heard.

    Raises:
        EstimatorError: the folder of its frozen network is missing or damaged, or holds another network.
        PluginError: an optional package is missing.
    """
    wanted = config.frozen
    if wanted is None:
        return PICTURE
    if folder_of(wanted.name) is None:
        raise EstimatorError(
            f"it hears with the network {wanted}, which is not here: put its folder into {user_folder()} "
            f"as {wanted.name}, or name the folder that it is in with PATCHPILOT_EMBEDDINGS"
        )
    embedding = _embedding(wanted.name)
    found = _frozen(embedding)
    if found != wanted:
        raise EstimatorError(
            f"it hears with the network {wanted}, and {embedding.folder} holds {found}: its files or its description "
            "were changed; put back what it was trained with, or train again"
        )
    return FrozenHearing(embedding)


def _embedding(name: str) -> LocalEmbedding:
    folder = folder_of(name)
    assert folder is not None  # both callers have looked
    try:
        found = LocalEmbedding(folder)
    except PluginError as error:
        raise EstimatorError(f"the network {name}, which is to hear, cannot be used: {error}") from None
    if found.name != name:
        raise EstimatorError(
            f"{folder}: expected a network that is called {name}, as its folder, got {found.name}"
        )
    return found


def _frozen(embedding: LocalEmbedding) -> Frozen:
    if not (frames := embedding.description.frames):
        raise EstimatorError(
            f'{embedding.folder}: expected a network that hears over time; say in how many steps with "frames" in its '
            "embedding.json"
        )
    return Frozen(embedding.name, embedding.version, embedding.size, frames)
