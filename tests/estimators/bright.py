"""A toy whose knobs are heard: how bright it is, how soon it dies, and its octave; and a tiny proxy that knows it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from patchpilot.audio import Audio
from patchpilot.audio.front_end import front_end
from patchpilot.errors import EngineError
from patchpilot.estimators.codec import Codec, said
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.tokens import Token
from patchpilot.space import Parameter, Patch, Performance, Space
from tests.toy import Toy

PERFORMANCE = Performance.one_note(60, hold_s=0.8, length_s=1.0)
CODEC = Codec(
    "bright",
    "1",
    (
        Token("bright", "value", low=0.0, high=1.0, default=0.5),
        Token("decay", "value", low=0.0, high=1.0, default=0.5),
        Token("filter", "value", low=0.0, high=1.0, default=0.5, gate="filter_on", open_at=(1,)),
        Token("filter_on", "value", options=(0.0, 1.0), default=0.0),
        Token("octave", "value", options=(-1.0, 0.0, 1.0), default=0.0),
    ),
    {},
    {},
)


class Bright(Toy):
    """Eight harmonics; what is 1 on `fails` of the knobs crashes it."""

    name = "bright"

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__()
        self.fails = fails
        self.space = Space(
            instrument="bright",
            version="1",
            parameters=(
                *(
                    Parameter(name, 0.0, 1.0, 0.5, is_categorical=False)
                    for name in ("bright", "decay", "filter")
                ),
                Parameter("filter_on", 0.0, 1.0, 0.0, is_categorical=True),
                Parameter("octave", -1.0, 1.0, 0.0, is_categorical=True),
            ),
            views={"core": ("bright",)},
        )

    def render(self, patch: Patch, performance: Performance) -> Audio:
        self.rendered += 1
        if self.fails:
            raise EngineError("it crashed")
        said_ = {p.name: patch.values.get(p.name, p.default) for p in self.space.parameters}
        note = performance.notes[0]
        t = np.arange(round(performance.length_s * performance.sample_rate)) / performance.sample_rate
        hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12.0 + said_["octave"])
        tilt = 3.0 * (1.0 - said_["bright"]) + 2.0 * said_["filter_on"] * said_["filter"]
        wave = sum(np.sin(2 * np.pi * k * hz * t) / k**tilt for k in range(1, 9))
        wave = wave * np.exp(-6.0 * said_["decay"] * t) * (t < note.hold_s)
        return Audio((0.2 * wave).astype(np.float32), performance.sample_rate)


def drawn(seed: int, n: int) -> list[Patch]:
    """Random patches."""
    rng, space = np.random.default_rng(seed), Bright().space
    return [
        Patch.make(
            space,
            {
                **{name: float(rng.random()) for name in ("bright", "decay", "filter")},
                "filter_on": float(rng.integers(2)),
                "octave": float(rng.integers(-1, 2)),
            },
        )
        for _ in range(n)
    ]


def batch(patches: list[Patch]) -> Any:
    """What a proxy learns from, of patches that were played; needs PyTorch."""
    from patchpilot.estimators._torch import torch
    from patchpilot.estimators.networks.batch import Batch

    instrument = Bright()
    sounds = np.stack([front_end(instrument.render(one, PERFORMANCE), pitch=60.0) for one in patches])
    labels = CODEC.encode([said(one) for one in patches])
    arrays = (
        sounds,
        np.repeat(conditions(60, 0.8, 0.8), len(patches), axis=0),
        labels.continuous,
        labels.categorical,
        labels.active,
        np.ones(len(CODEC.tokens), np.float32),
    )
    return Batch(*(torch.from_numpy(array) for array in arrays))


@lru_cache(maxsize=1)
def learned() -> tuple[Any, float, float]:
    """A tiny proxy that has learned from 96 patches, and its loss on the first 32 before and after; needs PyTorch."""
    from patchpilot.estimators._torch import torch
    from patchpilot.estimators.networks.batch import Batch
    from patchpilot.estimators.networks.proxy import Proxy
    from patchpilot.estimators.networks.proxy_config import ProxyConfig

    config = ProxyConfig(hidden=48, depth=1, width=24, dilations=(1, 4), events=4, spectra=2, waves=1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        proxy = Proxy(config, CODEC)
    rows = batch(drawn(0, 96))
    parts = {name: tensor for name, tensor in vars(rows).items() if name not in ("weight", "embedding")}

    def some(places: Any) -> Any:
        return Batch(weight=rows.weight, **{name: tensor[places] for name, tensor in parts.items()})

    first = some(slice(0, 32))
    before = float(proxy.loss(first)["total"].detach())
    adam = torch.optim.Adam(proxy.parameters(), lr=8e-3)
    rng = np.random.default_rng(0)
    for step in range(240):
        adam.param_groups[0]["lr"] = 8e-3 * (1.0 - step / 240)
        adam.zero_grad()
        proxy.loss(some(torch.from_numpy(rng.choice(96, 12, replace=False))))["total"].backward()
        adam.step()
    adam.zero_grad()
    proxy.requires_grad_(False).eval()
    return proxy, before, float(proxy.loss(first)["total"])
