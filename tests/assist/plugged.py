"""A toy and a scripted model that processes of their own find, as if somebody had installed them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from patchpilot.audio import Audio
from patchpilot.space import Patch, Performance
from tests.assist.scripted import Scripted, calls, says
from tests.toy import Toy

ROOT = Path(__file__).parent.parent.parent
_ENTRY_POINTS = """\
[patchpilot.instruments]
toy = tests.assist.plugged:toy
[patchpilot.providers]
scripted = tests.assist.plugged:scripted
"""


class Lazy(Toy):
    """A toy that takes its time."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        time.sleep(float(os.environ.get("TOY_S", "0")))
        return super().render(patch, performance)


def toy(*, workers: int | None = None) -> Lazy:  # noqa: ARG001
    return Lazy()


def scripted(*, model: str | None = None) -> Scripted:
    """Says yes to the take that a match of the sound that it was told of finds."""

    def matches(messages: Any) -> Any:
        _, _, after = messages[-1].text.partition("the sound ")
        wanted = {"sound": after[:16], "instrument": "toy", "effort": "quick", "top": 1, "renders": 8}
        return calls(("match", wanted), text="I look for it.")

    return Scripted(
        matches, calls(("vote", {"take": 1, "vote": "yes"})), says("Take 1, I \x1b[31mthink."), model=model
    )


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Variables of a process that finds them."""
    info = folder / "plugged-1.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1\n")
    (info / "entry_points.txt").write_text(_ENTRY_POINTS)
    return {
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_DATA_HOME": str(folder / "data"),
        "OMP_NUM_THREADS": "1",
        **more,
    }
