"""What is lost and can be made again: audio by rendering, built-in assets from the instrument."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from patchpilot.bank.audio_files import AudioFiles
from patchpilot.bank.check import damaged_assets, lost_audio
from patchpilot.bank.database import Database
from patchpilot.bank.entry import entries_of
from patchpilot.bank.replay import Replay, replays
from patchpilot.errors import PatchError
from patchpilot.instruments.base import Instrument
from patchpilot.space import AssetStore

_SOME = 64


@dataclass(frozen=True)
class Repaired:
    """What came of a repair.

    Attributes:
        audio: numbers of the takes whose audio is back, the same to the bit.
        assets: sha256 of assets that are back.
        failed: takes whose audio is not back, and why.
    """

    audio: tuple[int, ...]
    assets: tuple[str, ...]
    failed: tuple[tuple[int, str], ...]


def repair(
    database: Database,
    audio: AudioFiles,
    assets: AssetStore,
    instrument: Instrument,
    *,
    listen: bool,
    cleared: bool,
    on_replay: Callable[[Replay], None],
) -> Repaired:
    """Render lost audio of an instrument's takes again, and keep it where its hash is that of then.

    Args:
        database: of the bank.
        audio: its previews.
        assets: of its patches.
        instrument: whose takes are repaired.
        listen: read every preview, to find damaged ones.
        cleared: bring those back, too, that were cleared away on purpose.
        on_replay: called after each render.

    Raises:
        BankError: the bank is damaged beyond that.
        OutputError: a file cannot be written.
    """
    built_in = []
    for digest, _, _ in damaged_assets(database, assets):
        with suppress(PatchError):
            asset = instrument.asset(digest)
            assets.path(digest).unlink(missing_ok=True)
            built_in.append(assets.put(asset))
    back, failed = list[int](), list[tuple[int, str]]()
    lost = [number for number, _ in lost_audio(database, audio, listen=listen, cleared=cleared)]
    for start in range(0, len(lost), _SOME):
        entries = entries_of(database, lost[start : start + _SOME])
        mine = [entry for entry in entries if entry.instrument == instrument.space.instrument]
        for entry in mine:
            audio.path(entry.audio_sha256).unlink(missing_ok=True)  # where it is damaged
        for again in replays(mine, instrument, assets, audio):
            on_replay(again)
            if again.verdict == "identical":
                back.append(again.number)
            else:
                failed.append((again.number, _why(again)))
    restored(database, back)
    return Repaired(tuple(sorted(back)), tuple(built_in), tuple(sorted(failed)))


def restored(database: Database, numbers: list[int]) -> None:
    """Remember that takes have audio again."""
    if numbers:
        with database.writing() as db:
            db.executemany(
                "UPDATE takes SET has_audio = 1 WHERE number = ?", [(number,) for number in numbers]
            )


def _why(again: Replay) -> str:
    if again.error:
        return f"take {again.number} could not be rendered: {again.error}"
    where = (
        "here" if again.fingerprint == again.was else f"on {again.fingerprint}; it was made on {again.was}"
    )
    return f"take {again.number} sounds otherwise {where}"
