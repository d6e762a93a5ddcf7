"""The server: what a client may ask of an instrument, as a FastAPI application. `serving` runs it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse

from patchpilot.errors import EngineError, ParameterError, PatchError, PatchPilotError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.remote import files
from patchpilot.instruments.remote.asking import answer
from patchpilot.instruments.remote.desk import Desk, RefusedError
from patchpilot.instruments.remote.engine_thread import EngineThread
from patchpilot.instruments.remote.guard import refusal
from patchpilot.instruments.remote.nouns import checked_patch, digests_of
from patchpilot.instruments.remote.results import Results
from patchpilot.instruments.remote.wire import CONTENT_TYPE, MOST_BODY, Frame
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance

_log = logging.getLogger(__name__)
MOST_DIGESTS = 256
"""Assets that are asked for at once."""


def make_app(instrument: Instrument, engine: EngineThread, *, in_flight: int) -> FastAPI:
    """The application; `Guard` goes around it.

    Args:
        instrument: what is served.
        engine: the thread that plays it.
        in_flight: renders that are held at once, of all clients together.

    Raises:
        EngineError: the engine does not start.
    """
    routes = _Routes(Desk(instrument, engine, in_flight))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(PatchPilotError, _failed)
    app.add_exception_handler(Exception, _bug)
    for get in (routes.about, routes.status):
        app.add_api_route(f"/v1/{get.__name__}", get, response_model=None)
    for post in (routes.play, routes.keep, routes.fetch, routes.ask, routes.export, routes.load):
        app.add_api_route(f"/v1/{post.__name__}", post, methods=["POST"], response_model=None)
    return app


class _Routes:
    """One method for each path, by its name."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def about(self) -> Response:
        """What is served here."""
        return _answer(Frame(self._desk.about))

    async def status(self) -> dict[str, int]:
        """How much is held, for who wants to watch."""
        room = self._desk.room
        return {
            "in_flight": room.n,
            "held": room.held,
            "most_held": room.most_held,
            "rendered": room.rendered,
        }

    async def play(self, request: Request) -> Response:
        """Renders, and their results as they are done."""
        renders = (await self._desk.frame(request)).head.get("renders")
        if not isinstance(renders, list) or not 1 <= len(renders) <= self._desk.batch:
            raise ParameterError(f"expected 1 to {self._desk.batch} renders in a request")
        wanted = await self._desk.aside(lambda: _wanted(self._desk, renders))
        return Results(self._desk.engine, self._desk.room, wanted)

    async def keep(self, request: Request) -> Response:
        """An asset of the client's."""
        frame = await self._desk.frame(request, MOST_BODY)
        asset = Asset.from_bytes(frame.body)
        if asset.sha256 != frame.head.get("sha256"):
            raise PatchError("an asset arrived with another content than it was sent with")
        self._desk.shelf.put(asset)
        return _answer(Frame({}))

    async def fetch(self, request: Request) -> Response:
        """Assets of the instrument's, one after another."""
        digests = (await self._desk.frame(request)).head.get("sha256")
        if not isinstance(digests, list) or len(digests) > MOST_DIGESTS:
            raise ParameterError(f"expected a list of at most {MOST_DIGESTS} sha256")
        shelf = self._desk.shelf
        await self._desk.aside(
            lambda: [shelf.get(str(digest)) for digest in digests]
        )  # an error, if at all, now

        async def each() -> AsyncIterator[bytes]:
            for digest in digests:
                yield Frame({"sha256": digest}, shelf.get(str(digest)).to_bytes()).pack()

        return StreamingResponse(each(), media_type=CONTENT_TYPE)

    async def ask(self, request: Request) -> Response:
        """What needs no engine: knobs, edits, …."""
        head = (await self._desk.frame(request)).head

        def answered() -> Frame:
            if "patch" in head:
                self._desk.require(digests_of(head["patch"]))
            return answer(self._desk.instrument, self._desk.shelf, head)

        return _answer(await self._desk.aside(answered))

    async def export(self, request: Request) -> Response:
        """A patch as a preset file."""
        head, desk = (await self._desk.frame(request)).head, self._desk

        def patch() -> Patch:
            desk.require(digests_of(head.get("patch")))
            return checked_patch(desk.instrument.space, head["patch"], desk.shelf)

        found, name = await desk.aside(patch), str(head.get("name", ""))
        return _answer(Frame({}, await desk.by_engine(lambda: files.exported(desk.instrument, found, name))))

    async def load(self, request: Request) -> Response:
        """The patch of a preset file, and its assets."""
        frame, desk = await self._desk.frame(request, MOST_BODY), self._desk
        name = str(frame.head.get("name", ""))
        patch = await desk.by_engine(lambda: files.loaded(desk.instrument, frame.body, name))
        first = Frame({"patch": patch.to_json(desk.shelf)})
        unique = {asset.sha256: asset for asset in patch.assets.values()}
        rest = [Frame({"sha256": digest}, asset.to_bytes()) for digest, asset in unique.items()]
        return _answer(first, *rest)


def _wanted(desk: Desk, renders: list[Json]) -> list[tuple[Patch, Performance] | EngineError]:
    """Patches and performances that can be played; an error in place of one that cannot."""
    desk.require(set().union(*(digests_of(said) for said in renders)))

    def one(said: Json) -> tuple[Patch, Performance] | EngineError:
        try:
            patch = checked_patch(desk.instrument.space, said["patch"], desk.shelf)
            return patch, Performance.from_json(said["performance"], desk.shelf)
        except PatchPilotError as error:
            return EngineError(str(error))
        except KeyError as error:
            return EngineError(f"expected a patch and a performance, but there is no {error}")

    return [one(said) for said in renders]


def _answer(*answers: Frame) -> Response:
    return Response(b"".join(frame.pack() for frame in answers), media_type=CONTENT_TYPE)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return error.response


async def _failed(_: Request, error: Exception) -> Response:
    return refusal(422, type(error).__name__, str(error))


async def _bug(_: Request, error: Exception) -> Response:
    _log.error("unexpected %s: %s", type(error).__name__, error)
    said = f"unexpected {type(error).__name__}: {error}. This is a bug in Patch Pilot, please report it"
    return refusal(500, "EngineError", said)
