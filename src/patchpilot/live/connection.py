"""A Live that answers: which version it is, what its AbletonOSC can do, and what none can do over OSC."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from patchpilot.live.answers import Refusal
from patchpilot.live.link import Link
from patchpilot.live.port import PORT, REPLY_PORT
from patchpilot.live.wire import get

CANNOT = (
    "hear audio: only a track's meter; `patchpilot live listen` needs a Max for Live device",
    "insert, move or replace devices: drag them onto the track yourself, or keep a template set",
    "choose the source of a side chain",
    "reach the main track, return tracks, and devices inside racks",
    "set what is no automatable parameter: Wavetable's table, unison mode and voices, modulation matrix, routing",
    "import audio, place clips in the arrangement, draw automation",
)
"""What AbletonOSC has no address for."""
_NEWER = {
    "/live/track/insert_device": "insert devices",
    "/live/master/get/volume": "reach the main track",
    "/live/return_track/get/volume": "reach return tracks",
    "/live/chain/get/name": "reach devices inside racks",
    "/live/browser/load": "load from the browser",
}
"""Addresses that some versions beside the usual one have; asked without arguments, so that nothing happens."""


@dataclass
class Live:
    """A connection; close it, or use it in a `with`.

    Attributes:
        link: that asks.
        version: of Live, as (12, 1); (0, 0) where it does not say.
    """

    link: Link
    version: tuple[int, int]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back."""
        self.link.close()

    @cached_property
    def extras(self) -> tuple[str, ...]:
        """What this AbletonOSC says that it can do beyond the usual: told, not used; raises `LiveError`."""
        answers = self.link.ask([get(address) for address in _NEWER])
        return tuple(
            what
            for what, answer in zip(_NEWER.values(), answers, strict=True)
            if not isinstance(answer, Refusal)
            or not ("Unknown OSC address" in answer.text or not answer.text)
        )

    @property
    def cannot(self) -> tuple[str, ...]:
        """What cannot be done here over OSC."""
        return CANNOT


def connect(
    host: str = "127.0.0.1",
    port: int = PORT,
    reply_port: int = REPLY_PORT,
    *,
    timeout_s: float = 1.0,
    tries: int = 4,
    beyond: bool = False,
) -> Live:
    """Find a Live that runs AbletonOSC.

    Args:
        host: where it runs.
        port: where AbletonOSC listens.
        reply_port: where it answers to; AbletonOSC knows 11001 only.
        timeout_s: longest silence that is waited for, above 0.
        tries: how often, 1 or more.
        beyond: whether it may be another machine.

    Raises:
        LiveError: none answers, the host is another machine, or the reply port is taken.
        PluginError: the extra is not installed.
    """
    link = Link(host, port, reply_port, timeout_s=timeout_s, tries=tries, beyond=beyond)
    try:
        if not link.probe():
            link.give_up()
        return Live(link, _version(link))
    except BaseException:
        link.close()
        raise


def _version(link: Link) -> tuple[int, int]:
    (answer,) = link.ask([get("/live/application/get/version")])
    if isinstance(answer, Refusal) or len(answer) < 2:
        return 0, 0
    return int(answer[0]), int(answer[1])
