"""What a profile has learned, in words."""

from __future__ import annotations

from collections.abc import Iterator

from patchpilot.tracks.profile.kinds import KINDS, MIX, WHOLE, Feature, amount, hertz, sections_called
from patchpilot.tracks.profile.profile import Profile
from patchpilot.tracks.profile.usual import Usual, distance, usual
from patchpilot.tracks.section import LABELS

FEW = 5
"""With fewer tracks than this, spreads are mostly believed."""
_TYPICAL, _VARIED = 0.7, 1.4
"""Spread, in parts of the usual one, below which the collection agrees, and above which it does not."""
_ODD = 1.6
_SHOWN_BANDS_HZ = (50.0, 125.0, 315.0, 800.0, 2000.0, 5000.0, 12_500.0)


def review(profile: Profile) -> list[str]:
    """Sentences: how sure it is, what the tracks agree on, section by section, sub-styles, and odd tracks."""
    return [*_trust(profile), *_whole(profile), *_sections(profile), *_styles(profile), *_odd(profile)]


def _trust(profile: Profile) -> Iterator[str]:
    n = len(profile.used)
    yield f"Learned from {n} track{'s' * (n != 1)}."
    if n == 1:
        yield (
            "One track says what it is like, not how far others may be from it: spreads are those that are usual "
            "in music. Add tracks."
        )
    elif n < FEW:
        yield f"With fewer than {FEW} tracks, spreads are mostly those that are usual in music."
    if profile.broken:
        part = len(profile.broken) / (len(profile.broken) + len(profile.tracks))
        yield f"{len(profile.broken)} files ({part:.0%}) could not be analysed and are not in it."
    if profile.without_tracks:
        yield f"Left out, as you said: {', '.join(sorted(profile.without_tracks))}."
    if profile.without_features:
        yield f"Not compared, as you said: {', '.join(sorted(profile.without_features))}."


def _whole(profile: Profile) -> Iterator[str]:
    for feature, known in profile.usual.items():
        if feature.section == WHOLE and feature.stem == MIX and feature.kind.group not in ("colour", "width"):
            yield f"{_sentence(feature, known)}."


def _sentence(feature: Feature, known: Usual) -> str:
    """ "tempo: 138.0 BPM, give or take 1.2 BPM (you are strict about it)"."""
    unit = feature.kind.unit
    part = known.spread / feature.kind.usual
    strict = (
        ""
        if known.tracks < FEW
        else " (typical of you)"
        if part < _TYPICAL
        else " (varies)"
        if part > _VARIED
        else ""
    )
    words = feature.words[0].upper() + feature.words[1:]
    return f"{words}: {amount(known.median, unit)}, give or take {amount(known.spread, unit)}{strict}"


def _sections(profile: Profile) -> Iterator[str]:
    stems = sorted({feature.stem for feature in profile.usual if feature.stem != MIX})
    for label in LABELS:
        own = {f: u for f, u in profile.usual.items() if f.section == label}
        if not own:
            continue
        said = [
            _short(f, u) for f, u in own.items() if f.stem == MIX and f.kind.group not in ("colour", "width")
        ]
        yield f"{sections_called(label).capitalize()}: {'; '.join(said)}."
        yield f"  colour: {', '.join(_colour(own, label))}"
        wide = {f.which: u for f, u in own.items() if f.stem == MIX and f.kind is KINDS["width"]}
        yield "  side against the middle: " + ", ".join(
            f"{which} {amount(u.median, 'dB')}" for which, u in wide.items()
        )
        levels = [(stem, own.get(Feature("level", label, stem))) for stem in stems]
        if any(u is not None for _, u in levels):
            yield "  stems against the mix: " + ", ".join(
                f"{stem} {amount(u.median, 'dB')}" for stem, u in levels if u is not None
            )


def _short(feature: Feature, known: Usual) -> str:
    unit = feature.kind.unit
    against = " against the drops" if feature.name == "level" else ""
    return f"{feature.kind.words}{against} {amount(known.median, unit)} ± {amount(known.spread, unit)}"


def _colour(own: dict[Feature, Usual], label: str) -> Iterator[str]:
    for hz in _SHOWN_BANDS_HZ:
        if (found := own.get(Feature(f"band {hz:g}", label))) is not None:
            yield f"{hertz(hz)} {amount(found.median, 'dB', signed=True)}"


def _styles(profile: Profile) -> Iterator[str]:
    numbers = sorted(set(profile.styles))
    if len(numbers) < 2:
        return
    yield f"{len(numbers)} sub-styles were found:"
    for number in numbers:
        own = [one for one, style in zip(profile.used, profile.styles, strict=True) if style == number]
        known = usual(own)
        apart = sorted(
            ((f, known[f]) for f in known if f in profile.usual and f.kind.group != "form"),
            key=lambda pair: -abs(profile.usual[pair[0]].spreads(pair[1].median)),
        )
        kinds: dict[str, str] = {}
        for feature, its in apart:
            more = its.median - profile.usual[feature].median
            kinds.setdefault(
                feature.kind.group, f"{feature.words} {amount(more, feature.kind.unit, signed=True)}"
            )
        yield f"  {number + 1}. {len(own)} tracks ({', '.join(one.name for one in own[:3])} …): " + "; ".join(
            list(kinds.values())[:3]
        )


def _odd(profile: Profile) -> Iterator[str]:
    if len(profile.used) < FEW:
        return
    for one in profile.used:
        others = usual([other for other in profile.used if other is not one])
        if (far := distance(one, others)) > _ODD * profile.reach:
            yield (
                f"{one.name} is unlike the others ({far:.1f} spreads, where {profile.reach:.1f} is common): "
                f"`track profile review --leave-out '{one.name}'` leaves it out."
            )
