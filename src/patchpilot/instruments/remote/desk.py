"""What all requests to a server share: the instrument, its assets, the room for renders, and how a request is read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse

from patchpilot.instruments.base import Instrument
from patchpilot.instruments.remote.engine_thread import EngineThread
from patchpilot.instruments.remote.guard import refusal
from patchpilot.instruments.remote.nouns import space_json
from patchpilot.instruments.remote.priors import UnknownDistributionError, prior_json
from patchpilot.instruments.remote.results import Room
from patchpilot.instruments.remote.shelf import Shelf, finders, own_assets
from patchpilot.instruments.remote.wire import ABOUT_HEADER, MOST_HEAD, PROTOCOL, Frame, frames
from patchpilot.space.canonical import Json, canonical_json, sha256

_READ_S = 60.0
"""How long a client may take to send a request."""
_log = logging.getLogger(__name__)
T = TypeVar("T")


class RefusedError(Exception):
    """A request that is answered with a reason why not.

    Attributes:
        response: the answer.
    """

    def __init__(self, response: JSONResponse) -> None:
        self.response = response


class Desk:
    """Where requests are taken in.

    Args:
        instrument: what is served.
        engine: the thread that plays it.
        in_flight: renders that are held at once, of all clients together.
    """

    def __init__(self, instrument: Instrument, engine: EngineThread, in_flight: int) -> None:
        self.instrument, self.engine = instrument, engine
        self.room = Room(in_flight)
        self.batch = max(1, in_flight // 4)
        digests = own_assets(instrument)
        self.shelf = Shelf(instrument, finders(instrument, digests))
        self.about = _about(instrument, digests, {"batch": self.batch, "in_flight": in_flight})
        self._asking = asyncio.Lock()

    async def frame(self, request: Request, most_body: int = 0) -> Frame:
        """The one frame of a request.

        Raises:
            RefusedError: it is too large or too slow, no frame, or for another instrument.
        """
        data = await self._body(request, MOST_HEAD + most_body + 64)
        if request.headers.get(ABOUT_HEADER) != self.about["sha256"]:
            raise RefusedError(
                refusal(412, "EngineError", "the instrument is not the one that was asked about")
            )
        try:
            (frame,) = frames(data)
        except ValueError as error:
            raise RefusedError(refusal(400, "EngineError", f"expected one frame: {error}")) from None
        return frame

    async def _body(self, request: Request, most: int) -> bytes:
        data = bytearray()
        try:
            async with asyncio.timeout(_READ_S):
                async for chunk in request.stream():
                    data += chunk
                    if len(data) > most:
                        too_much = f"expected a request of at most {most >> 20} MB"
                        raise RefusedError(refusal(413, "PatchError", too_much))
        except TimeoutError:
            raise RefusedError(refusal(408, "EngineError", "the request did not come to an end")) from None
        return bytes(data)

    def require(self, digests: set[str]) -> None:
        """Ask the client for the assets that are not here: raises `RefusedError` with their sha256."""
        missing = self.shelf.missing(digests)
        if missing:
            raise RefusedError(refusal(409, "PatchError", "assets are missing", missing=missing))

    async def aside(self, function: Callable[[], T]) -> T:
        """Have something done that needs no engine, one at a time, beside the loop."""
        async with self._asking:
            return await asyncio.to_thread(function)

    async def by_engine(self, function: Callable[[], T]) -> T:
        """Have something done by the thread that has the engine."""
        return await asyncio.wrap_future(self.engine.call(function))


def _about(
    instrument: Instrument, digests: Mapping[str, Mapping[str, str]], limits: Mapping[str, int]
) -> Json:
    """What a client is told first."""
    priors: list[Any] = []
    for name, prior in instrument.priors.items():
        try:
            priors.append(prior_json(prior, digests[name]))
        except UnknownDistributionError as error:
            _log.warning("the prior %s is not served: %s", name, error)
    about = {
        "protocol": PROTOCOL,
        "name": instrument.name,
        "suffix": instrument.suffix,
        "fingerprint": instrument.fingerprint,
        "space": space_json(instrument.space),
        "priors": priors,
        "limits": dict(limits),
    }
    about["sha256"] = sha256(canonical_json(about).encode())
    return about
