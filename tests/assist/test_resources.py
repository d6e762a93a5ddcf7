from __future__ import annotations

import base64

import pytest

pytest.importorskip("mcp")

from patchpilot.assist import Opener
from patchpilot.assist.mcp import resources as resources_module
from patchpilot.assist.mcp.resources import Resources
from patchpilot.workspace import MissingError, TooLargeError, Workspace
from tests.toy import Toy
from tests.workspace.toys import a_take


@pytest.fixture
def resources(workspace: Workspace) -> Resources:
    return Resources(Opener(lambda: workspace))


def test_all_takes_are_listed_page_by_page(
    workspace: Workspace, resources: Resources, sound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources_module, "_PAGE", 3)
    for n in range(8):
        workspace.keep(a_take(Toy(), level=0.1 * (n + 1)), scores={})
    workspace.bank.flush()
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page, cursor = resources.page(cursor)
        found += [one.uri for one in page]
        pages += 1
    assert pages == 3
    assert found[0] == f"patchpilot://sounds/{sound}/audio"
    assert found[1:] == [
        f"patchpilot://takes/{n}/{what}" for n in range(8, 0, -1) for what in ("audio", "preset")
    ]
    for bad in ("x", "-1", "0", "1e9", "9" * 40):
        with pytest.raises(MissingError, match="there is no page"):
            resources.page(bad)


def test_all_that_is_listed_can_be_read(
    workspace: Workspace, resources: Resources, take: int, sound: str
) -> None:
    page, _ = resources.page(None)
    assert len(page) == 3
    for one in page:
        read = resources.read(one.uri)
        assert (read.uri, read.mime_type) == (one.uri, one.mime_type)
        data = base64.b64decode(read.blob)
        assert data.startswith(b"RIFF" if one.uri.endswith("audio") else b'{"assets"')
    blob = resources.read(f"patchpilot://sounds/{sound}/audio").blob
    assert base64.b64decode(blob) == workspace.sounds.file(sound).read_bytes()
    assert f"patchpilot://takes/{take}/preset" in [one.uri for one in page]


def test_what_is_too_large_is_not_handed_out(
    resources: Resources, take: int, sound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources_module, "MOST_BYTES", 100)
    for uri in (f"patchpilot://takes/{take}/audio", f"patchpilot://sounds/{sound}/audio"):
        with pytest.raises(TooLargeError, match="expected a file of at most 0 MB"):
            resources.read(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "patchpilot://takes/0/audio", "patchpilot://takes/77/audio", "patchpilot://takes/77/preset",
        "patchpilot://takes/1/../../token", "patchpilot://takes/1/audio?x", "patchpilot://takes/-1/audio",
        "patchpilot://sounds/0123456789abcdef/audio", "patchpilot://sounds/%2e%2e%2ftoken/audio",
        "patchpilot://token", "file:///etc/passwd", "", "patchpilot://takes/999999999999999/audio",
    ],
)  # fmt: skip
def test_nothing_else_is_read(resources: Resources, uri: str) -> None:
    with pytest.raises(MissingError, match="there is no"):
        resources.read(uri)
