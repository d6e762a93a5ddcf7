"""Loops that go on from sample to sample, compiled by Numba.

A signature is given, so that a loop is compiled when its file is imported (or read from Numba's cache) and never while
a rack plays. All loops take float64 arrays, C-contiguous, and give the same bits each time.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar

from patchpilot.errors import PluginError

Loop = TypeVar("Loop", bound=Callable[..., Any])

TINY = 1e-25
"""What is smaller is set to 0 in loops that feed back: the processor is slow with subnormal numbers."""


def compiled(signature: str, *, reorder: bool = False) -> Callable[[Loop], Loop]:
    """A decorator that compiles a loop.

    Args:
        signature: Numba's, such as "void(f8[:, ::1], i8)".
        reorder: whether sums may be taken in another order, which is quicker.

    Raises:
        PluginError: Numba is not installed.
    """
    if find_spec("numba") is None:
        raise PluginError("these modules need Numba: pip install 'patchpilot[racks]'")
    import numba

    fast: Any = {"reassoc", "contract"} if reorder else False
    made: Any = numba.njit(signature, cache=True, error_model="numpy", nogil=True, fastmath=fast)
    return made  # type: ignore[no-any-return]
