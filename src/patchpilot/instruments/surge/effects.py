"""Surge's effects in racks: `saw >> surge_effect(surge, "Reverb 1")`."""

from __future__ import annotations

import difflib
import re

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import PluginError
from patchpilot.instruments.rack.inputs import audio_input
from patchpilot.instruments.surge.catalogue import Catalogue, Member
from patchpilot.instruments.surge.document import fxp
from patchpilot.instruments.surge.surge import Surge
from patchpilot.modules.surge_effect import SurgeEffect
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Note, Performance

_SLOT = "fx1"
_RATE = 44100
_LEVEL = 0.25
"""Of the tone that the way through Surge is measured with; low, so that nothing is limited."""


def effect_names(synth: Surge) -> list[str]:
    """Surge's effects, as it calls them."""
    return [text.strip() for text in synth.space[f"{_SLOT}_type"].options[1:]]


def surge_effect(synth: Surge, effect: str) -> SurgeEffect:
    """A module of an effect of Surge.

    Args:
        synth: Surge.
        effect: as Surge calls it ("Reverb 1"); Airwindows is its first one.

    Raises:
        PluginError: there is none of that name.
    """
    catalogue, names = synth.catalogue, effect_names(synth)
    if effect not in names:
        near = difflib.get_close_matches(effect, names, n=3) or names
        raise PluginError(f"Surge has no effect {effect!r}; there are: {', '.join(near)}")
    number = names.index(effect) + 1
    through = _through(catalogue)
    gain, delay = _measured(synth, through)
    patch = through.changed(synth.space, {f"{_SLOT}_type": float(number)})
    members = [
        (catalogue.ids[name], member)
        for name in catalogue.ids
        if name.startswith(f"{_SLOT}_p")
        and (member := catalogue.member(name, patch.values)) is not None
        and member.kind
        and member.minimum < member.maximum
        and not (catalogue.selects("fx", number) and name == f"{_SLOT}_p0")
    ]
    return SurgeEffect(
        name=f"surge_{_slug(effect)}",
        summary=f"Surge's effect {effect}.",
        preset=fxp(catalogue, patch).to_bytes(),
        numbers=tuple(number for number, _ in members),
        parameters=_parameters([member for _, member in members]),
        gain=gain,
        delay=delay,
        is_random=synth.is_random(patch),
    )


def _through(catalogue: Catalogue) -> Patch:
    """A patch that plays what it hears, in stereo, from the moment that a key is hit."""
    space = catalogue.space

    def option(name: str, text: str) -> float:
        found = [n for n, said in enumerate(space[name].options) if said.strip().lower().startswith(text)]
        if not found:
            raise PluginError(f"this version of Surge has no {text!r} among {name}")
        return space[name].minimum + found[0]

    return Patch.make(
        space,
        {
            "a_osc1_type": option("a_osc1_type", "audio in"),
            "a_osc1_retrigger": 1.0,
            "a_fb_config": option("a_fb_config", "wide"),
            "a_filter1_type": 0.0,
            "a_filter2_type": 0.0,
            "volume": 0.0,
        },
    )


def _measured(synth: Surge, through: Patch) -> tuple[float, int]:
    """Gain and delay in samples of the way through Surge without an effect."""
    n = _RATE // 2
    tone = np.zeros((2, n))
    tone[:, n // 4 :] = _LEVEL * np.sin(2.0 * np.pi * 441.0 * np.arange(n - n // 4) / _RATE)
    performance = Performance(
        (Note(60, 1.0, 0.0, n / _RATE),), n / _RATE, _RATE, inputs=(audio_input(Audio(tone, _RATE)),)
    )
    heard = synth.render(through, performance).samples.astype(np.float64)
    inner = slice(n // 2, n - 2000)
    late = [tone[0][inner.start - k : inner.stop - k] for k in range(64)]
    products = [float(np.dot(heard[0][inner], one)) for one in late]
    delay = int(np.argmax(products))
    return products[delay] / float(np.dot(late[delay], late[delay])), delay


def _parameters(members: list[Member]) -> tuple[Parameter, ...]:
    """As Surge calls them, each by a name of its own."""
    made: dict[str, Parameter] = {}
    for member in members:
        label = re.sub(r"^FX \w\d ", "", member.label)
        name = _slug(label)
        while name in made or name == "in":
            name = f"{name}_2"
        is_whole = member.kind != "float"
        default = min(
            max(member.default, member.minimum), member.maximum
        )  # Surge begins beyond, now and then
        made[name] = Parameter(name, member.minimum, member.maximum, default, is_whole)
    return tuple(made.values())


def _slug(text: str) -> str:
    slug = re.sub(r"\W+", "_", text.strip().lower()).strip("_")
    return slug if slug.isidentifier() else f"p_{slug}"
