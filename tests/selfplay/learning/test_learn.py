"""A bank is learned from, and only what is better on patches that were held out is put into use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from patchpilot.bank import Bank
from patchpilot.datasets import Dataset
from patchpilot.errors import EstimatorError
from patchpilot.instruments.take import Origin, Take
from patchpilot.retrieval.local import LocalEmbedding
from patchpilot.selfplay.learning.banked import banked
from patchpilot.selfplay.learning.learn import learn
from patchpilot.selfplay.learning.learners import EmbeddingLearner, Tell
from patchpilot.selfplay.learning.versions import Versions
from patchpilot.space import Performance
from tests.datasets.small import Buzzing


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    with Bank.open(tmp_path / "my.bank", embedding="spectral") as made:
        toy = Buzzing()
        prior = next(iter(toy.priors.values()))
        played = Performance.one_note(57, hold_s=0.3, length_s=0.5)
        for index in range(80):
            patch = prior.draw(toy.space, 3, index)
            made.append(Take(patch, played, toy.render(patch, played), toy.fingerprint, Origin("drawn")))
        made.flush()
        yield made


class Counting:
    """Learns how many rows there were; the more, the better."""

    name = "counting"
    unit = "one over rows"

    def __init__(self, place: Path) -> None:
        self._place = place

    def versions(self, folder: Path) -> Versions:
        return Versions(folder, self._place)

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:  # noqa: ARG002
        out.mkdir(parents=True, exist_ok=True)
        with Dataset(data[0]) as dataset:
            (out / "rows").write_text(str(len(dataset)))

    def adopt(self, bank: Bank) -> None:
        self.adopted = len(bank)

    def score(self, path: Path | None, frozen: Path) -> float:
        with Dataset(frozen) as dataset:
            assert len(dataset) >= 4
        file = (path or self._place) / "rows"
        if not file.exists():
            raise EstimatorError("none")
        return 1.0 / int(file.read_text())


def test_what_is_better_is_put_into_use_and_the_rest_kept(bank: Bank, tmp_path: Path) -> None:
    learner = Counting(tmp_path / "used")
    (first,) = learn(bank, Buzzing(), [learner], most=40)
    assert first.is_promoted
    assert learner.adopted == len(bank)
    (second,) = learn(bank, Buzzing(), [learner])
    assert second.is_promoted
    assert second.after < second.before == first.after
    (third,) = learn(bank, Buzzing(), [learner], most=40)
    assert not third.is_promoted
    assert learner.versions(bank.path / "learned" / "counting").in_use == 2


def test_votes_and_stars_count_and_a_tenth_is_held_out(bank: Bank) -> None:
    learned, frozen = banked(bank, Buzzing())
    assert len(learned.patches) + len(frozen.patches) == 80
    assert not {p.sha256 for p in learned.patches} & {p.sha256 for p in frozen.patches}
    name = learned.patches[0].sha256
    number = next(e.number for e in bank.entries() if e.record.patch(bank.assets).sha256 == name)
    bank.star(number)
    starred, _ = banked(bank, Buzzing())
    assert starred.n_patches == learned.n_patches + 3
    drafts = {starred.draft(k).patch.sha256 for k in range(starred.n_patches)}
    assert len(drafts) == starred.n_patches  # neighbours differ
    assert starred.draft(3).patch.sha256 == starred.draft(3).patch.sha256
    bank.star(number, False)
    bank.vote(number, -1)
    fewer, _ = banked(bank, Buzzing())
    assert fewer.n_patches == learned.n_patches - 1


def test_too_few(tmp_path: Path) -> None:
    with (
        Bank.open(tmp_path / "empty.bank", embedding="spectral") as empty,
        pytest.raises(EstimatorError, match="too few"),
    ):
        banked(empty, Buzzing())


@pytest.mark.slow
def test_an_embedding_is_learned_and_judged(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pytorch_metric_learning")
    pytest.importorskip("onnxscript")
    monkeypatch.setenv("PATCHPILOT_EMBEDDINGS", str(tmp_path / "embeddings"))
    (verdict,) = learn(bank, Buzzing(), [EmbeddingLearner()], epochs=1)
    assert 0.0 <= verdict.after <= 1.0
    assert verdict.is_promoted == (verdict.after < verdict.before)
    assert (tmp_path / "embeddings" / "mine").exists() == verdict.is_promoted
    made = LocalEmbedding(bank.path / "learned" / "embedding" / "0001")
    assert made.name == "mine"
    (tmp_path / "embeddings").mkdir(exist_ok=True)
    EmbeddingLearner().versions(bank.path / "learned" / "embedding").promote(1)
    EmbeddingLearner().adopt(bank)
    with Bank.open(bank.path) as again:  # it finds the embedding by its name, in the user's folder
        assert (again.hearing.embedding.name, again.hearing.embedding.version) == ("mine", made.version)
        assert len(again.like(1, 3)) == 3
