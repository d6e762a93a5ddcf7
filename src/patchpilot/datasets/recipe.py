"""What the rows of a dataset depend on: equal recipes make equal rows, others are refused where one is resumed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from patchpilot.datasets.faults import Limits
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.base import Sampler
from patchpilot.errors import DatasetError, ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.space.canonical import Json, sha256

TIERS = (1, 2, 3)
AUDIO = ("float32", "float16", "flac", "none")
"""How audio is stored: exactly, in half precision, as 24-bit FLAC, or not at all."""
_SAID = {
    "fingerprint": "engine, system or processor",
    "limits": "limits of what is rejected",
    "plan": "notes and lengths",
    "versions": "networks of the features",
}
"""Fields as a user is told of them, where their names alone do not say it."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what is in the rows of a dataset.

    Attributes:
        instrument: name of the instrument.
        fingerprint: engine version, system and processor: what bit-exactness is promised for.
        tier: 1 one voice, 2 every parameter, 3 with the modulation matrix.
        seed: >= 0, of all draws.
        sampler: what the patches are drawn from, in full; for people and for the digest.
        sampler_sha256: its digest.
        plan: what they are played with.
        limits: what is rejected.
        audio: one of `AUDIO`.
        features: names of what is stored about each row beside its audio, sorted.
        versions: (name, version) of those that a local network makes (`Features.versions`).
    """

    instrument: str
    fingerprint: str
    tier: int
    seed: int
    sampler: str
    sampler_sha256: str
    plan: Plan
    limits: Limits
    audio: str = "float32"
    features: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.tier not in TIERS:
            raise ParameterError(f"expected a tier of 1, 2 or 3, got {self.tier!r}")
        if self.seed < 0:
            raise ParameterError(f"expected a seed >= 0, got {self.seed}")
        if self.audio not in AUDIO:
            raise ParameterError(f"expected audio as one of {', '.join(AUDIO)}, got {self.audio!r}")

    @classmethod
    def of(
        cls,
        instrument: Instrument,
        sampler: Sampler,
        *,
        tier: int,
        seed: int,
        plan: Plan,
        limits: Limits,
        audio: str = "float32",
        features: tuple[str, ...] = (),
        versions: tuple[tuple[str, str], ...] = (),
    ) -> Recipe:
        """The recipe of what would be made here and now."""
        return cls(
            instrument=instrument.name,
            fingerprint=instrument.fingerprint,
            tier=tier,
            seed=seed,
            sampler=sampler.text,
            sampler_sha256=sha256(sampler.text.encode()),
            plan=plan,
            limits=limits,
            audio=audio,
            features=tuple(sorted(features)),
            versions=versions,
        )

    def differences(self, other: Recipe) -> list[str]:
        """What differs from the recipe of a file, a phrase each; none where both make the same rows."""
        found = [
            f"{_SAID.get(name, name)} here {_short(mine)}, in the file {_short(theirs)}"
            for name in (
                field.name for field in dataclasses.fields(self) if not field.name.startswith("sampler")
            )
            if (mine := getattr(self, name)) != (theirs := getattr(other, name))
        ]
        if self.sampler_sha256 != other.sampler_sha256:
            lines = zip_longest(
                self.sampler.splitlines(), other.sampler.splitlines(), fillvalue="nothing more"
            )
            pair = next(((a.strip(), b.strip()) for a, b in lines if a != b), ("another", "another"))
            found.append(f"where patches come from: here {pair[0]!r:.80}, in the file {pair[1]!r:.80}")
        return found

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it."""
        said = {**vars(self), "plan": self.plan.to_json(), "limits": self.limits.to_json(),
                "features": list(self.features), "versions": dict(self.versions)}  # fmt: skip
        if not self.versions:  # as files say it that have no such features
            del said["versions"]
        return said

    @classmethod
    def from_json(cls, data: Any) -> Recipe:
        """The inverse of `to_json`.

        Raises:
            DatasetError: a part is missing or damaged.
        """
        try:
            nouns = {
                "plan": Plan.from_json(data["plan"]),
                "limits": Limits.from_json(data["limits"]),
                "features": tuple(data["features"]),
                "versions": tuple(sorted(data.get("versions", {}).items())),
            }
            return cls(**{**data, **nouns})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DatasetError(f"its recipe is damaged: {error}") from None


def _short(value: object) -> str:
    """A value as it is told."""
    return repr(value) if isinstance(value, str | int | tuple) else str(value)
