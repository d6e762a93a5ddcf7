"""Any network as an embedding: a folder with its files and `embedding.json`, a description of what it hears.

OpenL3, PANNs, or one of your own: put it into a folder, describe its front end (`retrieval.description`), and name
the folder wherever an embedding's name goes. Nothing is downloaded, and no code of the folder is run.

    patchpilot library build --embedding ./openl3

A library remembers the embedding's name only. So that `match` finds it again, keep the folder under its name in
the embeddings folder (`user_folder`).
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from patchpilot import registry
from patchpilot.audio import F32, Audio
from patchpilot.errors import PluginError
from patchpilot.retrieval.description import FILE, read
from patchpilot.retrieval.local_inputs import network_input

_TRANSFORMERS = ("config.json", "preprocessor_config.json", "model.safetensors")


def user_folder() -> Path:
    """Where the user's embeddings are kept, a folder each; the environment may name another (PATCHPILOT_EMBEDDINGS)."""
    named = os.environ.get("PATCHPILOT_EMBEDDINGS")
    return Path(named) if named else platformdirs.user_data_path("patchpilot") / "embeddings"


def local_names() -> list[str]:
    """Names of the folders in the user's embeddings folder, sorted; those of registered embeddings are not used."""
    return sorted(path.parent.name for path in user_folder().glob(f"*/{FILE}"))


def folder_of(name: str) -> Path | None:
    """The folder that a name stands for; None for a registered embedding, and where there is none.

    Args:
        name: a path ("./openl3", or a folder with an `embedding.json`), or the name of a folder in `user_folder()`.
    """
    path = Path(name).expanduser()
    if any(mark in name for mark in ("/", os.sep, "~")) or path.is_absolute():
        return path
    if name in registry.names("embeddings"):
        return None
    return next(
        (folder for folder in (path, user_folder() / name) if name and (folder / FILE).is_file()), None
    )


def is_found(name: str) -> bool:
    """Whether an embedding of that name is registered, or in the user's embeddings folder."""
    return name in registry.names("embeddings") or (user_folder() / name / FILE).is_file()


