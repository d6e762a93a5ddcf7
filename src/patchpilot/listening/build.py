"""Sounds in, a blind test out: codes that tell nothing, anchors, one loudness."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from patchpilot.audio import Audio, rms
from patchpilot.errors import ParameterError
from patchpilot.listening.anchors import CUTOFFS_HZ, anchor
from patchpilot.listening.levelled import alike, equal, flac
from patchpilot.listening.trials import (
    HIDDEN,
    KINDS,
    LOW_ANCHOR,
    MID_ANCHOR,
    MUSHRA,
    REFERENCE,
    ListeningTest,
    Stimulus,
    Trial,
)

SECONDS = 12.0
"""Longest sound of a test by default: ITU-R BS.1534-3 asks for about 10 s and at most 12."""
MOST_AT_ONCE = 12
"""Sounds of a trial, hidden ones included, that BS.1534-3 thinks anybody can compare."""
MOST_TRIALS = 200
_SAME = 1e-3
"""RMS of the difference of two sounds of RMS 1: what is 60 dB below is not heard."""
QUESTIONS = {
    MUSHRA: "How much is each sound like the reference?",
    "like": "Which one is more like the reference?",
    "prefer": "Which one do you prefer?",
}


@dataclass(frozen=True, eq=False)
class Item:
    """What is compared about one thing: the same sound as several conditions make it.

    Attributes:
        name: of the thing, for the maker of the test.
        sounds: by condition.
        reference: what they are to be like; None for none.
        details: where each came from, by condition.
    """

    name: str
    sounds: Mapping[str, Audio]
    reference: Audio | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Bundle:
    """A test and its sounds.

    Attributes:
        test: which is the key, too.
        sounds: FLAC files by code.
    """

    test: ListeningTest
    sounds: Mapping[str, bytes]


def build(
    name: str,
    kind: str,
    items: Sequence[Item],
    *,
    seed: int,
    question: str = "",
    mid_anchor: bool = False,
    show_reference: bool = True,
    no_difference: bool = True,
    seconds: float = SECONDS,
    remarks: Iterable[str] = (),
) -> Bundle:
    """Make a test. The same arguments make the same bytes.

    All sounds of the test are brought to one loudness (ITU-R BS.1770), those of a trial to one length with the same
    fades. In the manner of MUSHRA each item is a trial, with its reference and an anchor hidden among the sounds; in
    pairs, each two conditions of an item are a trial.

    Args:
        name: its title, shown to whoever listens.
        kind: "mushra" or "pairwise".
        items: what is compared.
        seed: >= 0, of codes and dither. Whoever knows it can find out what is what.
        question: that is answered; the usual one by default.
        mid_anchor: also hide the reference below 7 kHz (MUSHRA).
        show_reference: play the reference as such beside a pair; without it, references are left out.
        no_difference: whether "no difference" is an answer (pairs).
        seconds: > 0, longest sound; longer ones are cut.
        remarks: for its maker.

    Raises:
        AudioError: a sound is silent.
        ParameterError: there is nothing to compare, too much of it, a reference is missing, or `kind`, `seconds` or
            `seed` is out of its range.
    """
    if kind not in KINDS or not seconds > 0 or seed < 0:
        raise ParameterError(
            f"expected a kind of {', '.join(KINDS)}, seconds above 0 and a seed from 0 up; "
            f"got {kind!r}, {seconds}, {seed}"
        )
    said = list(remarks)
    chosen = [one if kind == MUSHRA or show_reference else replace(one, reference=None) for one in items]
    _check(kind, chosen)
    drafts = list(_mushra(chosen, mid_anchor) if kind == MUSHRA else _pairs(chosen, said))
    if not 1 <= len(drafts) <= MOST_TRIALS:
        why = f"{len(drafts)}; compare fewer sounds at a time" if drafts else f"none. {' '.join(said)}"
        raise ParameterError(f"expected 1 to {MOST_TRIALS} trials, got {why}")
    trials, sounds = _coded(drafts, seed, seconds)
    has_reference = any(trial.reference is not None for trial in trials)
    usual = QUESTIONS[MUSHRA if kind == MUSHRA else "like" if has_reference else "prefer"]
    test = ListeningTest(
        _printable(name) or "Listening test",
        _printable(question) or usual,
        kind,
        tuple(trials),
        seed,
        no_difference,
        tuple(said),
    )
    return Bundle(test, sounds)


@dataclass(frozen=True, eq=False)
class _Draft:
    name: str
    reference: Audio | None
    sounds: Sequence[tuple[str, Audio]]
    details: Mapping[str, str]


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()


def _check(kind: str, items: Sequence[Item]) -> None:
    least = 1 if kind == MUSHRA else 2
    for item in items:
        if len(item.sounds) < least or (kind == MUSHRA and len(item.sounds) + 3 > MOST_AT_ONCE):
            most = f" to {MOST_AT_ONCE - 3}" if kind == MUSHRA else ""
            raise ParameterError(
                f"{item.name}: expected {least}{most or ' or more'} sounds to judge, got {len(item.sounds)}"
            )
        if kind == MUSHRA and item.reference is None:
            raise ParameterError(
                f"{item.name}: expected a reference that the sounds are to be like, got none; "
                "name one, or compare in pairs"
            )
        for condition in item.sounds:
            if not condition.strip() or condition in HIDDEN:
                raise ParameterError(
                    f"{item.name}: a condition cannot be called {condition!r}; {', '.join(HIDDEN)} are the test's own"
                )


def _mushra(items: Iterable[Item], mid_anchor: bool) -> Iterator[_Draft]:
    anchors = [LOW_ANCHOR, *([MID_ANCHOR] if mid_anchor else [])]
    for item in items:
        assert item.reference is not None
        hidden = [(name, anchor(item.reference, CUTOFFS_HZ[name])) for name in anchors]
        sounds = [*item.sounds.items(), (REFERENCE, item.reference), *hidden]
        yield _Draft(item.name, item.reference, sounds, item.details)


def _pairs(items: Iterable[Item], remarks: list[str]) -> Iterator[_Draft]:
    """Each two conditions of each item; two that sound the same are left out, which `remarks` are told."""
    for item in items:
        for one, other in itertools.combinations(item.sounds, 2):
            if _are_same(item.sounds[one], item.sounds[other]):
                remarks.append(
                    f"{item.name}: {one} and {other} are the same sound, so there is nothing to compare."
                )
                continue
            sounds = [(name, item.sounds[name]) for name in (one, other)]
            yield _Draft(item.name, item.reference, sounds, item.details)


def _are_same(one: Audio, other: Audio) -> bool:
    """Whether they differ by their level alone, which is made equal."""
    if one.sample_rate != other.sample_rate or one.samples.shape != other.samples.shape:
        return False
    levels = [rms(one), rms(other)]
    if min(levels) == 0.0:
        return max(levels) == 0.0
    return rms(Audio(one.samples / levels[0] - other.samples / levels[1], one.sample_rate)) < _SAME


def _coded(drafts: Sequence[_Draft], seed: int, seconds: float) -> tuple[list[Trial], dict[str, bytes]]:
    ready = [
        alike(
            [*([draft.reference] if draft.reference else []), *(s for _, s in draft.sounds)], seconds=seconds
        )
        for draft in drafts
    ]
    names = [
        f"{d.name}: {c}"
        for d in drafts
        for c in ([REFERENCE] if d.reference else []) + [c for c, _ in d.sounds]
    ]
    level = iter(equal([sound for sounds in ready for sound in sounds], names))
    trials, files = [], {}
    for index, draft in enumerate(drafts):

        def stimulus(role: str, condition: str, index: int = index, draft: _Draft = draft) -> Stimulus:
            code = _code(seed, index, role, condition)
            files[code] = flac(next(level), int(code, 16))
            digest = hashlib.sha256(files[code]).hexdigest()
            return Stimulus(code, condition, digest, draft.details.get(condition, ""))

        reference = stimulus("shown", REFERENCE) if draft.reference else None
        judged = tuple(stimulus("judged", condition) for condition, _ in draft.sounds)
        trials.append(Trial(_code(seed, index, "trial", ""), draft.name, judged, reference))
    return trials, files


def _code(seed: int, index: int, role: str, condition: str) -> str:
    """Ten hex digits."""
    return hashlib.sha256(f"{seed}\n{index}\n{role}\n{condition}".encode()).hexdigest()[:10]
