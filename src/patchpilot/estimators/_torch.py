"""PyTorch, or the one line that says how to get it. Only what trains imports this."""

from __future__ import annotations

import importlib
from typing import Any

from patchpilot.errors import PluginError

try:
    torch: Any = importlib.import_module("torch")
except ImportError as error:
    raise PluginError(
        f"training an estimator needs PyTorch ({error}): pip install 'patchpilot[train]'"
    ) from None
nn: Any = torch.nn
functional: Any = torch.nn.functional
Tensor = Any
"""A `torch.Tensor`; its shape is told where it is used."""
