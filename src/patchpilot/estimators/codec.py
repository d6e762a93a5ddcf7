"""Patches as arrays that a network learns, and back.

codec = fitted(dataset)                     # estimators.fitting: what varies in a dataset
labels = codec.encode([said(patch)])        # arrays
patch = codec.decode(space, labels, 0, assets)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from patchpilot.errors import EstimatorError
from patchpilot.estimators.tokens import Kind, Token
from patchpilot.space import Asset, Patch, Routing, Space
from patchpilot.space.canonical import Json, canonical_json, sha256

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Said = Mapping[tuple[Kind, str], float | str]
"""What a patch says, by kind and name of a token; what is not there has the token's default."""


@dataclass(frozen=True, eq=False)
class Labels:
    """What n patches are, in numbers; C continuous and K categorical tokens.

    Attributes:
        continuous: float32 (n, C) in [-1, 1], −1 for a token's lowest value and 1 for its highest.
        categorical: int64 (n, K), places in the tokens' options; −1 for what is none of them.
        active: bool (n, C + K), whether a token sounds: its gate is open, and its option is known.
    """

    continuous: F32
    categorical: I64
    active: Bools

    def __len__(self) -> int:
        return len(self.continuous)

    def __getitem__(self, rows: slice | npt.NDArray[np.integer]) -> Labels:
        return Labels(self.continuous[rows], self.categorical[rows], self.active[rows])


