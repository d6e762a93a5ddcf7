"""A trained proxy on disk: one safetensors file, whose head holds its sizes, its codec, and how it was trained."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.proxy import Proxy
from patchpilot.estimators.networks.proxy_config import ProxyConfig
from patchpilot.files import write_bytes
from patchpilot.space.canonical import Json, canonical_json

FORMAT = "patchpilot-proxy-1"


def save_proxy(proxy: Proxy, path: Path | str, trained: Mapping[str, Json] | None = None) -> None:
    """Write a proxy whole, or not at all.

    Args:
        proxy: on any device.
        path: ends in .safetensors.
        trained: what is worth knowing of its training: rows, epochs, seed, figures.

    Raises:
        OutputError: the place cannot be written to.
    """
    from safetensors.torch import save

    head = {
        "format": FORMAT,
        "config": canonical_json(proxy.config.to_json()),
        "codec": canonical_json(proxy.codec.to_json()),
        "trained": canonical_json(dict(trained or {})),
    }
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in proxy.state_dict().items()}
    write_bytes(Path(path), save(weights, head))


def load_proxy(path: Path | str) -> Proxy:
    """Read a proxy; it is frozen and on the CPU, and its `trained` is what the file says of its training.

    Raises:
        EstimatorError: the file is missing, damaged, or holds something else (a pickle is never opened).
    """
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise EstimatorError(f"there is no proxy at {path}: make one with `patchpilot train --head proxy`")
    try:
        with safe_open(path, framework="pt") as file:
            head: dict[str, Any] = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if head.get("format") != FORMAT:
            raise EstimatorError(
                f"{path} is no proxy: expected the format {FORMAT}, got {head.get('format')}"
            )
        config = ProxyConfig.from_json(json.loads(head["config"]))
        proxy = Proxy(config, Codec.from_json(json.loads(head["codec"])))
        proxy.load_state_dict(weights)
        proxy.trained = json.loads(head["trained"])
    except (SafetensorError, KeyError, ValueError, RuntimeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise EstimatorError(f"{path} is damaged, or no proxy of this version: {reason}") from None
    if not all(bool(torch.isfinite(tensor).all()) for tensor in weights.values()):
        raise EstimatorError(f"{path} is damaged: some of its weights are NaN or infinite")
    return proxy.requires_grad_(False).eval()
