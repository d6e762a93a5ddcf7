"""CLAP as an embedding: a network that was trained on recordings and their descriptions (Wu et al., ICASSP 2023).

Its weights are not ours to hand out, so they are read from a folder of the user's, in the format of the
transformers library and from safetensors only. Tested with random weights: it runs, and gives the same numbers
twice. No trained weights were at hand, so how well it finds patches is not known; the built-in "spectral" is the
better choice until somebody has measured it.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import F32, Audio, peak, resample
from patchpilot.errors import PluginError

FOLDER = "PATCHPILOT_CLAP"
"""Environment variable that names the folder of the weights."""
_FILES = ("config.json", "preprocessor_config.json", "model.safetensors")
_SAMPLE_RATE = 48000
_LONGEST_S = 10.0
"""The network hears so much; of more it would take a random part."""


class Clap:
    """Unit vectors of a CLAP network, about 4 s of computing for each sound; pitch and hold are not used.

    Args:
        folder: with config.json, preprocessor_config.json and model.safetensors; by default the one that the
            environment variable PATCHPILOT_CLAP names.

    Raises:
        PluginError: the optional packages or the folder are missing, or it holds another network.
    """

    name = "clap"
    scale = 0.25
    """Elements of a unit vector of 512 are about 0.04; the largest seldom reach this."""

    def __init__(self, folder: Path | str | None = None) -> None:
        missing = [package for package in ("torch", "transformers") if find_spec(package) is None]
        if missing:
            raise PluginError(
                f"the embedding 'clap' needs {' and '.join(missing)}: pip install 'patchpilot[clap]'"
            )
        named = folder if folder is not None else os.environ.get(FOLDER)
        if not named:
            raise PluginError(
                f"the embedding 'clap' needs weights: put {', '.join(_FILES)} of a CLAP network into a folder, "
                f"and name it in the environment variable {FOLDER}"
            )
        self._folder = Path(named)
        digest, config = hashlib.sha256(), b""
        for name in _FILES:
            data = self._read(name)
            digest.update(len(data).to_bytes(8, "little") + data)
            config = data if name == "config.json" else config
        self.version = f"1-{digest.hexdigest()[:16]}"
        self.size = self._size(config)

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
        """The network's audio embedding, float32 (size,), of Euclidean length 1.

        Raises:
            PluginError: the network cannot be loaded.
        """
        model, extractor = self._network
        heard = resample(audio, _SAMPLE_RATE).mono()[: round(_LONGEST_S * _SAMPLE_RATE)]
        heard = heard / max(peak(Audio(heard, _SAMPLE_RATE)), 1e-9)
        inputs = extractor(heard, sampling_rate=_SAMPLE_RATE, return_tensors="pt")
        vector = model.get_audio_features(**inputs).pooler_output[0].numpy()
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)

    @cached_property
    def _network(self) -> tuple[Any, Any]:
        """The model and what makes its input."""
        try:
            transformers: Any = importlib.import_module("transformers")
            importlib.import_module("transformers.utils.logging").disable_progress_bar()
            model = transformers.ClapModel.from_pretrained(
                self._folder, local_files_only=True, use_safetensors=True
            )
            extractor = transformers.ClapFeatureExtractor.from_pretrained(
                self._folder, local_files_only=True, truncation="rand_trunc"
            )
        except Exception as error:  # a stranger's package and files may raise anything
            raise PluginError(
                f"{self._folder}: the CLAP network cannot be loaded: {str(error)[:200]}; fetch its files again"
            ) from error
        return model.eval().requires_grad_(False), extractor

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise PluginError(
                f"{self._folder}: expected the folder of a CLAP network with {', '.join(_FILES)}; {name}: "
                f"{error.strerror or error}"
            ) from None

    def _size(self, config: bytes) -> int:
        """Length of the vectors, if the network is one that can be used."""
        try:
            said = json.loads(config)
            size, fused = int(said["projection_dim"]), bool(said["audio_config"].get("enable_fusion"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise PluginError(
                f"{self._folder}/config.json is not that of a CLAP network: expected projection_dim and "
                "audio_config"
            ) from None
        if fused:
            raise PluginError(
                f"{self._folder} holds a CLAP network with fusion: expected one without ('unfused')"
            )
        return size
