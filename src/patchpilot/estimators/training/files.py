"""Tensors and what is said about them in one file: safetensors, never a pickle, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, torch
from patchpilot.files import write_bytes
from patchpilot.space.canonical import Json, canonical_json

_ABOUT = "patchpilot"
"""The one key of the file's metadata: several have no fixed order, and equal contents shall have equal bytes."""
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How files of `torch.save` and `pickle` begin."""


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Json) -> None:
    """Write a file; equal contents have equal bytes.

    Raises:
        OutputError: the place cannot be written; what was there before still is.
    """
    from safetensors.torch import save

    # A copy where tensors share memory, which the format forbids.
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in sorted(tensors.items())}
    write_bytes(path, save(plain, metadata={_ABOUT: canonical_json(about)}))


def read_tensors(path: Path, *, noun: str) -> tuple[dict[str, Tensor], Any]:
    """Tensors by name, on the CPU, and what is said about them.

    Args:
        path: of the file.
        noun: what it should be ("a checkpoint of a training").

    Raises:
        EstimatorError: it is missing, cut off, a pickle, or something else; or a number in it is not finite.
    """
    from safetensors import SafetensorError, safe_open

    _check_kind(path, noun)
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            about = (file.metadata() or {}).get(_ABOUT)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError) as error:
        raise EstimatorError(
            f"{path} is damaged or cut off ({error}): copy it again, or train again"
        ) from None
    if about is None:
        raise EstimatorError(f"{path} is a safetensors file, but not {noun} of Patch Pilot")
    if wrong := _not_finite(tensors):
        raise EstimatorError(f"{path} holds numbers that are not finite, in {wrong}; use an earlier one")
    try:
        return tensors, json.loads(about)
    except ValueError as error:
        raise EstimatorError(f"{path} is damaged: what it says about itself is no JSON ({error})") from None


def _check_kind(path: Path, noun: str) -> None:
    """Refuse what is no safetensors file, without a look at its content."""
    try:
        with path.open("rb") as file:
            begin = file.read(16)
    except OSError as error:
        raise EstimatorError(f"expected {noun} in {path}: {error.strerror or error}") from None
    if begin.startswith(_PICKLES):
        raise EstimatorError(
            f"{path} is a pickle, which can run any program when it is read, so it is refused; expected {noun} "
            "(safetensors)"
        )


def _not_finite(tensors: Mapping[str, Tensor]) -> str:
    """Name of a tensor with NaN or infinity in it, "" where there is none."""
    return next(
        (
            name
            for name, tensor in tensors.items()
            if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all())
        ),
        "",
    )
