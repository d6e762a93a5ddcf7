"""What a client of the protocol can read: sounds and takes as WAV files, and presets of takes."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote

import mcp_types as types

from patchpilot.assist.desk import Desk, sound_wav, take_preset, take_wav
from patchpilot.assist.opener import Opener
from patchpilot.workspace import MissingError, TooLargeError

MOST_BYTES = 16 << 20
"""Of a file that is handed out: half a minute of stereo."""
_PAGE = 100
_SCHEME = "patchpilot://"
_TAKE = re.compile(r"patchpilot://takes/(\d{1,15})/(audio|preset)")
_SOUND = re.compile(r"patchpilot://sounds/([0-9a-f]{16})/audio")
_WAV, _PRESET = "audio/wav", "application/octet-stream"


def take_link(number: int) -> types.ResourceLink:
    """A link to the sound of a take."""
    return types.ResourceLink(
        type="resource_link", name=f"take {number}", uri=f"{_SCHEME}takes/{number}/audio", mime_type=_WAV
    )


class Resources:
    """The resources of a workspace.

    Args:
        opener: of the workspace.
    """

    templates = (
        types.ResourceTemplate(
            name="sound of a take", uri_template=f"{_SCHEME}takes/{{number}}/audio", mime_type=_WAV
        ),
        types.ResourceTemplate(
            name="preset of a take",
            uri_template=f"{_SCHEME}takes/{{number}}/preset",
            description="A file of the instrument's own, as .vital",
            mime_type=_PRESET,
        ),
        types.ResourceTemplate(
            name="sound that was brought", uri_template=f"{_SCHEME}sounds/{{id}}/audio", mime_type=_WAV
        ),
    )

    def __init__(self, opener: Opener) -> None:
        self._opener = opener

    def page(self, cursor: str | None) -> tuple[list[types.Resource], str | None]:
        """Sounds, and the newest takes; then takes before the number that the cursor is.

        Raises:
            MissingError: the cursor is none.
            PatchPilotError: the workspace cannot be opened or read.
        """
        if cursor is not None and not re.fullmatch(r"[1-9]\d{0,14}", cursor):
            raise MissingError(f"there is no page {cursor!r:.40}")
        workspace = self._opener()
        asked = {"limit": _PAGE} | ({} if cursor is None else {"before": int(cursor)})
        listed = workspace.do("takes", asked)
        found = (
            []
            if cursor is not None
            else [_sound(one) for one in workspace.do("sounds", {})["sounds"][:_PAGE]]
        )
        for take in listed["takes"]:
            found.extend(_take(take))
        return found, None if listed["next"] is None else str(listed["next"])

    def read(self, uri: str) -> types.BlobResourceContents:
        """A file, as base64.

        Raises:
            MissingError: there is none under that address.
            TooLargeError: it is larger than is handed out.
            PatchPilotError: it cannot be made.
        """
        for pattern, read in ((_TAKE, _read_take), (_SOUND, _read_sound)):
            if match := pattern.fullmatch(unquote(uri)):
                mime_type, data = read(self._opener(), *match.groups())
                blob = base64.b64encode(data).decode("ascii")
                return types.BlobResourceContents(uri=uri, mime_type=mime_type, blob=blob)
        known = ", ".join(template.uri_template for template in self.templates)
        raise MissingError(f"there is nothing under {uri!r:.200}; there are: {known}")


def _read_take(workspace: Desk, number: str, what: str) -> tuple[str, bytes]:
    if what == "preset":
        return _PRESET, _fitting(take_preset(workspace, int(number)))
    return _WAV, _fitting(take_wav(workspace, int(number)))


def _read_sound(workspace: Desk, sound: str) -> tuple[str, bytes]:
    return _WAV, _fitting(sound_wav(workspace, sound))


def _fitting(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise TooLargeError(
            f"expected a file of at most {MOST_BYTES >> 20} MB, got {len(data) / (1 << 20):.0f} MB"
        )
    return data


def _sound(one: dict[str, object]) -> types.Resource:
    return types.Resource(
        name=str(one["name"]),
        uri=f"{_SCHEME}sounds/{one['id']}/audio",
        description=f"A sound of {one['seconds']:.3g} s that was brought",
        mime_type=_WAV,
    )


def _take(one: dict[str, object]) -> tuple[types.Resource, types.Resource]:
    number, name = one["number"], one["name"] or one["searcher"]
    return (
        types.Resource(
            name=f"take {number}",
            uri=f"{_SCHEME}takes/{number}/audio",
            description=f"{name}, played by {one['instrument']} for {one['seconds']:.3g} s",
            mime_type=_WAV,
        ),
        types.Resource(
            name=f"preset of take {number}",
            uri=f"{_SCHEME}takes/{number}/preset",
            description=f"{name}, a file of {one['instrument']}",
            mime_type=_PRESET,
        ),
    )
