"""What can be stored about each row beside its audio, or instead of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from patchpilot import registry
from patchpilot.audio import F32, Audio, front_end, mel_power, power_to_db
from patchpilot.errors import ParameterError
from patchpilot.retrieval.embedding import Embedding
from patchpilot.retrieval.library import embedding_of
from patchpilot.retrieval.local import LocalEmbedding, local_names

LOGMEL = "logmel"
N_FFT, HOP, N_MELS = 2048, 512, 128


class Features:
    """Computes the named features of a sound.

    Args:
        names: "logmel", "front_end", or names of embeddings: registered ones ("spectral", "clap") or folders in
            the user's embeddings folder (`retrieval.local`).

    Attributes:
        versions: names and versions of those that are folders: the same name may be another network elsewhere.

    Raises:
        ParameterError: a name is unknown.
        PluginError: what an embedding needs is missing.
    """

    def __init__(self, names: Sequence[str]) -> None:
        known = list(dict.fromkeys([LOGMEL, front_end.NAME, *registry.names("embeddings"), *local_names()]))
        if unknown := sorted(set(names) - set(known)):
            raise ParameterError(f"no feature {unknown[0]!r}; there are: {', '.join(known)}")
        self.names = tuple(sorted(set(names)))
        self._embeddings: dict[str, Embedding] = {
            name: embedding_of(name) for name in self.names if name not in (LOGMEL, front_end.NAME)
        }
        self.versions = tuple(
            (name, embedding.version)
            for name, embedding in self._embeddings.items()
            if isinstance(embedding, LocalEmbedding)
        )

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> Mapping[str, F32]:
        """Each feature of a sound, as float32.

        "logmel" is (128, frames), "front_end" (4, 96, 64) (`audio.front_end`), an embedding (size,), and a folder's
        whose description names frames (1, size, frames) (`retrieval.local_frames`).
        """
        found: dict[str, F32] = {
            name: np.asarray(_said(embedding)(audio, pitch=pitch, hold_s=hold_s), np.float32)
            for name, embedding in self._embeddings.items()
        }
        if LOGMEL in self.names:
            found[LOGMEL] = logmel(audio)
        if front_end.NAME in self.names:
            found[front_end.NAME] = front_end.front_end(audio, pitch=pitch)
        return found


def _said(embedding: Embedding) -> Callable[..., F32]:
    """What is stored of an embedding: one vector, or what it hears over time."""
    if isinstance(embedding, LocalEmbedding) and embedding.description.frames:
        return embedding.picture
    return embedding


def logmel(audio: Audio) -> F32:
    """Log-mel spectrogram of the mono mix, float32 (128, frames): dB re full scale, 80 dB down from the loudest.

    Windows of 2048 samples every 512, at the audio's own rate.
    """
    power = mel_power(audio.mono(), audio.sample_rate, n_fft=N_FFT, hop=HOP, n_mels=N_MELS)
    return np.ascontiguousarray(power_to_db(power).T)
