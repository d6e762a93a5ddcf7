"""The one spelling of a take in every place that keeps takes: a dataset's file, the bank.

    record = TakeRecord.of(take, store)     # assets go to the store, audio is kept apart
    take = record.take(store, audio)        # the same take again

A record is canonical JSON, so equal takes have equal bytes.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from patchpilot.audio import Audio
from patchpilot.errors import ParameterError, PatchError
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch, Performance, Routing
from patchpilot.space.assets import Assets
from patchpilot.space.canonical import Json, canonical_json

FORMAT = 1
"""Version of the JSON."""


class TakeSink(Protocol):
    """Anything that takes are put into, one after another."""

    def append(self, take: Take) -> None:
        """Keep a take; raises `OutputError` where that fails, and then nothing of it is kept."""


@dataclass(frozen=True)
class TakeRecord:
    """Everything of a take but its audio and the content of its assets, as text.

    Audio that a performance brings is an asset, too.

    Attributes:
        text: canonical JSON.
    """

    text: str

    @classmethod
    def of(cls, take: Take, store: Assets) -> TakeRecord:
        """The record of a take, its assets kept in `store`."""
        return cls.of_all([take], store)[0]

    @classmethod
    def of_all(cls, takes: Sequence[Take], store: Assets) -> list[TakeRecord]:
        """The records of takes; a patch that several share is spelt once, since it is nearly all of the text."""
        spelt: dict[int, str] = {}
        for take in takes:
            if id(take.patch) not in spelt:
                spelt[id(take.patch)] = canonical_json(take.patch.to_json(store))
        return [cls(_text(take, spelt[id(take.patch)], store)) for take in takes]

    @cached_property
    def json(self) -> Json:
        """What the text says.

        Raises:
            PatchError: it is no record, or one of a newer version.
        """
        try:
            data = json.loads(self.text)
        except ValueError:
            raise PatchError("expected the JSON of a take, but it is damaged") from None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise PatchError(f"expected a take of format {FORMAT}; was it written by a newer version?")
        return data

    def patch(self, store: Assets) -> Patch:
        """The patch, its assets from `store`; raises `PatchError`."""
        return Patch.from_json(self.json.get("patch"), store)

    @property
    def routings(self) -> tuple[Routing, ...]:
        """Those of the patch, without a look at its assets; raises `PatchError`."""
        try:
            return tuple(Routing(**routing) for routing in self.json["patch"]["routings"])
        except (KeyError, TypeError) as error:
            raise PatchError(f"expected the routings of a patch: {error!r}") from None

    def performance(self, store: Assets) -> Performance:
        """What was played, audio that it brings from `store`; raises `PatchError`."""
        try:
            return Performance.from_json(self.json["performance"], store)
        except (KeyError, ParameterError) as error:
            raise PatchError(f"expected the performance of a take: {error}") from None

    def take(self, store: Assets, audio: Audio) -> Take:
        """The take again.

        Args:
            store: that its assets were put into.
            audio: what came out.

        Raises:
            PatchError: the record is damaged or of a newer version, or an asset is missing.
        """
        try:
            origin = self.json["origin"]
            return Take(
                patch=self.patch(store),
                performance=self.performance(store),
                audio=audio,
                fingerprint=self.json["fingerprint"],
                origin=Origin(**{**origin, "parents": tuple(origin["parents"])}),
                features=dict(self.json["features"]),
            )
        except (KeyError, TypeError) as error:
            raise PatchError(f"expected the JSON of a take, but a part is missing: {error!r}") from None


def _text(take: Take, patch: str, store: Assets) -> str:
    """Canonical JSON around that of the patch; the keys' order is the alphabet's."""
    before = {
        "features": {name: float(value) for name, value in take.features.items()},
        "fingerprint": take.fingerprint,
        "format": FORMAT,
        "origin": dataclasses.asdict(take.origin),
    }
    after = {"performance": take.performance.to_json(store)}
    return f'{canonical_json(before)[:-1]},"patch":{patch},{canonical_json(after)[1:]}'
