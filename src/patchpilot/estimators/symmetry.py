"""Modules that may change places without a difference to be heard, such as two oscillators of one kind.

There are as many right answers as such modules can be ordered; a network that is punished for the wrong order learns
their mean, which is none of them (Hayes et al. 2025, "Audio synthesizer inversion in symmetric parameter spaces").
"""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from patchpilot.estimators.codec import Codec

_MOST = 24
"""Orders that are tried at most; of more modules only these are taken."""


def symmetric_modules(codec: Codec) -> list[tuple[str, ...]]:
    """Groups of modules ("osc_1", "osc_2") that say the same things in the same ranges.

    An asset belongs to the module whose switch silences it, and so do the others of its kind ("wavetable_1" to
    "osc_1", since "wavetable_2" is silent without "osc_2"). A module that a routing names, that is silenced from
    outside, or that may own an asset of which nobody knows the owner, is not taken to be like others. Nor are places
    of a chain: which is first is what is heard.
    """
    named, ownerless = " ".join(codec.routes), _ownerless(codec)
    groups: dict[object, list[str]] = defaultdict(list)
    for module, places in _modules(codec).items():
        kind, _, number = module.rpartition("_")
        tokens = [codec.tokens[place] for place in places.values()]
        own = {"", *(token.name for token in tokens)}
        is_apart = all(token.gate in own and not token.chain for token in tokens)
        is_apart = is_apart and int(number) not in ownerless
        if is_apart and f">{module}_" not in named and f"{module}>" not in named:
            groups[kind, frozenset(places)].append(module)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def orders(codec: Codec) -> npt.NDArray[np.intp]:
    """All orders of symmetric modules as orders of tokens, (n, C + K), the first as they are.

    `values[:, orders[k]]` says the same sound with modules in another order. Groups are combined while there are
    no more than 24 orders.
    """
    modules, found = _modules(codec), [np.arange(len(codec.tokens))]
    for group in symmetric_modules(codec):
        moved = []
        for order in itertools.permutations(group):
            index = np.arange(len(codec.tokens))
            for here, there in zip(group, order, strict=True):
                for role, place in modules[here].items():
                    index[place] = modules[there][role]
            moved.append(index)
        if len(found) * len(moved) <= _MOST:
            found = [a[b] for a in found for b in moved]
    return np.stack(found)


def _modules(codec: Codec) -> dict[str, dict[object, int]]:
    """The places of each numbered module's tokens, by role."""
    owners, found = _owners(codec), defaultdict[str, dict[object, int]](dict)
    for place, token in enumerate(codec.tokens):
        kind, number, role = token.module
        if not number or token.kind in ("amount", "presence"):
            continue
        owner = owners.get(kind, kind) if token.kind == "asset" else kind
        found[f"{owner}_{number}"][token.kind, kind, role, token.options, token.is_categorical] = place
    return found


def _owners(codec: Codec) -> dict[str, str]:
    """Kinds of modules by the kinds of slots that belong to them."""
    by_name = {token.name: token for token in codec.tokens}
    assets = [token for token in codec.tokens if token.kind == "asset" and token.gate]
    return {token.module[0]: by_name[token.gate].module[0] for token in assets}


def _ownerless(codec: Codec) -> set[int]:
    """Numbers of slots of which nobody knows the owner."""
    owners = _owners(codec)
    assets = [token.module for token in codec.tokens if token.kind == "asset"]
    return {number for kind, number, _ in assets if kind not in owners}
