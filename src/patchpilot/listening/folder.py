"""A test on the disk: `test.json` (the key, for its maker alone), `audio/CODE.flac`, and `page.html` to send."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from patchpilot.errors import OutputError, ParameterError
from patchpilot.files import make_folder, write_bytes, write_text
from patchpilot.listening.build import Bundle
from patchpilot.listening.page import page_html
from patchpilot.listening.trials import ListeningTest

KEY, PAGE, AUDIO = "test.json", "page.html", "audio"


def check_folder(folder: Path, *, force: bool = False) -> None:
    """Refuse a place that holds another test; raises `OutputError`."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: expected a folder for the test; name another with --out")
    if (folder / KEY).exists() and not force:
        raise OutputError(
            f"{folder} already holds a listening test, which is kept, for votes belong to it: "
            "name another folder with --out, or replace it with --force"
        )


def write(bundle: Bundle, folder: Path, *, force: bool = False) -> None:
    """Write a test. `test.json` comes last: where it is, all the others are.

    Raises:
        OutputError: the place cannot be written to, or holds a test already.
    """
    check_folder(folder, force=force)
    audio = make_folder(folder / AUDIO)
    (folder / KEY).unlink(missing_ok=True)
    for old in audio.glob("*.flac"):
        if old.stem not in bundle.sounds:
            old.unlink(missing_ok=True)
    for code, data in bundle.sounds.items():
        write_bytes(audio / f"{code}.flac", data)
    write_text(folder / PAGE, page_html(bundle))
    write_text(folder / KEY, bundle.test.text + "\n")


def read_test(folder: Path) -> ListeningTest:
    """The test of a folder, or of its `test.json`.

    Raises:
        ParameterError: there is none, or it is damaged.
    """
    path = folder / KEY if folder.is_dir() else folder
    try:
        said = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ParameterError(
            f"{path}: expected a listening test of `patchpilot listening make`, but it cannot be read: {error}"
        ) from None
    return ListeningTest.from_json(said)


def read(folder: Path) -> Bundle:
    """A test with its sounds.

    Raises:
        ParameterError: there is none, it is damaged, or a sound is missing or another one.
    """
    test = read_test(folder)
    home = folder if folder.is_dir() else folder.parent
    sounds: dict[str, bytes] = {}
    for one in test.sounds:
        path = home / AUDIO / f"{one.code}.flac"
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != one.sha256:
            raise ParameterError(f"{path} is {'damaged' if data else 'missing'}: make the test again")
        sounds[one.code] = data
    return Bundle(test, sounds)
