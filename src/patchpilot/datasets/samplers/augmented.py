"""Believable patches made of real presets: knobs turned a little, modules swapped, two presets crossed.

Each is a function of (presets, tier, seed, index). It differs from its parents, has at least one source of sound that
is on, and keeps what belongs together: an oscillator with its wavetable, an LFO with its shape, a module with the
envelopes and LFOs that move it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePosixPath
from statistics import NormalDist
from typing import TypeVar

import numpy as np

from patchpilot.datasets.samplers._grafting import Modules, graft, module_of
from patchpilot.datasets.samplers.base import Draft, Sampler
from patchpilot.datasets.tiers import reduced
from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.space import Parameter, Patch
from patchpilot.space.canonical import sha256

T = TypeVar("T")
VERSION = 1
"""Raised with every change of what is drawn: other patches are another dataset."""
WAYS = {
    ("turned",): 0.30,
    ("swapped",): 0.25,
    ("crossed",): 0.15,
    ("swapped", "turned"): 0.20,
    ("crossed", "turned"): 0.10,
}
"""What is done to a preset, and how often."""
_STREAM = 5
"""Sets these draws apart from others' that have the same seed and index."""
_TRIES = 6
_FEWEST, _MOST = 2, 12
"""Knobs that are turned."""
_BOLDNESS = (0.5, 2.5)
"""Standard deviation of a turn, in the knob's steps."""
_OTHER_KNOBS, _OTHER_STEP = 0.35, 0.05
"""How often controls that are no knobs are turned too, and by what part of their range."""
_OTHER_CATEGORY = 0.12
"""How often a category (a filter's model, a kind of distortion) becomes another one."""
_MOST_CATEGORIES = 16
_AMOUNT = re.compile(r"^modulation_(\d+)_amount$")
_KEPT = re.compile(r"(_on|_destination|_input|_midi_track|_quantize|_level|_amplitude)$")
"""Controls that are left alone: turned at random they mostly silence a patch."""


