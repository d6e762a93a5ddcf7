"""How errors look over HTTP: {"error": {"kind": …, "message": …}} with a status."""

from __future__ import annotations

import errno
import logging
import sqlite3
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from patchpilot.errors import BankError, OutputError, PatchPilotError
from patchpilot.workspace.errors import BusyError, ConflictError, MissingError, TooLargeError
from patchpilot.workspace.verbs.base import told

_log = logging.getLogger(__name__)
_NAMES = {404: "MissingError", 405: "MethodError", 408: "SlowError", 413: "TooLargeError"}


class Said(BaseModel):
    """What went wrong: the name of an error, and a sentence for people."""

    kind: str
    message: str


class ErrorAnswer(BaseModel):
    """The body of every answer that is an error."""

    error: Said


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": text}
    for status, text in (
        (400, "What came is no JSON."),
        (401, "The token is missing or wrong."),
        (403, "Another site's page asks, or under another name."),
        (404, "There is no such thing here."),
        (408, "Nothing came for too long."),
        (409, "It cannot be done as things are now."),
        (413, "What came is too large."),
        (415, "What came is no sound."),
        (422, "What was asked for is out of its range, or failed."),
        (503, "Something is busy: a little later it may work."),
        (507, "The disk is full, or the folder cannot be written to."),
    )
}
"""`responses` of every router."""


def refusal(status: int, kind: str, message: str) -> JSONResponse:
    """An answer that says why not."""
    headers = {"cache-control": "no-store"}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if status in (408, 413):
        headers["connection"] = "close"  # what is still to come is not read
    if status == 503:
        headers["retry-after"] = "5"
    return JSONResponse({"error": {"kind": kind, "message": message}}, status, headers)


def status_of(error: PatchPilotError) -> int:
    """The status of an error that a user can cause."""
    for kind, status in ((MissingError, 404), (ConflictError, 409), (TooLargeError, 413), (BusyError, 503)):
        if isinstance(error, kind):
            return status
    if isinstance(error, BankError):
        return 503 if isinstance(error.__cause__, sqlite3.Error) else 404
    return 507 if isinstance(error, OutputError) else 422


def answer_errors(app: FastAPI) -> None:
    """Have an application answer errors so."""
    app.add_exception_handler(PatchPilotError, _failed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(Exception, _bug)


async def _failed(_: Request, error: Exception) -> Response:
    assert isinstance(error, PatchPilotError)
    return refusal(status_of(error), type(error).__name__, str(error))


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    is_json = all(one["type"] != "json_invalid" for one in error.errors())
    return refusal(422 if is_json else 400, "ParameterError", told(error.errors()))


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, _NAMES.get(error.status_code, "ParameterError"), str(error.detail))


async def _system(request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG):
        return refusal(507, "OutputError", f"cannot write: {error.strerror}; make room")
    return await _bug(request, error)


async def _bug(_: Request, error: Exception) -> Response:
    _log.error("unexpected %s: %s", type(error).__name__, error, exc_info=error)
    said = f"unexpected {type(error).__name__}: {error}. This is a bug in Patch Pilot, please report it"
    return refusal(500, "EngineError", said)
