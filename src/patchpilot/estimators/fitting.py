"""What varies in a dataset becomes the tokens of a codec; no instrument is a special case.

A parameter of few values is categorical: an estimator says one of those it has seen. Which switch silences what is
heard from the data too: where a switch is at one of its options, what hangs on it is always at its default.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.datasets import Dataset
from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec, Said, said_in
from patchpilot.estimators.tokens import Kind, Token
from patchpilot.space import Space

MOST_OPTIONS = 24
"""A parameter that takes no more values than this is categorical."""
MOST_ASSETS, MOST_ROUTES = 64, 64
"""Of a slot and of a patch: the commonest; what is rarer is not told."""
_RAREST_ROUTE = 0.002
"""Share of the patches that a routing must be in."""
_FEWEST = 20
"""Patches with a switch at an option, before that is taken to silence anything."""


def read_said(dataset: Dataset) -> list[Said]:
    """What the patches of all rows say."""
    found = []
    for index in range(len(dataset)):
        patch = dataset.record(index).json["patch"]
        routings = [(r["source"], r["destination"], r["amount"]) for r in patch["routings"]]
        found.append(said_in(patch["values"], patch["assets"], routings))
    return found


def fitted(
    space: Space,
    rows: Sequence[Said],
    routes: Mapping[str, Mapping[str, Any]] | None = None,
    weights: Mapping[str, float] | None = None,
) -> Codec:
    """The codec of what varies in some patches.

    Args:
        space: of their instrument.
        rows: what each says (`read_said`).
        routes: fields of routings by "source>destination" (`read_routes`), where they are not Vital's usual ones.
        weights: how much tokens matter, by name; 1 for all others.

    Raises:
        EstimatorError: nothing varies.
    """
    keys = _keys(rows)
    columns = {key: [row.get(key, _default(space, key)) for row in rows] for key in keys}
    tokens, constants = [], defaultdict[Kind, dict[str, float | str]](dict)
    for (kind, name), column in columns.items():
        counts, default = Counter(column), _default(space, (kind, name))
        if len(counts) == 1:
            only = next(iter(counts))
            if kind == "presence" or only != default:
                constants[kind][name] = only
            continue
        weight = (weights or {}).get(name, 1.0)
        tokens.append(_token(space, kind, name, counts, default, weight))
    if not tokens:
        raise EstimatorError(f"nothing varies in these {len(rows)} patches, so there is nothing to learn")
    ordered = sorted(_alike(tokens), key=lambda token: token.is_categorical)
    known = {name for kind, name in keys if kind == "presence"}
    return Codec(
        instrument=space.instrument,
        version=space.version,
        tokens=tuple(_gated(ordered, columns)),
        constants={kind: dict(sorted(values.items())) for kind, values in sorted(constants.items())},
        routes={name: dict((routes or {}).get(name, {})) for name in sorted(known)},
    )


def read_routes(dataset: Dataset, *, rows: int = 4096) -> dict[str, dict[str, Any]]:
    """The commonest fields, but the amount, of each routing in the first rows of a dataset."""
    seen: dict[str, Counter[tuple[tuple[str, Any], ...]]] = defaultdict(Counter)
    for index in range(min(rows, len(dataset))):
        for routing in dataset[index].routings:
            fields = {name: value for name, value in vars(routing).items()
                      if name not in ("source", "destination", "amount")}  # fmt: skip
            seen[f"{routing.source}>{routing.destination}"][tuple(sorted(fields.items()))] += 1
    return {name: dict(counts.most_common(1)[0][0]) for name, counts in seen.items()}


def _keys(rows: Sequence[Said]) -> list[tuple[Kind, str]]:
    """All that is ever said, in order: values, then assets, then the commonest routings."""
    counts = Counter(key for row in rows for key in row)
    routes = Counter({name: n for (kind, name), n in counts.items() if kind == "presence"})
    kept = {name for name, n in routes.most_common(MOST_ROUTES) if n >= _RAREST_ROUTE * len(rows)}
    order = ("value", "asset", "amount", "presence")
    return sorted(
        (key for key in counts if key[0] in ("value", "asset") or key[1] in kept),
        key=lambda key: (order.index(key[0]), key[1]),
    )


def _default(space: Space, key: tuple[Kind, str]) -> float | str:
    kind, name = key
    if kind == "value":
        return float(np.float32(space[name].default))
    return space.assets[name].sha256 if kind == "asset" else 0.0


def _token(
    space: Space, kind: Kind, name: str, counts: Counter[Any], default: float | str, weight: float
) -> Token:
    is_whole = kind in ("asset", "presence") or (kind == "value" and space[name].is_categorical)
    if is_whole or len(counts) <= MOST_OPTIONS:
        commonest = [option for option, _ in counts.most_common(MOST_ASSETS)]
        return Token(name, kind, options=tuple(sorted(commonest)), default=default, weight=weight)
    return Token(name, kind, low=min(counts), high=max(counts), default=default, weight=weight)


def _alike(tokens: Sequence[Token]) -> list[Token]:
    """The same tokens, those of one role in alike modules with one range, or with the options of all."""
    lows, highs = defaultdict[object, list[float]](list), defaultdict[object, list[float]](list)
    options = defaultdict[object, set[Any]](set)
    for token in tokens:
        options[_role(token)] |= set(token.options)
        lows[_role(token)].append(token.low)
        highs[_role(token)].append(token.high)
    return [
        dataclasses.replace(token, options=tuple(sorted(options[_role(token)])))
        if token.is_categorical
        else dataclasses.replace(token, low=min(lows[_role(token)]), high=max(highs[_role(token)]))
        for token in tokens
    ]


def _role(token: Token) -> tuple[object, ...]:
    kind, number, role = token.module
    return token.kind, token.is_categorical, kind, role if number else token.name


def _gated(tokens: Sequence[Token], columns: Mapping[tuple[Kind, str], Sequence[Any]]) -> list[Token]:
    """The same tokens, each with the switch that silences it, or the place in a chain."""
    moves = {
        token.name: np.array([value != token.default for value in columns[token.kind, token.name]])
        for token in tokens
    }
    places = {
        token.name: np.array([token.options.index(value) if value in token.options else -1
                              for value in columns[token.kind, token.name]])
        for token in tokens
        if token.kind in ("value", "presence") and len(token.options) == 2
    }  # fmt: skip
    made = [_with_gate(token, moves[token.name], places) for token in tokens]
    chains = {
        token.chain: [other for other in tokens if other.chain == token.chain]
        for token in tokens
        if token.chain
    }
    for chain, members in chains.items():
        said = np.array([columns[member.kind, member.name] for member in members])
        made = [_in_chain(token, moves[token.name], chain, members[0].options, said) for token in made]
    return made


def _in_chain(
    token: Token,
    moves: npt.NDArray[np.bool_],
    chain: str,
    options: Sequence[Any],
    said: npt.NDArray[np.generic],
) -> Token:
    """With the chain as its gate where it only moves with one effect in it, and nothing else silences it.

    Args:
        token: any.
        moves: bool (n,), in which patches it is not at its default.
        chain: name of the chain.
        options: of all its places; 0 is no effect.
        said: (places, n), what the places say.
    """
    if token.gate or token.chain or not moves.any():
        return token
    for k, option in enumerate(options):
        away = (said != option).all(axis=0)
        if option != 0.0 and away.sum() >= _FEWEST and not moves[away].any():
            return dataclasses.replace(token, gate=chain, open_at=(k,))
    return token


def _with_gate(
    token: Token, moves: npt.NDArray[np.bool_], switches: Mapping[str, npt.NDArray[np.intp]]
) -> Token:
    """The switch, of those at whose one option the token never moves, that is shut the most often.

    Of two that always move together the one of the shorter name is the switch of the other.
    """
    found = []
    for name, places in switches.items():
        rank = (len(name), name)
        if name == token.name or (token.name in switches and rank > (len(token.name), token.name)):
            continue
        for shut in (0, 1):
            at = places == shut
            if at.sum() >= _FEWEST and not moves[at].any() and moves[~at].any():
                found.append((-int(at.sum()), rank, shut))
    if not found:
        return token
    _, (_, name), shut = min(found)
    return dataclasses.replace(token, gate=name, open_at=(1 - shut,))
