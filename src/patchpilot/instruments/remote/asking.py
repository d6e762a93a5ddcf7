"""What is asked of an instrument that needs no engine: knobs, edits, dice, which assets are everybody's."""

from __future__ import annotations

from patchpilot.errors import ParameterError, PatchPilotError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.remote.engine_thread import told
from patchpilot.instruments.remote.nouns import checked_patch, edit_json
from patchpilot.instruments.remote.shelf import Shelf
from patchpilot.instruments.remote.wire import Frame
from patchpilot.space.canonical import Json


def answer(instrument: Instrument, shelf: Shelf, said: Json) -> Frame:
    """The answer to {"what": "knobs" | "edits" | "is_random", "patch": …} or {"what": …, "sha256": …}.

    Raises:
        PatchPilotError: what is asked is not known, or the instrument raises; a stranger's may raise anything, which
            is told as `EngineError`.
    """
    try:
        return _answer(instrument, shelf, said)
    except PatchPilotError:
        raise
    except KeyError as error:
        raise ParameterError(f"a question with a part missing: {error}") from None
    except Exception as error:
        raise told(error) from error


def _answer(instrument: Instrument, shelf: Shelf, said: Json) -> Frame:
    what = said["what"]
    if what == "asset":
        return Frame({}, instrument.asset(str(said["sha256"])).to_bytes())
    if what == "is_built_in":
        return Frame({"is": bool(instrument.is_built_in(shelf.get(str(said["sha256"]))))})
    patch = checked_patch(instrument.space, said["patch"], shelf)
    if what == "is_random":
        return Frame({"is": bool(instrument.is_random(patch))})
    if what == "knobs":
        return Frame({"knobs": dict(instrument.knobs(patch))})
    if what == "edits":
        edits = instrument.edits(patch)
        for edit in edits:
            for asset in edit.assets.values():
                shelf.put(asset)
        return Frame({"edits": [edit_json(edit) for edit in edits]})
    raise ParameterError(f"expected knobs, edits, is_random, is_built_in or asset, got {what!r}")