class Augmented:
    """An endless sampler of patches made of presets.

    Args:
        instrument: whose presets they are; its knobs say what is worth turning, and by how much.
        presets: the parents, a sampler that ends.
        tier: what the children are reduced to: 1, 2 or 3.
        seed: >= 0.

    Raises:
        ParameterError: there are no parents, or endlessly many; or the seed is negative.
    """

    def __init__(self, instrument: Instrument, presets: Sampler, tier: int, seed: int) -> None:
        if not presets.n_patches:
            raise ParameterError("expected presets to make patches of, but there are none, or no end of them")
        if seed < 0:
            raise ParameterError(f"expected a seed >= 0, got {seed}")
        self._instrument, self._presets = instrument, presets
        self._n_parents = presets.n_patches
        self._tier, self._seed = tier, seed
        self._modules = Modules.of(instrument.space)

    @property
    def n_patches(self) -> None:
        """There is no end."""

    @cached_property
    def text(self) -> str:
        """How patches are made, and the digest of what the presets' text says."""
        ways = ", ".join(f"{' and '.join(way)} {share:.0%}" for way, share in WAYS.items())
        return f"augmented {VERSION}, tier {self._tier}: {ways}; made of {self._made_of}"

    @property
    def _made_of(self) -> str:
        return f"{self._n_parents} presets, sha256 {sha256(self._presets.text.encode())}"

    def draft(self, index: int) -> Draft:
        """See `Sampler.draft`; the name says which presets it is made of and how."""
        if index < 0:
            raise ParameterError(f"expected an index >= 0, got {index}")
        dice = _Dice(self._seed, index)
        for _ in range(_TRIES):
            way = dice.of(list(WAYS), list(WAYS.values())) if self._n_parents > 1 else ("turned",)
            made = self._made(dice, way)
            if made is not None:
                return made
        host = self._presets.draft(dice.below(self._n_parents))
        child, n_turned = self._turned(dice, host.patch)
        return self._named(child, f"{_stem(host.name)}: {n_turned} knobs")

    def _made(self, dice: _Dice, way: tuple[str, ...]) -> Draft | None:
        """A child in one of the ways; None where it is one of its parents, or would be silent."""
        first = dice.below(self._n_parents)
        host = self._presets.draft(first)
        parents = [host]
        child, said = host.patch, []
        if way[0] != "turned":
            second = dice.below(self._n_parents - 1)
            parents.append(self._presets.draft(second + (second >= first)))
            donor = parents[1].patch
            taken = self._swap(dice, child, donor) if way[0] == "swapped" else self._cross(dice, child, donor)
            child = graft(self._modules, child, donor, taken)
            if not self._modules.is_heard(child):
                taken = [name for name in taken if not self._modules.makes_sound(name)]
                child = graft(self._modules, host.patch, donor, taken)
            said.append(_listed(taken))
        if way[-1] == "turned":
            child, n_turned = self._turned(dice, child)
            said.append(f"{n_turned} knobs")
        draft = self._named(child, f"{' × '.join(_stem(p.name) for p in parents)}: {', '.join(said)}")
        is_new = all(draft.patch.sha256 != parent.patch.sha256 for parent in parents)
        return draft if is_new and self._modules.is_heard(draft.patch) else None

    def _named(self, patch: Patch, name: str) -> Draft:
        return Draft(reduced(self._instrument.space, patch, self._tier), "augmented", name)

    def _swap(self, dice: _Dice, host: Patch, donor: Patch) -> list[str]:
        """One or two modules that sound in the donor; modulators only where they move something in both."""
        moving = set(self._modules.moving(host))
        found = self._modules.on(donor)
        found += [name for name in self._modules.moving(donor) if name in moving]
        return dice.some(found, 1 + dice.below(2))

    def _cross(self, dice: _Dice, host: Patch, donor: Patch) -> list[str]:
        """About half of the modules that are on in either, and sometimes the amplitude's envelope."""
        on = {*self._modules.on(host), *self._modules.on(donor)}
        found = [name for name in self._modules.switched if name in on] + ["env_1"] * (
            "env_1" in self._modules.modulators
        )
        return [name for name in found if dice.chance(0.5)]

    def _turned(self, dice: _Dice, patch: Patch) -> tuple[Patch, int]:
        """A patch with some of its knobs turned, and how many."""
        space, values = self._instrument.space, dict[str, float]()
        routings = list(patch.routings)
        knobs = dict(self._instrument.knobs(patch))
        n_turned = _FEWEST + int((_MOST - _FEWEST + 1) * dice.uniform() ** 2)
        low, high = _BOLDNESS
        boldness = low + (high - low) * dice.uniform()
        for name in dice.some(sorted(knobs), n_turned):
            turn = dice.normal() * boldness * knobs[name]
            amount = _AMOUNT.match(name)
            if amount:
                i = int(amount[1]) - 1
                routings[i] = routings[i].turned("amount", min(max(routings[i].amount + turn, -1.0), 1.0))
            else:
                values[name] = self._moved(space[name], patch, turn)
        sounding = {*self._modules.on(patch), *self._modules.moving(patch)}
        others = [p for p in space if module_of(p.name) in sounding and not _KEPT.search(p.name)]
        if dice.chance(_OTHER_KNOBS) or not knobs:
            plain = [p for p in others if not p.is_categorical]
            for parameter in dice.some(plain, 1 + dice.below(3)):
                step = _OTHER_STEP * (parameter.maximum - parameter.minimum)
                values[parameter.name] = self._moved(parameter, patch, dice.normal() * step)
        if dice.chance(_OTHER_CATEGORY):
            kinds = [p for p in others if 2 <= p.n_categories <= _MOST_CATEGORIES]
            for parameter in dice.some(kinds, 1):
                values[parameter.name] = parameter.minimum + dice.below(parameter.n_categories)
        child = patch.changed(space, values, routings=routings)
        n_amounts = sum(a != b for a, b in zip(routings, patch.routings, strict=True))
        return child, len(values) + n_amounts

    def _moved(self, parameter: Parameter, patch: Patch, by: float) -> float:
        """A parameter's value moved and kept in its range; a category moves by one at least."""
        value = self._modules.value(patch, parameter.name)
        if parameter.is_categorical:
            by = float(round(by)) or (1.0 if by > 0.0 else -1.0)
        return min(max(value + by, parameter.minimum), parameter.maximum)


class _Dice:
    """Choices from uniform numbers only, whose stream (seed, index) names."""

    def __init__(self, seed: int, index: int) -> None:
        self._stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, index, _STREAM))))

    def uniform(self) -> float:
        """In [0, 1)."""
        return float(self._stream.random())

    def chance(self, probability: float) -> bool:
        """True so often."""
        return self.uniform() < probability

    def below(self, n: int) -> int:
        """In 0..n − 1."""
        return int(self.uniform() * n)

    def normal(self) -> float:
        """Of standard deviation 1, within ±3."""
        return min(max(NormalDist().inv_cdf(self.uniform() or 0.5), -3.0), 3.0)

    def of(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """One of the items, by weight."""
        at = self.uniform() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            at -= weight
            if at < 0.0:
                return item
        return items[-1]

    def some(self, items: Sequence[T], n: int) -> list[T]:
        """Up to n different items, in their order."""
        left = list(range(len(items)))
        chosen = [left.pop(self.below(len(left))) for _ in range(min(n, len(items)))]
        return [items[i] for i in sorted(chosen)]


def _stem(name: str) -> str:
    """A preset's file as people call it."""
    return PurePosixPath(name).stem


def _listed(modules: Sequence[str]) -> str:
    said = [name.replace("_", " ") for name in modules]
    return ", ".join(said) if len(said) <= 4 else f"{len(said)} modules"
