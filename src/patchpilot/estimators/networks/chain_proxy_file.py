"""A chain's proxy on disk: one safetensors file that also holds its sizes, its codec, and how it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.chain_proxy import ChainProxy, ChainProxyConfig
from patchpilot.estimators.training.checkpoint import check_format, fill
from patchpilot.estimators.training.files import read_tensors, write_tensors
from patchpilot.space.canonical import Json

FORMAT = "patchpilot-chain-proxy-1"


def save_chain_proxy(proxy: ChainProxy, path: Path | str, trained: Mapping[str, Json] | None = None) -> None:
    """Write a proxy whole, or not at all; raises `OutputError` where the place cannot be written to."""
    about = {
        "format": FORMAT,
        "config": proxy.config.to_json(),
        "codec": proxy.codec.to_json(),
        "trained": dict(trained or {}),
    }
    write_tensors(Path(path), proxy.state_dict(), about)


def load_chain_proxy(path: Path | str) -> ChainProxy:
    """Read a proxy; it is frozen and on the CPU.

    Raises:
        EstimatorError: the file is missing, damaged, or holds something else (a pickle is never opened).
    """
    path = Path(path)
    tensors, about = read_tensors(path, noun="a proxy of a chain")
    check_format(path, about, FORMAT)
    try:
        proxy = ChainProxy(ChainProxyConfig.from_json(about["config"]), Codec.from_json(about["codec"]))
    except KeyError as error:
        raise EstimatorError(f"{path} is damaged: a part is missing ({error})") from None
    fill(proxy, tensors)
    return proxy.requires_grad_(False).eval()
