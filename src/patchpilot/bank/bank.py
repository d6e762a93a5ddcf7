"""The `Bank` noun: every take worth keeping, in a folder, for several programs at once.

    with Bank.open("mine.bank") as bank:
        number = bank.append(take, scores={"close_to": -0.4}, experiment="first")
        bank.vote(number, +1)
        for entry, distance in bank.near(sound, 5): ...

The folder holds `bank.sqlite`, `audio/` (a preview for each different sound), `assets/` (large parts of patches, each
once) and `index/` (made anew when it is lost).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from patchpilot.audio import Audio
from patchpilot.bank.check import Problem, damaged_assets, lost_audio, problems
from patchpilot.bank.collect import Collected, collect
from patchpilot.bank.copies import backup, moved_aside
from patchpilot.bank.entry import Entry, entries_of
from patchpilot.bank.export import export
from patchpilot.bank.info import info
from patchpilot.bank.marks import Marks
from patchpilot.bank.merge import Merged, merge
from patchpilot.bank.query import EVERYTHING, Query
from patchpilot.bank.reindex import Heard, reindex
from patchpilot.bank.related import Related
from patchpilot.bank.repair import Repaired, repair, restored
from patchpilot.bank.replay import Replay, replays
from patchpilot.bank.similar import Similar
from patchpilot.errors import BankError, PatchError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.retrieval.embedding import Embedding
from patchpilot.retrieval.library import embedding_of
from patchpilot.space.canonical import Json


class Bank(Marks, Similar, Related):
    """Takes that are kept. Make one with `Bank.open`; threads may share it, and so may processes, each its own."""

    def take(self, number: int) -> Take:
        """A take with its audio to 24 bits, as the preview has it; `replay` has it exactly.

        Raises:
            BankError: there is none of that number, or its audio or an asset is gone or damaged.
        """
        entry = self[number]
        audio = self.audio.get(
            entry.audio_sha256, gain=entry.gain, sample_rate=entry.sample_rate, channels=entry.channels
        )
        return self._take(entry, audio)

    def _take(self, entry: Entry, audio: Audio) -> Take:
        try:
            return entry.record.take(self.assets, audio)
        except PatchError as error:
            raise BankError(f"take {entry.number} of {self.path}: {error}") from None

    # Making them sound again

    def replay(self, number: int, instrument: Instrument) -> Replay:
        """Render a take again and compare; a preview that is gone comes back.

        Raises:
            BankError: there is no such take, or it is of another instrument.
            OutputError: the preview cannot be written.
        """
        (again,) = self.replays([number], instrument)
        return again

    def replays(self, numbers: Iterable[int], instrument: Instrument) -> Iterator[Replay]:
        """`replay` of many, on all of the instrument's workers, in any order."""
        entries = [self[number] for number in numbers]
        cleared = {entry.number for entry in entries if not entry.has_audio}
        for again in replays(entries, instrument, self.assets, self.audio):
            if again.number in cleared and again.verdict == "identical":
                restored(self.database, [again.number])
            yield again

    def export(self, number: int, folder: Path | str, instrument: Instrument) -> list[Path]:
        """Write preset, audio and MIDI of a take; the audio exactly where it is rendered the same, else the preview.

        Returns:
            The files; no MIDI where the extra "racks" is missing.

        Raises:
            BankError: there is no such take, it is of another instrument, or its audio is neither here nor made again.
            OutputError: a file cannot be written.
        """
        again = self.replay(number, instrument)
        if again.verdict == "identical" and again.audio is not None:
            entry = self[number]
            return export(entry, self._take(entry, again.audio), Path(folder), instrument)
        return export(self[number], self.take(number), Path(folder), instrument)

    # Keeping it in order

    def info(self) -> dict[str, Json]:
        """What it holds, as plain JSON."""
        self.flush()
        return info(self.path, self.database)

    def collect(
        self,
        where: Query = EVERYTHING,
        *,
        remove_takes: bool = False,
        keep_best: int = 0,
        apply: bool = False,
    ) -> Collected:
        """Make room; nothing is changed without `apply`, and takes of which something was said are never touched.

        Args:
            where: which takes are meant.
            remove_takes: remove them, and not only their previews.
            keep_best: so many of them stay, by the sum of their scores.
            apply: do it.
        """
        self.flush()
        return collect(
            self.database,
            self.audio,
            self.assets,
            where,
            remove_takes=remove_takes,
            keep_best=keep_best,
            apply=apply,
        )

    def check(self, *, listen: bool = False) -> Iterator[Problem]:
        """What is wrong with it; with `listen`, every preview is read."""
        self.flush()
        return problems(self.database, self.audio, self.assets, listen=listen)

    def to_repair(self, *, listen: bool = False, cleared: bool = False) -> list[str]:
        """Names of the instruments some of whose takes `repair` would render, or whose assets are lost."""
        self.flush()
        lost = [n for n, _ in lost_audio(self.database, self.audio, listen=listen, cleared=cleared)]
        lost += [number for _, number, _ in damaged_assets(self.database, self.assets)]
        return sorted({entry.instrument for entry in entries_of(self.database, lost)})

    def repair(
        self,
        instrument: Instrument,
        *,
        listen: bool = False,
        cleared: bool = False,
        on_replay: Callable[[Replay], None] = lambda _: None,
    ) -> Repaired:
        """Render lost audio of an instrument's takes again, and keep it where it is the same to the bit.

        Args:
            instrument: whose takes are repaired.
            listen: read every preview, to find damaged ones.
            cleared: bring back those, too, that were cleared away on purpose.
            on_replay: called after each render.
        """
        self.flush()
        return repair(
            self.database,
            self.audio,
            self.assets,
            instrument,
            listen=listen,
            cleared=cleared,
            on_replay=on_replay,
        )

    def reindex(
        self,
        embedding: Embedding | str | None = None,
        *,
        on_heard: Callable[[int, int], None] = lambda *_: None,
    ) -> Heard:
        """Hear takes that have no vector, or all of them with another embedding, which is the bank's from then on.

        Raises:
            BankError: the bank is damaged, or held by another process.
            PluginError: the embedding is missing or broken.
        """
        self.flush()
        made = self.hearing.embedding if embedding is None else embedding
        made = embedding_of(made) if isinstance(made, str) else made
        heard = reindex(self.database, self.audio, self.assets, made, on_heard=on_heard)
        self.hearing.change(made)
        return heard

    def backup(self, path: Path | str) -> int:
        """Copy it as it is now into a folder that is not there yet, which is a bank then; the bytes copied."""
        self.flush()
        return backup(self.database, self.audio, self.assets, Path(path))

    @classmethod
    def restore(
        cls, source: Path | str, path: Path | str | None = None, *, replace: bool = False
    ) -> Path | None:
        """Put a copy of a backup where a bank is to be.

        Args:
            source: a bank.
            path: where to; the user's default bank by default.
            replace: where there is one already, keep it beside under another name.

        Returns:
            The name that the one that was there has now, None where there was none.

        Raises:
            BankError: `source` is no bank.
            OutputError: there is one already, and it is not to be replaced.
        """
        target = cls.default_path() if path is None else Path(path)
        with cls.open(source, create=False) as bank:
            if not (replace and target.exists()):
                bank.backup(target)
                return None
            aside = moved_aside(target)
            try:
                bank.backup(target)
            except BaseException:
                aside.replace(target)
                raise
            return aside

    def merge(self, other: Path | str, *, on_take: Callable[[int, int], None] = lambda *_: None) -> Merged:
        """Take all of another bank in, with what was said there; again, it changes nothing."""
        with type(self).open(other, create=False) as theirs:
            return merge(self, theirs, on_take)
