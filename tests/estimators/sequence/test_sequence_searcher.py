"""Wet audio in, dry patches with ordered chains out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("geoopt")

from patchpilot.audio import listen  # noqa: E402
from patchpilot.datasets import Dataset  # noqa: E402
from patchpilot.errors import DatasetError, EstimatorError  # noqa: E402
from patchpilot.estimators.proposed import Proposed  # noqa: E402
from patchpilot.estimators.sequence import searcher as tested  # noqa: E402
from patchpilot.estimators.sequence.chains import chains_of  # noqa: E402
from patchpilot.estimators.sequence.config import SequenceConfig  # noqa: E402
from patchpilot.estimators.sequence.file import load_sequence, save_sequence  # noqa: E402
from patchpilot.estimators.sequence.network import SequenceNetwork  # noqa: E402
from patchpilot.estimators.sequence.orders import Numbered, order_of  # noqa: E402
from patchpilot.estimators.sequence.rows import rows_of  # noqa: E402
from patchpilot.search.base import Context  # noqa: E402
from patchpilot.space import Patch, Performance  # noqa: E402
from tests.estimators.wet import Wet, twins  # noqa: E402
from tests.toy import Toy  # noqa: E402

WET = Wet()
SPACE, ORDER = WET.space, order_of(WET.space)
PERFORMANCE = Performance.one_note(50, hold_s=0.4, length_s=0.5)
GUESSES = [
    Patch.make(SPACE, {"level": level, "fx_dark_tone": 0.8, **ORDER.values(chain)})
    for level, chain in ((0.3, ("dark",)), (0.6, ("clip", "dark")))
]


class Guessing:
    """An estimator that always says the same."""

    def bound(self, instrument: Any) -> Guessing:
        assert instrument is WET
        return self

    def propose(self, target: Any, n: int, seed: int) -> list[Proposed]:
        assert (target.note, n, seed) == (50, 16, 3)
        return [Proposed(patch, 0.5) for patch in GUESSES]


def context(instrument: Any = WET) -> Context:
    target = listen(WET.render(GUESSES[0], PERFORMANCE), note=50)
    return Context(instrument, PERFORMANCE, target, seed=3)


def decoder(*modules: str) -> SequenceNetwork:
    return SequenceNetwork(SequenceConfig(modules), seed=0)


def test_each_guess_also_with_the_chain_that_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tested, "opened", lambda _: Guessing())
    network = decoder("clip", "dark")
    monkeypatch.setattr(network, "decode", lambda *_: [("clip", "dark")])
    searcher = tested.ChainEstimation("mine", network)
    searcher.start(context())
    proposals = [*searcher.ask(2), *searcher.ask(9)]
    assert searcher.ask(1) == []
    chains = [ORDER.chain(one.patch.values) for one in proposals]
    assert chains == [("dark",), ("clip", "dark"), ("clip", "dark")]
    assert [one.patch for one in (proposals[0], proposals[2])] == GUESSES, "equal ones once"
    assert proposals[1].detail == "guess 1 of 2: dry patch, then clip → dark, its order by the decoder"
    assert proposals[1].patch.values["fx_dark_tone"] == pytest.approx(0.8), "settings stay"


def test_without_a_decoder_the_estimator_says_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tested, "opened", lambda _: Guessing())
    searcher = tested.ChainEstimation("mine")
    searcher.start(context())
    assert [one.patch for one in searcher.ask(9)] == GUESSES


def test_a_decoder_hears_the_target_as_it_does_from_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tested, "opened", lambda _: Guessing())
    save_sequence(decoder("clip", "dark"), tmp_path / "order.safetensors", {"rows": 1})
    again = load_sequence(tmp_path / "order.safetensors")
    for one, other in zip(again.parameters(), decoder("clip", "dark").parameters(), strict=True):
        assert torch.equal(one, other)
    searcher = tested.ChainEstimation("mine", tmp_path / "order.safetensors")
    searcher.start(context())
    assert len(searcher.ask(9)) >= len(GUESSES)


def test_what_does_not_fit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tested, "opened", lambda _: Guessing())
    with pytest.raises(EstimatorError, match="the decoder knows reverb, and wet has clip, dark"):
        tested.ChainEstimation("mine", decoder("reverb")).start(context())
    with pytest.raises(EstimatorError, match="toy has no chain"):
        tested.ChainEstimation("mine").start(context(Toy()))
    with pytest.raises(EstimatorError, match="expected a sequence decoder"):
        load_sequence(tmp_path / "none")


def test_notes_are_those_of_the_performance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tested, "opened", lambda _: Guessing())
    network, told = decoder("clip", "dark"), SimpleNamespace()

    def decode(sound: Any, played: Any) -> list[tuple[str, ...]]:
        told.sound, told.played = sound, played
        return [()]

    monkeypatch.setattr(network, "decode", decode)
    tested.ChainEstimation("mine", network).start(context())
    assert (tuple(told.sound.shape), tuple(told.played.shape)) == ((1, 4, 96, 64), (1, 3))


def test_rows_of_a_dataset(tmp_path: Path) -> None:
    wet, _ = twins(tmp_path, 12)
    with Dataset(wet) as dataset:
        rows = rows_of(dataset, ORDER)
        patches = [row.patch for row in dataset]
        with pytest.raises(DatasetError, match="the parameters effect_chain_order"):
            rows_of(dataset, Numbered())
    assert tuple(rows.sound.shape) == (12, 4, 96, 64)
    assert chains_of(rows.target.numpy(), ORDER.modules) == [ORDER.chain(one.values) for one in patches]
    assert len(rows[torch.arange(3)]) == 3
