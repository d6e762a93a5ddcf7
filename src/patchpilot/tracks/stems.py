"""Stems of a mix, by Demucs (Défossez, 2021, "Hybrid spectrogram and waveform source separation") from a local folder.

Its weights are not ours to hand out, and nothing is fetched. Only safetensors are read: Demucs' older .th files are
pickles, which run whatever program they hold. Tested with random weights: it runs, and gives stems of the right names
and length; how clean those of trained weights are is Demucs' to say.
"""

from __future__ import annotations

import importlib
import json
import os
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import Audio, fold_to_stereo, resample
from patchpilot.errors import PluginError

FOLDER = "PATCHPILOT_DEMUCS"
"""Environment variable that names the folder of the weights."""
_PACKAGES = ("torch", "demucs", "safetensors")
_CLASSES = ("demucs.htdemucs.HTDemucs", "demucs.hdemucs.HDemucs", "demucs.demucs.Demucs")


class Separator:
    """Takes a mix apart; about four times as long as the sound lasts, on a core.

    Args:
        folder: with NAME.yaml, which lists `models`, and a file SIGNATURE.safetensors for each, as Demucs' authors
            publish them; by default the one that the environment variable PATCHPILOT_DEMUCS names.

    Raises:
        PluginError: Demucs or the folder is missing.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        missing = [package for package in _PACKAGES if find_spec(package) is None]
        if missing:
            raise PluginError(
                f"taking a mix apart needs {' and '.join(missing)}: pip install 'demucs>=4.1' 'patchpilot[train]'. "
                "Or export the stems, and name their folder with --stems."
            )
        named = folder if folder is not None else os.environ.get(FOLDER)
        if not named or not Path(named).is_dir():
            raise PluginError(
                f"taking a mix apart needs weights of Demucs: put NAME.yaml and its .safetensors files into a folder, "
                f"and name it with --demucs or in the environment variable {FOLDER}"
                + (f"; there is no folder {named}" if named else "")
            )
        self._folder = Path(named)

    @property
    def names(self) -> tuple[str, ...]:
        """What it makes stems of: usually drums, bass, other, vocals; raises `PluginError`."""
        return tuple(self._model.sources)

    def __call__(self, mix: Audio) -> dict[str, Audio]:
        """The stems by their names, as long as the mix and at its rate, in two channels.

        Raises:
            PluginError: the network cannot be loaded.
        """
        torch: Any = importlib.import_module("torch")
        model = self._model
        apply: Any = importlib.import_module("demucs.apply")
        heard = resample(fold_to_stereo(mix), model.samplerate).samples
        heard = np.ascontiguousarray(np.broadcast_to(heard, (2, heard.shape[1])))
        middle, spread = float(heard.mean()), max(float(heard.std()), 1e-6)
        with torch.no_grad():
            batch = torch.from_numpy((heard - middle) / spread)[None]
            parts = apply.apply_model(model, batch, shifts=0, split=True, overlap=0.25, progress=False)[0]
        stems = parts.numpy() * spread + middle / len(model.sources)
        found = {}
        for name, samples in zip(model.sources, stems, strict=True):
            there = resample(Audio(samples.astype(np.float32), model.samplerate), mix.sample_rate).samples
            fitted = np.pad(there, ((0, 0), (0, max(0, len(mix) - there.shape[1]))))[:, : len(mix)]
            found[str(name)] = Audio(fitted, mix.sample_rate)
        return found

    @cached_property
    def _model(self) -> Any:
        pages = sorted(self._folder.glob("*.yaml"))
        if len(pages) != 1:
            raise PluginError(
                f"{self._folder}: expected one NAME.yaml of a Demucs model with its .safetensors, got {len(pages)}"
            )
        try:
            yaml: Any = importlib.import_module("yaml")
            apply: Any = importlib.import_module("demucs.apply")
            said = yaml.safe_load(pages[0].read_text(encoding="utf-8"))
            models = [_network(self._folder / f"{name}.safetensors") for name in said["models"]]
            return apply.BagOfModels(models, said.get("weights"), said.get("segment")).eval()
        except PluginError:
            raise
        except Exception as error:  # a stranger's package and files may raise anything
            raise PluginError(
                f"{self._folder}: the Demucs network cannot be loaded: {str(error)[:200]}; fetch its files again"
            ) from error


def _network(path: Path) -> Any:
    """A network of its file, which may name only Demucs' own classes."""
    if not path.is_file():
        raise PluginError(
            f"expected {path}, which is missing. Fetch it as .safetensors; pickles (.th) are not read, "
            "since they run whatever program they hold."
        )
    opened: Any = importlib.import_module("safetensors").safe_open(str(path), framework="pt")
    with opened as file:
        about = file.metadata() or {}
        state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no mapping)
    if about.get("klass") not in _CLASSES or "structure" in about:
        raise PluginError(
            f"{path}: expected an unquantised network of {', '.join(_CLASSES)}, got {about.get('klass')!r}"
        )
    decode: Any = importlib.import_module("demucs.hf")._decode_json
    states: Any = importlib.import_module("demucs.states")
    module, name = about["klass"].rsplit(".", 1)
    made = {key: decode(json.loads(about[key])) for key in ("args", "kwargs")}
    return states.load_model(
        {"klass": getattr(importlib.import_module(module), name), **made, "state": state}
    )
