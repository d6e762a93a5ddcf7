"""How the network of a folder is run: by ONNX Runtime, or by the transformers library. No code of the folder is run."""

from __future__ import annotations

import importlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from patchpilot.audio import F32
from patchpilot.errors import PluginError


def run_onnx(file: Path, version: str, heard: F32, output: str) -> Any:
    """An output of an ONNX network.

    Args:
        file: the graph.
        version: another one is another network.
        heard: its only input.
        output: which one; "" for the first.

    Raises:
        PluginError: ONNX Runtime is missing, or the network cannot be read or has several inputs.
    """
    session = _session(str(file), version)
    names = [given.name for given in session.get_inputs()]
    if len(names) != 1:
        raise PluginError(
            f"{file.parent}: expected a network with one input, got {len(names)}: {', '.join(names)}"
        )
    return session.run([output] if output else None, {names[0]: heard})[0]


def run_transformers(folder: Path, version: str, windows: F32, sample_rate: int, output: str) -> Any:
    """An output of a network of the transformers library.

    Args:
        folder: that the library saved it to.
        version: another one is another network.
        windows: float32 (…, samples).
        sample_rate: of them, in Hz.
        output: its name, `pooler_output` for ""; "hidden_states.6" is the sixth of those, and 0 what the first layer
            is given.

    Raises:
        PluginError: the network cannot be loaded, or has no such output.
    """
    torch: Any = importlib.import_module("torch")
    model, extractor = _network(folder, version)
    name, _, place = (output or "pooler_output").partition(".")
    rows = list(windows.reshape(-1, windows.shape[-1]))
    inputs = extractor(rows, sampling_rate=sample_rate, return_tensors="pt")
    with torch.inference_mode():
        outputs = model(**inputs, **({"output_hidden_states": True} if place else {}))
    found = outputs.get(name) if hasattr(outputs, "get") else None
    if place:
        several = list(found) if isinstance(found, tuple) else []
        found = several[int(place)] if place.isdecimal() and int(place) < len(several) else None
    if found is None or not hasattr(found, "numpy"):
        there = [key for key, value in outputs.items() if hasattr(value, "shape")]
        there += [f"{key}.0 to {key}.{len(v) - 1}" for key, v in outputs.items() if isinstance(v, tuple)]
        raise PluginError(
            f"{folder}: the network has no output {output or name!r}; there are: {', '.join(there)}"
        )
    return found.numpy()


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
    """A network of the transformers library and what makes its input.

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
            f"{folder}: the network cannot be loaded: {str(error)[:200]}; fetch its files again, or, where it needs "
            "code of its own, export it to ONNX"
        ) from error
    return model.eval().requires_grad_(False), extractor
