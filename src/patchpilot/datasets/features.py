"""What can be stored about each row beside its audio, or instead of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from patchpilot import registry
from patchpilot.audio import F32, Audio, mel_power, power_to_db
from patchpilot.errors import ParameterError
from patchpilot.retrieval.embedding import Embedding
from patchpilot.retrieval.library import embedding_of

LOGMEL = "logmel"
N_FFT, HOP, N_MELS = 2048, 512, 128


class Features:
    """Computes the named features of a sound.

    Args:
        names: "logmel", or names of registered embeddings ("spectral", "clap").

    Raises:
        ParameterError: a name is unknown.
        PluginError: what an embedding needs is missing.
    """

    def __init__(self, names: Sequence[str]) -> None:
        known = [LOGMEL, *registry.names("embeddings")]
        if unknown := sorted(set(names) - set(known)):
            raise ParameterError(f"no feature {unknown[0]!r}; there are: {', '.join(known)}")
        self.names = tuple(sorted(set(names)))
        self._embeddings: dict[str, Embedding] = {
            name: embedding_of(name) for name in self.names if name != LOGMEL
        }

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> Mapping[str, F32]:
        """Each feature of a sound: "logmel" as float32 (128, frames), an embedding as float32 (size,)."""
        found: dict[str, F32] = {
            name: np.asarray(embedding(audio, pitch=pitch, hold_s=hold_s), np.float32)
            for name, embedding in self._embeddings.items()
        }
        return found | ({LOGMEL: logmel(audio)} if LOGMEL in self.names else {})


def logmel(audio: Audio) -> F32:
    """Log-mel spectrogram of the mono mix, float32 (128, frames): dB re full scale, 80 dB down from the loudest.

    Windows of 2048 samples every 512, at the audio's own rate.
    """
    power = mel_power(audio.mono(), audio.sample_rate, n_fft=N_FFT, hop=HOP, n_mels=N_MELS)
    return np.ascontiguousarray(power_to_db(power).T)