class LocalEmbedding:
    """An embedding from a folder.

    Args:
        folder: with `embedding.json` and the network that it describes.

    Raises:
        PluginError: the folder, its description or a file is missing or damaged, or an optional package is.

    Attributes:
        name: as the description says.
        version: the description's, and a digest of all that decides the numbers.
        size: likewise.
        scale: likewise.
        description: the whole of it.
        folder: that it was read from.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.description = read(self.folder)
        said = self.description
        if said.runtime == "transformers":
            missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
            if missing:
                raise PluginError(
                    f"the embedding {said.name!r} needs {' and '.join(missing)}: pip install 'patchpilot[clap]'"
                )
        self.name, self.size, self.scale = said.name, said.size, said.scale
        self.version = f"{said.version}-{self._digest()[:16]}"

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        """The network's vector, float32 (size,).

        Raises:
            PluginError: the network cannot be loaded, does not take what the description says, or gives another size.
        """
        heard = network_input(self.description.input, audio, pitch=pitch, hold_s=hold_s)
        vector = np.asarray(self.of_input(heard).mean(axis=0), np.float32)
        return _unit(vector) if self.description.unit else vector

    def of_input(self, heard: F32) -> F32:
        """What the network says of its input (`local_inputs`), before windows are averaged: float32 (windows, size).

        Raises:
            PluginError: as above.
        """
        said = self.description
        axis = 0 if said.input.kind == "front_end" else said.input.axes.find("b")
        n = heard.shape[axis] if axis >= 0 else 1
        try:
            if said.runtime == "onnx":
                given = self._session().run(
                    [said.output] if said.output else None, {self._input_name(): heard}
                )[0]
            else:
                given = self._transformed(heard)
        except PluginError:
            raise
        except Exception as error:  # a stranger's network may raise anything
            raise PluginError(
                f"{self.folder}: the network does not take the input that {FILE} describes, "
                f"{said.input.kind} as {heard.shape}: {str(error)[:300]}"
            ) from error
        vectors = np.asarray(given, np.float32)
        if vectors.ndim == 0 or vectors.shape[-1] != said.size or vectors.size % (n * said.size):
            raise PluginError(
                f"{self.folder}: expected {n} vectors of {said.size} numbers as {FILE} says, got an output of "
                f"shape {vectors.shape}; is another output meant, or another size?"
            )
        return np.asarray(vectors.reshape(n, -1, said.size).mean(axis=1))

    def _digest(self) -> str:
        """Of the description's input and every file; those that it gives digests of are compared."""
        said = self.description
        digest = hashlib.sha256(repr((said.runtime, said.output, said.input, said.unit)).encode())
        files: Sequence[str] = (said.file,) if said.runtime == "onnx" else _TRANSFORMERS
        for name in (*files, *sorted(set(said.digests) - set(files))):
            data = self._read(name)
            found = hashlib.sha256(data).hexdigest()
            if said.digests.get(name, found) != found:
                raise PluginError(
                    f"{self.folder / name} is not the file that {FILE} was written for: expected sha256 "
                    f"{said.digests[name][:12]}…, got {found[:12]}…; it is damaged or was replaced. "
                    "Fetch or train it again"
                )
            digest.update(found.encode())
        return digest.hexdigest()

    def _read(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise PluginError(
                f"{self.folder}: {FILE} asks for {name}: {error.strerror or error}; put the file there"
            ) from None

    def _session(self) -> Any:
        return _session(str(self.folder / self.description.file), self.version)

    def _input_name(self) -> str:
        names = [given.name for given in self._session().get_inputs()]
        if len(names) != 1:
            raise PluginError(
                f"{self.folder}: expected a network with one input, got {len(names)}: {', '.join(names)}"
            )
        return str(names[0])

    def _transformed(self, windows: F32) -> Any:
        """Outputs of a network of the transformers library, for windows of samples (windows, samples)."""
        torch: Any = importlib.import_module("torch")
        model, extractor = _network(self.folder, self.version)
        rows = list(windows.reshape(-1, windows.shape[-1]))
        inputs = extractor(rows, sampling_rate=self.description.input.sample_rate, return_tensors="pt")
        with torch.inference_mode():
            outputs = model(**inputs)
        name = self.description.output or "pooler_output"
        found = outputs.get(name) if hasattr(outputs, "get") else None
        if found is None:
            there = ", ".join(key for key, value in outputs.items() if hasattr(value, "shape"))
            raise PluginError(f"{self.folder}: the network has no output {name!r}; there are: {there}")
        return found.numpy()


def _unit(vectors: F32) -> F32:
    """Vectors (…, size) of Euclidean length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


@lru_cache(maxsize=4)
def _session(file: str, version: str) -> Any:  # noqa: ARG001 (another version is another network)
    """An ONNX network, kept for the next sound; one thread, so that equal sounds give equal numbers.

    Raises:
        PluginError: ONNX Runtime is missing, or the file is no network.
    """
    try:
        ort: Any = importlib.import_module("onnxruntime")
    except ImportError as error:
        raise PluginError(f"networks need ONNX Runtime ({error}): pip install onnxruntime") from None
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # of many kinds, none of them public
        raise PluginError(
            f"{file} is no network that ONNX Runtime can read ({str(error)[:200]}); it is damaged or cut off"
        ) from None


@lru_cache(maxsize=1)
def _network(folder: Path, version: str) -> tuple[Any, Any]:  # noqa: ARG001
    """A network of the transformers library and what makes its input; code in the folder is not run.

    Raises:
        PluginError: it cannot be loaded.
    """
    try:
        transformers: Any = importlib.import_module("transformers")
        importlib.import_module("transformers.utils.logging").disable_progress_bar()
        model = transformers.AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
        )
        extractor = transformers.AutoFeatureExtractor.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # a stranger's package and files may raise anything
        raise PluginError(
            f"{folder}: the network cannot be loaded: {str(error)[:200]}; fetch its files again"
        ) from error
    return model.eval().requires_grad_(False), extractor
