"""The profile of a collection: what is usual in it, feature by feature and section by section. A file of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.files import write_text
from patchpilot.tracks.profile.kinds import Feature
from patchpilot.tracks.profile.measuring import Measured, measured
from patchpilot.tracks.profile.styles import styles
from patchpilot.tracks.profile.usual import Usual, distance, usual
from patchpilot.tracks.track import Track

FORMAT = "patchpilot-profile-1"
_REACH_OF = 0.9
"""Quantile of the collection's own distances at which a likeness is one half."""
_ALONE = 1.5
"""That distance for a collection too small to say."""
_ENOUGH = 5
STYLE_TRACKS = 8
"""A sub-style of so many tracks or more is compared with on its own."""


@dataclass(frozen=True)
class Profile:
    """What a collection of tracks is like; `Profile.build` makes one.

    Attributes:
        tracks: all of them, in order of their names.
        broken: files that could not be analysed: name and reason.
        without_tracks: names of tracks that are left out of everything.
        without_features: features that are left out, as `Feature` says them; "band 320" leaves it out everywhere.
    """

    tracks: tuple[Measured, ...]
    broken: tuple[tuple[str, str], ...] = ()
    without_tracks: frozenset[str] = frozenset()
    without_features: frozenset[str] = frozenset()

    @classmethod
    def build(cls, tracks: Iterable[Track | Measured], *, broken: Iterable[tuple[str, str]] = ()) -> Profile:
        """The profile of some tracks; one is enough, though its spreads are then what is believed of all music.

        Args:
            tracks: analyses, or what was measured of them with their stems; the same content counts once.
            broken: names and reasons of files that could not be analysed, to be remembered.

        Raises:
            ParameterError: there is no track.
        """
        found = {one.sha256: one for one in (t if isinstance(t, Measured) else measured(t) for t in tracks)}
        named: dict[str, Measured] = {}
        for one in sorted(found.values(), key=lambda one: (one.name, one.sha256)):
            name = one.name if one.name not in named else f"{one.name} {one.sha256[:8]}"
            values = {feature: round(value, 4) for feature, value in one.values.items()}
            named[name] = replace(one, name=name, values=values)
        lost = tuple(broken)
        if not named:
            raise ParameterError(
                f"expected at least one track that can be analysed, got none ({len(lost)} were broken). "
                "Name a folder of whole tracks."
            )
        return cls(tuple(named.values()), lost)

    @cached_property
    def used(self) -> tuple[Measured, ...]:
        """The tracks that count, without what is left out of them."""
        return tuple(
            replace(one, values={f: v for f, v in one.values.items() if not self.is_left_out(f)})
            for one in self.tracks
            if one.name not in self.without_tracks
        )

    def is_left_out(self, feature: Feature) -> bool:
        """Whether a feature does not count."""
        return bool({str(feature), feature.name, feature.kind.group} & self.without_features)

    @cached_property
    def usual(self) -> dict[Feature, Usual]:
        """What is usual of each feature."""
        return usual(self.used)

    @cached_property
    def styles(self) -> tuple[int, ...]:
        """The sub-style of each of `used`, from 0, the largest first."""
        return styles(self.used)

    def style_of(self, one: Measured) -> int:
        """The sub-style that a track is nearest to."""
        numbers = sorted(set(self.styles))
        return min(numbers, key=lambda number: distance(one, self._usual_of(number)))

    def usual_for(self, one: Measured) -> dict[Feature, Usual]:
        """What is usual in the sub-style that a track is nearest to; in all of the collection where that is small."""
        number = self.style_of(one)
        return self._usual_of(number) if self.styles.count(number) >= STYLE_TRACKS else self.usual

    def _usual_of(self, number: int) -> dict[Feature, Usual]:
        if len(set(self.styles)) == 1:
            return self.usual
        return usual([one for one, style in zip(self.used, self.styles, strict=True) if style == number])

    @cached_property
    def reach(self) -> float:
        """The distance that one of ten of the collection's own tracks exceeds, each compared with all others."""
        if len(self.used) < _ENOUGH:
            return _ALONE
        alone = [
            distance(one, usual([other for other in self.used if other is not one])) for one in self.used
        ]
        return float(np.quantile(alone, _REACH_OF))

    def likeness(self, track: Track | Measured) -> float:
        """How much a track is like the collection, 0..1; one half where one of ten of its own tracks is less so."""
        one = track if isinstance(track, Measured) else measured(track)
        return float(0.5 ** ((distance(one, self.usual) / self.reach) ** 2))

    def without(self, *, tracks: Iterable[str] = (), features: Iterable[str] = ()) -> Profile:
        """The same without some tracks and features.

        Raises:
            ParameterError: there is no such track or feature, or no track would be left.
        """
        names, said = set(tracks), set(features)
        if missing := names - {one.name for one in self.tracks}:
            raise ParameterError(
                f"the profile has no track {', '.join(sorted(missing))}; `track profile show` lists them"
            )
        every = {word for one in self.tracks for f in one.values for word in (str(f), f.name, f.kind.group)}
        if missing := said - every:
            raise ParameterError(
                f"the profile has no feature {', '.join(sorted(missing))}; expected one like drop/mix/band\xa0315, "
                '"width mids" or a group like pumping'
            )
        left = replace(
            self, without_tracks=self.without_tracks | names, without_features=self.without_features | said
        )
        if not left.used:
            raise ParameterError("expected at least one track to be left in the profile, got none")
        return left

    def with_again(self, *, tracks: Iterable[str] = (), features: Iterable[str] = ()) -> Profile:
        """The same with some of what was left out; names that were not are passed over."""
        return replace(
            self,
            without_tracks=self.without_tracks - set(tracks),
            without_features=self.without_features - set(features),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: the tracks, and by name what was learned of them."""
        return {
            "format": FORMAT,
            "tracks": [
                {
                    "name": one.name,
                    "sha256": one.sha256,
                    "path": one.path,
                    "values": {str(f): round(v, 4) for f, v in sorted(one.values.items())},
                }
                for one in self.tracks
            ],
            "broken": [list(pair) for pair in self.broken],
            "without_tracks": sorted(self.without_tracks),
            "without_features": sorted(self.without_features),
            "styles": list(self.styles),
            "usual": {
                str(f): {"median": round(u.median, 4), "spread": round(u.spread, 4), "tracks": u.tracks}
                for f, u in self.usual.items()
            },
        }

    def save(self, path: Path) -> None:
        """Write the file; raises `OutputError`."""
        write_text(path, json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n")


def load_profile(path: Path) -> Profile:
    """Read the file of `Profile.save`; what was learned is computed again from its tracks.

    Raises:
        ParameterError: it cannot be read, or is none.
    """
    try:
        said = json.loads(Path(path).read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ParameterError(
                f"{path}: expected a profile of format {FORMAT}, got {said['format']!r}; build it again"
            )
        found = Profile(
            tuple(_track_of(one) for one in said["tracks"]),
            tuple((str(name), str(reason)) for name, reason in said["broken"]),
            frozenset(said["without_tracks"]),
            frozenset(said["without_features"]),
        )
    except OSError as error:
        raise ParameterError(
            f"cannot read {path}: {error.strerror or error}. Make it with `track profile build`."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(f"{path}: expected the file of a profile, but it is damaged ({error})") from None
    if not found.used:
        raise ParameterError(f"{path}: expected a profile with tracks, but none is left in it")
    return found


def _track_of(said: dict[str, Any]) -> Measured:
    values = {Feature.of(name): float(value) for name, value in said["values"].items()}
    return Measured(said["name"], said["sha256"], values, said["path"])
