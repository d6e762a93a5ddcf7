"""The answer to a request for renders: results as they are done, and never more of them held than there is room for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from functools import partial

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.remote.engine_thread import EngineThread, Render
from patchpilot.instruments.remote.wire import CONTENT_TYPE, HEARTBEAT_S, Frame, result_frame
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance

_log = logging.getLogger(__name__)
SEND_S = 60.0
"""How long a client may leave a result lying before it counts as gone."""


class Room:
    """How many renders are held: waiting, being made, or done and not yet sent.

    Args:
        n: at most.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self.held = 0
        self.most_held = 0
        self.rendered = 0
        self._free = asyncio.Semaphore(n)
        self._line = asyncio.Lock()  # nobody may wait with half of what is needed

    async def take(self, n: int) -> None:
        """Wait for room for `n` at once; first come, first served."""
        taken = 0
        try:
            async with self._line:
                for _ in range(n):
                    await self._free.acquire()
                    taken += 1
        except BaseException:
            for _ in range(taken):
                self._free.release()
            raise
        self.held += n
        self.most_held = max(self.most_held, self.held)

    def release(self, n: int = 1) -> None:
        """Give room back."""
        self.held -= n
        for _ in range(n):
            self._free.release()


class Results(Response):
    """A stream of frames: heartbeats while there is nothing to tell, a frame for each result, and one at the end.

    Args:
        engine: what plays.
        room: what it takes from, as many as there are renders.
        wanted: patches and performances; an error in place of one that cannot be played at all.
    """

    def __init__(
        self, engine: EngineThread, room: Room, wanted: Sequence[tuple[Patch, Performance] | EngineError]
    ) -> None:
        super().__init__(media_type=CONTENT_TYPE)
        del self.headers["content-length"]
        self._engine, self._room, self._wanted = engine, room, wanted
        self._done: deque[tuple[int, Audio | EngineError]] = deque()
        self._news = asyncio.Event()
        self._is_dropped = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI's signature)
        """Play and send, until all is sent or the client is gone."""
        tasks = [asyncio.ensure_future(self._all(send)), asyncio.ensure_future(_gone(receive))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            broken, _ = await asyncio.gather(*tasks, return_exceptions=True)
            if isinstance(broken, TimeoutError):
                _log.warning("a client was dropped: it read nothing for %g s", SEND_S)
            elif isinstance(broken, Exception):
                _log.warning("a client was dropped: %r", broken)

    async def _all(self, send: Send) -> None:
        await _sent(send, {"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        taking = asyncio.ensure_future(self._room.take(len(self._wanted)))
        try:
            while not (await asyncio.wait([taking], timeout=HEARTBEAT_S))[0]:
                await self._send(send, Frame({"waiting": True}))
        except BaseException:
            taking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await taking
                self._room.release(len(self._wanted))  # it was given just now
            raise
        await self._play(send)
        await self._send(send, Frame({"end": True}))
        await _sent(send, {"type": "http.response.body", "body": b"", "more_body": False})

    async def _play(self, send: Send) -> None:
        loop = asyncio.get_running_loop()

        def give(place: int, result: Audio | EngineError) -> None:
            with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(self._take, place, result)

        renders: list[Render] = []
        for place, wanted in enumerate(self._wanted):
            if isinstance(wanted, EngineError):
                self._done.append((place, wanted))
            else:
                renders.append(Render(*wanted, give=partial(give, place)))
        self._engine.play(renders)
        sent = 0
        try:
            while sent < len(self._wanted):
                if not self._done and not await self._hears():
                    await self._send(send, Frame({"waiting": True}))
                    continue
                place, result = self._done.popleft()
                sent += 1
                try:
                    await self._send(send, result_frame(place, result))
                finally:
                    self._room.release()
                self._room.rendered += 1
        finally:
            self._is_dropped = True
            withdrawn = self._engine.withdraw(renders) if sent < len(self._wanted) else []
            self._room.release(len(withdrawn) + len(self._done))  # those being made follow in `_take`

    async def _hears(self) -> bool:
        """Whether a result comes within a heartbeat."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S):
                return await self._news.wait()
        return False

    def _take(self, place: int, result: Audio | EngineError) -> None:
        if self._is_dropped:
            self._room.release()
            return
        self._done.append((place, result))
        self._news.set()

    async def _send(self, send: Send, frame: Frame) -> None:
        for body in (
            frame.pack(),
            b"",
        ):  # uvicorn waits for the socket before it writes: the second is the wait
            await _sent(send, {"type": "http.response.body", "body": body, "more_body": True})


async def _sent(send: Send, message: Message) -> None:
    async with asyncio.timeout(SEND_S):
        await send(message)


async def _gone(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