@dataclass(frozen=True)
class Codec:
    """The tokens of an instrument's patches, and what is the same in all of them.

    Attributes:
        instrument: name of the instrument.
        version: of the engine that was learned from.
        tokens: continuous ones first, then categorical ones.
        constants: what never varied and is not the default: stored values of parameters, sha256 of assets.
        routes: for each "source>destination" its fields without amount, source and destination.
    """

    instrument: str
    version: str
    tokens: tuple[Token, ...]
    constants: Mapping[Kind, Mapping[str, float | str]]
    routes: Mapping[str, Mapping[str, Json]]

    @cached_property
    def continuous(self) -> tuple[Token, ...]:
        """The C continuous tokens."""
        return tuple(token for token in self.tokens if not token.is_categorical)

    @cached_property
    def categorical(self) -> tuple[Token, ...]:
        """The K categorical tokens."""
        return tuple(token for token in self.tokens if token.is_categorical)

    @property
    def n_options(self) -> tuple[int, ...]:
        """How many options each of the K categorical tokens has."""
        return tuple(len(token.options) for token in self.categorical)

    @cached_property
    def gates(self) -> Mapping[str, tuple[int, ...]]:
        """By name of a gate the places, among the categorical tokens, of those that may open it.

        A switch by itself, or all places of a chain whose order is chosen.
        """
        found = {token.name: (place,) for place, token in enumerate(self.categorical)}
        for place, token in enumerate(self.categorical):
            if token.chain:
                found[token.chain] = (*found.get(token.chain, ()), place)
        return found

    @cached_property
    def sha256(self) -> str:
        """Digest of all of it: estimators of one codec speak of the same things."""
        return sha256(canonical_json(self.to_json()).encode())

    def encode(self, said: Sequence[Said]) -> Labels:
        """Labels of patches; what no token says is left out, and what is out of a range goes to its end."""
        continuous = np.zeros((len(said), len(self.continuous)), np.float32)
        categorical = np.zeros((len(said), len(self.categorical)), np.int64)
        places = [{option: k for k, option in enumerate(token.options)} for token in self.categorical]
        for row, one in enumerate(said):
            continuous[row] = [
                2.0 * (float(one.get((token.kind, token.name), token.default)) - token.low) / (token.high - token.low)
                for token in self.continuous
            ]  # fmt: skip
            categorical[row] = [
                place.get(one.get((token.kind, token.name), token.default), -1)
                for token, place in zip(self.categorical, places, strict=True)
            ]
        active = self.active(categorical)
        active[:, len(self.continuous) :] &= categorical >= 0
        return Labels(np.clip(continuous - np.float32(1.0), -1.0, 1.0), categorical, active)

    def active(self, categorical: I64) -> Bools:
        """Which tokens sound, bool (n, C + K), by their gates; a gate that is shut shuts what hangs on it."""
        gates = self.gates
        known: dict[str, Bools] = {"": np.ones(len(categorical), bool)}

        def sounds(token: Token) -> Bools:
            if not token.gate:
                return known[""]
            members = gates[token.gate]
            if token.gate not in known:
                known[token.gate] = sounds(self.categorical[members[0]])
            return known[token.gate] & np.isin(categorical[:, members], token.open_at).any(axis=1)

        columns = [sounds(token) for token in self.tokens]
        return np.stack(columns, axis=1) if columns else np.zeros((len(categorical), 0), bool)

    def decode(self, space: Space, labels: Labels, row: int, asset: Callable[[str], Asset]) -> Patch:
        """The patch of one row; what its gates silence is left at its default.

        Args:
            space: of the instrument.
            labels: of which `active` is not asked: the gates say it.
            row: which.
            asset: gives an asset by its sha256.

        Raises:
            PatchError: an asset is missing, or the space is another instrument's.
        """
        place = np.maximum(labels.categorical[row : row + 1], 0)
        active = self.active(place)[0]
        said: dict[Kind, dict[str, float | str]] = {"value": {}, "asset": {}, "amount": {}, "presence": {}}
        for kind, values in self.constants.items():
            said[kind].update(values)
        share = np.clip((labels.continuous[row].astype(np.float64) + 1.0) / 2.0, 0.0, 1.0)
        for token, sounds, part in zip(self.continuous, active, share, strict=False):
            if sounds:
                said[token.kind][token.name] = token.low + float(part) * (token.high - token.low)
        for token, sounds, k in zip(self.categorical, active[len(self.continuous) :], place[0], strict=True):
            if sounds:
                said[token.kind][token.name] = token.options[int(k)]
        return Patch.make(
            space,
            {name: _whole(space, name, float(value)) for name, value in said["value"].items()},
            routings=self._routings(said),
            assets={slot: asset(str(digest)) for slot, digest in said["asset"].items()},
        )

    def _routings(self, said: Mapping[Kind, Mapping[str, float | str]]) -> list[Routing]:
        """Those that are there; one without a token of its presence always is."""
        made = []
        for name, fields in self.routes.items():
            source, _, destination = name.partition(">")
            if said["presence"].get(name, 1.0):
                amount = float(said["amount"].get(name, 0.0))
                made.append(Routing(source, destination, amount, **fields))
        return made

    def check(self, space: Space) -> None:
        """Raise `EstimatorError` where an instrument is another, or cannot be told what the tokens say."""
        if space.instrument != self.instrument:
            raise EstimatorError(
                f"expected an estimator for {space.instrument}, got one for {self.instrument}"
            )
        wrong = [reason for token in self.tokens if (reason := token.check(space))]
        if self.version != space.version:
            wrong.insert(0, "another engine may sound different")
        if wrong:
            more = f", and {len(wrong) - 3} more differences" if len(wrong) > 3 else ""
            raise EstimatorError(
                f"this estimator was made for another {self.instrument} (engine {self.version}, here "
                f"{space.version}): {'; '.join(wrong[:3])}{more}; train one on this engine's renders"
            )

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        return {**vars_of(self), "tokens": [token.to_json() for token in self.tokens]}

    @classmethod
    def from_json(cls, data: Json) -> Codec:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing or of another kind.
        """
        try:
            return cls(
                instrument=str(data["instrument"]),
                version=str(data["version"]),
                tokens=tuple(Token.from_json(token) for token in data["tokens"]),
                constants={kind: dict(values) for kind, values in data["constants"].items()},
                routes={name: dict(fields) for name, fields in data["routes"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise EstimatorError(f"the list of tokens is damaged: {error!r}") from None


def vars_of(codec: Codec) -> dict[str, Json]:
    """The fields of a codec but its tokens."""
    return {name: getattr(codec, name) for name in ("instrument", "version", "constants", "routes")}


def said(patch: Patch) -> Said:
    """What a patch says, in the words of tokens."""
    return said_in(
        patch.values,
        {slot: asset.sha256 for slot, asset in patch.assets.items()},
        [(routing.source, routing.destination, routing.amount) for routing in patch.routings],
    )


def said_in(
    values: Mapping[str, float], assets: Mapping[str, str], routings: Sequence[tuple[str, str, float]]
) -> Said:
    """What a patch of these parts says; of two routings between the same two, the first."""
    found: dict[tuple[Kind, str], float | str] = {("value", name): value for name, value in values.items()}
    found.update({("asset", slot): digest for slot, digest in assets.items()})
    for source, destination, amount in routings:
        name = f"{source}>{destination}"
        found.setdefault(("amount", name), amount)
        found[("presence", name)] = 1.0
    return found


def _whole(space: Space, name: str, value: float) -> float:
    """A value that the parameter can have."""
    parameter = space[name]
    value = min(max(value, parameter.minimum), parameter.maximum)
    return float(round(value)) if parameter.is_categorical else value
