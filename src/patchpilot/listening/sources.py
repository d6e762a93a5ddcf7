"""Where the sounds of a test come from: folders of files with the same names, or takes of a bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from patchpilot.audio import Audio, load
from patchpilot.bank import Bank
from patchpilot.errors import ParameterError
from patchpilot.files import SOUNDS
from patchpilot.listening.build import Item


def of_folders(conditions: Mapping[str, Path], references: Path | None = None) -> list[Item]:
    """An item for each name of a file that is in all folders.

    Args:
        conditions: a folder, or one file, for each condition.
        references: a folder, or one file, of what the sounds are to be like; None for none.

    Raises:
        AudioError: a file cannot be read.
        ParameterError: a folder has no sounds, or they have no names in common.
    """
    files = {name: _files(path) for name, path in conditions.items()}
    shown = None if references is None else _files(references)
    every = [*files.values(), *([shown] if shown is not None else [])]
    if all(len(one) == 1 for one in every):  # files, whatever they are called
        names = {next(iter(one)) for one in every}
        title = names.pop() if len(names) == 1 else "sound"
        files = {name: {title: next(iter(one.values()))} for name, one in files.items()}
        shown = None if shown is None else {title: next(iter(shown.values()))}
        every = [*files.values(), *([shown] if shown is not None else [])]
    common = sorted(set.intersection(*(set(one) for one in every))) if every else []
    if not common:
        heads = "; ".join(f"{name}: {', '.join(list(one)[:3])} …" for name, one in files.items())
        raise ParameterError(
            f"expected files of the same names in all folders, such as a.wav beside a.flac; got {heads}"
        )
    return [
        Item(
            name,
            {condition: load(one[name]) for condition, one in files.items()},
            None if shown is None else load(shown[name]),
            {condition: str(one[name].name) for condition, one in files.items()},
        )
        for name in common
    ]


def of_takes(bank: Bank, numbers: Sequence[int], reference: Audio | None = None) -> list[Item]:
    """One item of takes, each a condition of its own ("take 12").

    Raises:
        BankError: there is no such take, or its audio is gone.
        ParameterError: there are fewer than two takes, or one comes twice.
    """
    if len(numbers) < 2 or len(set(numbers)) < len(numbers):
        raise ParameterError(
            f"expected two or more different takes, got {', '.join(map(str, numbers)) or 'none'}"
        )
    takes = {f"take {number}": bank.take(number) for number in numbers}
    return [
        Item(
            "takes",
            {name: take.audio for name, take in takes.items()},
            reference,
            {name: take.origin.detail or take.origin.searcher for name, take in takes.items()},
        )
    ]


def _files(path: Path) -> dict[str, Path]:
    """Sounds by their names without the ending."""
    if path.is_file():
        return {path.stem: path}
    found = (
        {one.stem: one for one in sorted(path.iterdir()) if one.suffix.lower() in SOUNDS}
        if path.is_dir()
        else {}
    )
    if not found:
        raise ParameterError(f"expected a sound file or a folder of them, found none: {path}")
    return found
