"""The trained embedding that comes with Patch Pilot, registered as "heard". Needs ONNX Runtime, no PyTorch."""

from __future__ import annotations

from pathlib import Path

from patchpilot.errors import PluginError
from patchpilot.retrieval.description import FILE
from patchpilot.retrieval.local import LocalEmbedding

SHIPPED = Path(__file__).parent.parent / "shipped" / "embedding"


class Heard(LocalEmbedding):
    """128 numbers of unit length, learned from pairs of renders of one patch (`estimators.embedding.training`).

    Raises:
        PluginError: this version comes without it, or its files are damaged.
    """

    def __init__(self) -> None:
        if not (SHIPPED / FILE).is_file():
            raise PluginError(
                "this version of Patch Pilot comes without the embedding 'heard': train one with `patchpilot train "
                "--head embedding`, and name its folder instead"
            )
        super().__init__(SHIPPED)
