"""Many performances through a rack: its instruments play in their processes, one after another, then the modules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from patchpilot.audio import Audio
from patchpilot.engine import Failure, Job, Pool
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.instruments._pooled import answered, sound
from patchpilot.instruments.rack import turning
from patchpilot.instruments.rack.inputs import heard_input
from patchpilot.instruments.rack.sources import InputModule
from patchpilot.instruments.rack.union import Union
from patchpilot.modules.playing import USUAL_TEMPO_BPM
from patchpilot.space.canonical import canonical_json, sha256
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance


def streamed(
    name: str, union: Union, pool: Pool, pairs: Iterable[tuple[Patch, Performance]]
) -> Iterator[tuple[int, Audio | EngineError]]:
    """Yield (position, audio or error) as they are done; `pairs` may be endless.

    Args:
        name: of the rack.
        union: its parameters.
        pool: of `PROGRAM`.
        pairs: what is played.
    """
    items: Iterator[_Item] = (_Item(i, patch, what) for i, (patch, what) in enumerate(pairs))
    for node in union.instruments:
        items = _through(union, node, items)

    def job(item: _Item) -> Job:
        if item.error is not None:
            raise item.error
        return _job(union, item)

    def told(failure: Failure) -> str:
        return f"rack {name}: {failure.reason.removeprefix('raised RackError: ')}"

    for _, item, result in answered(pool, items, job):
        yield item.at, sound(result, item.performance.sample_rate, told)


def _through(union: Union, node: str, items: Iterator[_Item]) -> Iterator[_Item]:
    """Items whose instrument `node` has played; those that failed come as they are."""
    waiting: dict[int, _Item] = {}
    broken: list[_Item] = []

    def pairs() -> Iterator[tuple[Patch, Performance]]:
        n = 0
        for item in items:
            if item.error is None:
                try:
                    pair = (
                        union.part(item.patch, node),
                        turning.own(union, node, item.performance),
                    )
                except PatchPilotError as error:
                    item.error = EngineError(str(error))
            if item.error is not None:
                broken.append(item)
                continue
            waiting[n] = item
            n += 1
            yield pair

    for k, result in union.instruments[node].stream(pairs()):
        item = waiting.pop(k)
        if isinstance(result, EngineError):
            item.error = result
        else:
            item.heard[node] = result.samples
        yield item
        while broken:
            yield broken.pop()
    yield from broken


def _job(union: Union, item: _Item) -> Job:
    union.check(item.patch)
    performance = item.performance
    rate = performance.sample_rate
    n_samples = round(performance.length_s * rate)
    tempo = performance.tempo_bpm or USUAL_TEMPO_BPM
    curves = turning.curves(union, performance, n_samples, tempo)
    moving = {name: frozenset(found) for name, found in curves.items()}
    said = union.graph.to_json()
    key = sha256(canonical_json([said, {k: sorted(v) for k, v in moving.items()}, rate]).encode())
    inputs = {
        name: heard_input(node.module.name, performance, n_samples)
        for name, node in union.graph.nodes.items()
        if isinstance(node.module, InputModule)
    }
    values = {
        name: stored for name, stored in union.stored(item.patch).items() if name not in union.instruments
    }
    delta = {
        "values": values,
        "curves": curves,
        "heard": {**item.heard, **inputs},
        "n_samples": n_samples,
        "tempo_bpm": tempo,
        "notes": tuple(sorted(performance.notes, key=lambda note: note.start_s)),
        "seed": performance.engine_seed,
        "assets": union.assets(item.patch),
    }
    return Job({"graph": said, "sample_rate": rate, "moving": moving}, key, delta)


@dataclasses.dataclass(eq=False)
class _Item:
    """A performance on its way through the rack."""

    at: int
    patch: Patch
    performance: Performance
    heard: dict[str, Any] = dataclasses.field(default_factory=dict)
    error: EngineError | None = None
