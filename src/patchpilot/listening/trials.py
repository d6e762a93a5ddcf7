"""The `ListeningTest` noun: what is heard against what, as plain data: the key of a blind test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.space.canonical import canonical_json

FORMAT = "patchpilot-listening-1"
MUSHRA, PAIRWISE = "mushra", "pairwise"
KINDS = (MUSHRA, PAIRWISE)
REFERENCE, LOW_ANCHOR, MID_ANCHOR = "reference", "low anchor", "mid anchor"
HIDDEN = (REFERENCE, LOW_ANCHOR, MID_ANCHOR)
"""Conditions that a test in the manner of MUSHRA brings itself."""


@dataclass(frozen=True)
class Stimulus:
    """A sound of a trial.

    Attributes:
        code: what it is called in file names, on the page and in votes; says nothing of what it is.
        condition: what it stands for.
        sha256: of its FLAC file.
        detail: where it came from, in words.
    """

    code: str
    condition: str
    sha256: str
    detail: str = ""


@dataclass(frozen=True)
class Trial:
    """What is judged at one time.

    Attributes:
        code: what it is called on the page and in votes.
        name: for its maker.
        stimuli: that are judged: two, where they are compared in pairs.
        reference: that they are to be like, and that is shown as such; None for none.
    """

    code: str
    name: str
    stimuli: tuple[Stimulus, ...]
    reference: Stimulus | None = None

    @property
    def sounds(self) -> Iterator[Stimulus]:
        """All that is heard in it, the reference first."""
        if self.reference is not None:
            yield self.reference
        yield from self.stimuli

    def stimulus(self, code: str) -> Stimulus | None:
        """What is judged under a code; None where there is no such."""
        return next((one for one in self.stimuli if one.code == code), None)


@dataclass(frozen=True)
class ListeningTest:
    """A blind test.

    Attributes:
        name: its title, shown to whoever listens.
        question: that they answer.
        kind: one of `KINDS`.
        trials: in the order in which they were made; everybody hears them in another one.
        seed: of codes and dither.
        no_difference: whether "no difference" is an answer, where pairs are compared.
        remarks: what its maker should know, in sentences.
    """

    name: str
    question: str
    kind: str
    trials: tuple[Trial, ...]
    seed: int
    no_difference: bool = True
    remarks: tuple[str, ...] = ()

    @cached_property
    def id(self) -> str:
        """16 hex digits of all that it is, sounds included."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @property
    def conditions(self) -> tuple[str, ...]:
        """All that are judged, those that the test brought itself last."""
        found = dict.fromkeys(one.condition for trial in self.trials for one in trial.stimuli)
        return (*(name for name in found if name not in HIDDEN), *(name for name in HIDDEN if name in found))

    @property
    def sounds(self) -> Iterator[Stimulus]:
        """All sounds of all trials."""
        for trial in self.trials:
            yield from trial.sounds

    def trial(self, code: str) -> Trial | None:
        """The trial of a code; None where there is no such."""
        return next((one for one in self.trials if one.code == code), None)

    @property
    def text(self) -> str:
        """Canonical JSON; `from_json` reads what it says."""
        return canonical_json({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, said: Any) -> ListeningTest:
        """The inverse of `text`.

        Raises:
            ParameterError: it is not the data of a test.
        """
        if not isinstance(said, Mapping) or said.get("format") != FORMAT:
            found = said.get("format") if isinstance(said, Mapping) else type(said).__name__
            raise ParameterError(
                f"expected a listening test of format {FORMAT!r}, got {found!r}: is it a test.json that "
                "`patchpilot listening make` wrote?"
            )
        try:
            made = cls(
                name=str(said["name"]),
                question=str(said["question"]),
                kind=str(said["kind"]),
                trials=tuple(_trial(one) for one in said["trials"]),
                seed=int(said["seed"]),
                no_difference=bool(said["no_difference"]),
                remarks=tuple(map(str, said["remarks"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ParameterError(f"the listening test is damaged: {error!r}. Make it again.") from None
        codes = [one.code for one in made.sounds] + [trial.code for trial in made.trials]
        if made.kind not in KINDS or len(set(codes)) != len(codes) or not made.trials:
            raise ParameterError(
                "the listening test is damaged: expected a known kind, trials and one code each"
            )
        return made


def _trial(said: Mapping[str, Any]) -> Trial:
    reference = said["reference"]
    return Trial(
        code=str(said["code"]),
        name=str(said["name"]),
        stimuli=tuple(_stimulus(one) for one in said["stimuli"]),
        reference=None if reference is None else _stimulus(reference),
    )


def _stimulus(said: Mapping[str, Any]) -> Stimulus:
    return Stimulus(*(str(said[name]) for name in ("code", "condition", "sha256", "detail")))
