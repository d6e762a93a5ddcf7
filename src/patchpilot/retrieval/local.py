"""Any network as an embedding: a folder with its files and `embedding.json`, a description of what it hears.

OpenL3, PANNs, or one of your own: put it into a folder, describe its front end (`retrieval.description`), and name
the folder wherever an embedding's name goes. Nothing is downloaded, and no code of the folder is run.

    patchpilot library build --embedding ./openl3

A library remembers the embedding's name only. So that `match` finds it again, keep the folder under its name in
the embeddings folder (`user_folder`). One with `frames` also hears over time, for estimators: `LocalEmbedding.picture`.
"""

from __future__ import annotations

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import platformdirs

from patchpilot import registry
from patchpilot.audio import F32, Audio
from patchpilot.errors import PluginError
from patchpilot.retrieval.description import FILE, read
from patchpilot.retrieval.local_frames import as_picture
from patchpilot.retrieval.local_inputs import network_input
from patchpilot.retrieval.local_runtimes import run_onnx, run_transformers

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
        return np.asarray(self._vectors(heard).mean(axis=1))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of a picture: (1, size, frames)."""
        return 1, self.size, self.description.frames

    def picture(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        """What the network hears over time, float32 (1, size, frames) in [0, 1] (`local_frames`).

        Args:
            audio: from its note-on.
            pitch: the MIDI note it is.
            hold_s: > 0, how long the key is held.

        Raises:
            PluginError: the description has no frames, or as above.
        """
        said = self.description
        if not said.frames:
            raise PluginError(f"{self.folder}: {FILE} names no frames, so it hears nothing over time")
        heard = network_input(said.input, audio, pitch=pitch, hold_s=hold_s)
        vectors = self._vectors(heard).reshape(-1, self.size)
        try:
            return as_picture(_unit(vectors) if said.unit else vectors, said.frames, self.scale)
        except PluginError as error:
            raise PluginError(f"{self.folder}: {error}") from None

    def _vectors(self, heard: F32) -> F32:
        """All that the network says: float32 (windows, vectors of each, size)."""
        said = self.description
        axis = 0 if said.input.kind == "front_end" else said.input.axes.find("b")
        n = heard.shape[axis] if axis >= 0 else 1
        try:
            if said.runtime == "onnx":
                given = run_onnx(self.folder / said.file, self.version, heard, said.output)
            else:
                given = run_transformers(
                    self.folder, self.version, heard, said.input.sample_rate, said.output
                )
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
        return np.asarray(vectors.reshape(n, -1, said.size))

    def _digest(self) -> str:
        """Of the description's input and every file; those that it gives digests of are compared."""
        said = self.description
        decides: tuple[object, ...] = (said.runtime, said.output, said.input, said.unit)
        decides += (said.frames, said.scale) if said.frames else ()
        digest = hashlib.sha256(repr(decides).encode())
        files: tuple[str, ...] = _TRANSFORMERS
        if said.runtime == "onnx":  # PyTorch's exporter puts large weights beside the graph
            beside = f"{said.file}.data"
            files = (said.file, beside) if (self.folder / beside).is_file() else (said.file,)
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


def _unit(vectors: F32) -> F32:
    """Vectors (…, size) of Euclidean length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
