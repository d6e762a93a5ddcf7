"""A program for clusters: what Dask workers import."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.engine.job import resolve


def machine() -> str:
    return os.environ.get("TOY_MACHINE", "toy 1.0")


def only_here() -> str:
    if "TOY_MACHINE" not in os.environ:
        raise ModuleNotFoundError("No module named 'toy'")
    return "toy 1.0"


def run(state: dict[str, Any], delta: Any) -> Any:
    verb, argument = delta
    if verb == "noise":
        time.sleep(0.02)
        return np.random.default_rng((state["base"], argument)).standard_normal((2, 100), dtype=np.float32)
    if verb == "environment":
        return os.environ.get(argument)
    if verb == "kill_dask":
        os.kill(_dask_worker(), signal.SIGKILL)
        time.sleep(1000)
    return resolve("engine_toys:run")(state, delta)


def _dask_worker() -> int:
    """The process above all that the pool started."""
    pid = os.getpid()
    while b"patchpilot.engine" in Path(f"/proc/{pid}/cmdline").read_bytes():
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid
