"""Parameters of devices, asked for in bulk, or one by one where a list is too long for a datagram."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import LiveError
from patchpilot.live.answers import Answer, Refusal, one
from patchpilot.live.connection import Live
from patchpilot.live.wire import get

_BULK = ("name", "value", "min", "max", "is_quantized")
Place = tuple[int, int]
"""Track and device, from 0."""


@dataclass(frozen=True)
class ParameterState:
    """A parameter of a device.

    Attributes:
        index: on the device, from 0, where "Device On" is.
        name: Live's.
        value: what Live stores.
        low: lowest that it stores.
        high: highest.
        is_quantized: whether only whole numbers mean something.
    """

    index: int
    name: str
    value: float
    low: float
    high: float
    is_quantized: bool


def read_parameters(live: Live, places: Iterable[Place]) -> Mapping[Place, tuple[ParameterState, ...]]:
    """All parameters of some devices.

    A list that is too long for a datagram is asked for one by one; ranges, which cannot be, are then taken from the
    description of the set that Live writes to a file, where that is this machine.

    Raises:
        LiveError: Live does not answer, or there is no such device.
    """
    wanted = list(dict.fromkeys(places))
    questions = [get(f"/live/device/get/parameters/{name}", *place) for place in wanted for name in _BULK]
    answers = live.link.ask(questions)
    found = {}
    for k, place in enumerate(wanted):
        whole = _whole(live, place, dict(zip(_BULK, answers[k * len(_BULK) :], strict=False)))
        if len({len(values) for values in whole.values()}) != 1:
            raise LiveError(
                f"device {place[1] + 1} of track {place[0] + 1} says different numbers of parameters: it was changed "
                "while it was read; try again"
            )
        found[place] = tuple(
            ParameterState(i, str(n), float(v), float(lo), float(hi), bool(q))
            for i, (n, v, lo, hi, q) in enumerate(zip(*(whole[name] for name in _BULK), strict=True))
        )
    return found


def _whole(live: Live, place: Place, bulk: Mapping[str, Answer]) -> dict[str, Sequence[Any]]:
    """Lists that came, and in place of those that did not their items one by one."""
    whole: dict[str, Sequence[Any]] = {n: a for n, a in bulk.items() if not isinstance(a, Refusal)}
    if len(whole) == len(bulk):
        return whole
    (count,) = live.link.ask([get("/live/device/get/num_parameters", *place)])
    if isinstance(count, Refusal):
        raise LiveError(
            f"there is no device {place[1] + 1} on track {place[0] + 1} any more"
            + (f" ({count.text})" if count.text else "")
        )
    n = int(count[0])
    for name in bulk:
        if name in whole:
            continue
        if name in ("name", "value"):
            address = f"/live/device/get/parameter/{name}"
            single = live.link.ask([get(address, *place, i) for i in range(n)])
            whole[name] = [one(a, f"parameter {i} of a device") for i, a in enumerate(single)]
        else:
            whole[name] = [said[name] for said in _written(live, place)]
    return whole


def _written(live: Live, place: Place) -> list[dict[str, Any]]:
    """Parameters of a device from the file that Live writes about its set."""
    path = Path(tempfile.gettempdir()) / "abletonosc-song-structure.json"
    before = time.time()
    (answer,) = live.link.ask([get("/live/song/export/structure")])
    try:
        if isinstance(answer, Refusal) or path.stat().st_mtime < before - 2.0:
            raise ValueError("it was not written here")
        tracks = json.loads(path.read_text(encoding="utf-8"))["tracks"]
        parameters: list[dict[str, Any]] = tracks[place[0]]["devices"][place[1]]["parameters"]
        return parameters
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise LiveError(
            f"device {place[1] + 1} of track {place[0] + 1} has too many parameters for a reply of AbletonOSC, and the "
            f"file {path} that it writes instead cannot be used ({error})"
        ) from None
