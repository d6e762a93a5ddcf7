from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import PatchError
from patchpilot.instruments.rack.inputs import audio_input, audio_of
from patchpilot.instruments.record import TakeRecord
from patchpilot.instruments.take import Origin, Take
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Arc, Asset, AssetStore, Note, Patch, Performance, Space
from patchpilot.space.canonical import canonical_json

AUDIO = Audio(np.linspace(-1, 1, 50, dtype=np.float32), 8000)
PERFORMANCE = Performance((Note(40, 0.3), Note(50, 0.7, 0.5, 0.2)), 1.5, 48000, 90.0, 7)
ORIGIN = Origin("resynthesis", 'frames, "noise" é', 5, ("b" * 64,), "0.1")


def take(patch: Patch) -> Take:
    return Take(patch, PERFORMANCE, AUDIO, "vital 1 / x", ORIGIN, {"z": 1.0, "a": -0.1})


class Shelf(dict[str, Asset]):
    """Anything with put and get will do."""

    def put(self, asset: Asset) -> str:
        self[asset.sha256] = asset
        return asset.sha256

    def get(self, digest: str) -> Asset:  # type: ignore[override]
        return self[digest]


@pytest.mark.parametrize("seed", range(20))
def test_a_record_is_the_take_again(random_patch: Callable[[int], Patch], tmp_path: Path, seed: int) -> None:
    store = AssetStore(tmp_path)
    before = take(random_patch(seed))
    after = TakeRecord(TakeRecord.of(before, store).text).take(store, AUDIO)
    assert after.id == before.id
    assert after.patch == before.patch
    assert (after.performance, after.fingerprint) == (before.performance, before.fingerprint)
    assert vars(after.origin) == vars(before.origin)
    assert after.features == before.features
    assert after.audio is AUDIO


def test_equal_takes_have_equal_and_canonical_text(random_patch: Callable[[int], Patch]) -> None:
    texts = [record.text for record in TakeRecord.of_all([take(random_patch(1)) for _ in range(2)], Shelf())]
    assert texts[0] == texts[1] == canonical_json(json.loads(texts[0]))


def test_assets_go_to_the_store_once_and_come_from_it(space: Space) -> None:
    patch = Patch.make(space, assets={"wavetable_1": built_in("PWM")})
    shelf = Shelf()
    record = TakeRecord.of(take(patch), shelf)
    assert list(shelf) == [built_in("PWM").sha256]
    assert len(record.text) < 2000
    assert record.patch(shelf).assets == patch.assets


def test_routings_and_performance_need_no_assets(random_patch: Callable[[int], Patch]) -> None:
    for seed in range(5):
        record = TakeRecord.of(take(random_patch(seed)), Shelf())
        assert record.routings == random_patch(seed).routings
        assert record.performance(Shelf()) == PERFORMANCE


def test_arcs_and_the_audio_of_a_performance_survive(
    random_patch: Callable[[int], Patch], tmp_path: Path
) -> None:
    heard = Audio(np.linspace(-1, 1, 20, dtype=np.float32).reshape(2, 10), 22050)
    arc = Arc("filter_1_cutoff", ((0, 40.0), (4, 90.0)), "spline")
    played = dataclasses.replace(PERFORMANCE, arcs=(arc,), inputs=(audio_input(heard, "loop"),))
    before = dataclasses.replace(take(random_patch(0)), performance=played)
    record = TakeRecord.of(before, AssetStore(tmp_path))
    after = TakeRecord(record.text).take(AssetStore(tmp_path), AUDIO)
    assert (after.id, after.performance) == (before.id, played)
    assert audio_of(after.performance.inputs[0]).samples.tobytes() == heard.samples.tobytes()
    with pytest.raises(PatchError, match="is not in"):
        record.performance(AssetStore(tmp_path / "elsewhere"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "damaged"),
        ("[]", "format 1"),
        ('{"format":2}', "newer version"),
        ('{"format":1}', "a part is missing"),
        ('{"format":1,"origin":{"parents":[]},"patch":{}}', "expected a patch of format"),
    ],
)
def test_a_damaged_record_is_told(text: str, words: str) -> None:
    with pytest.raises(PatchError, match=words):
        TakeRecord(text).take(Shelf(), AUDIO)
