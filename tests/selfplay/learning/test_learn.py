"""A bank is learned from, and only what is better on patches that were held out is put into use."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from patchpilot.audio.descriptors import NAMES, described
from patchpilot.bank import Bank
from patchpilot.datasets import Dataset
from patchpilot.errors import EstimatorError, LibraryError
from patchpilot.estimators.folder import GRAPHS, PROXY, read_about, read_graphs, write_folder
from patchpilot.estimators.places import find_for, learned_proxy
from patchpilot.estimators.training.batches import is_held_out
from patchpilot.instruments.take import Origin, Take
from patchpilot.retrieval.local import LocalEmbedding
from patchpilot.retrieval.places import best_library
from patchpilot.retrieval.spectral import Spectral
from patchpilot.selfplay.learning import estimator_learner, library_learner, vote_learner
from patchpilot.selfplay.learning.banked import banked
from patchpilot.selfplay.learning.estimator_learner import EstimatorLearner, judge_of, lend_judge
from patchpilot.selfplay.learning.learn import learn
from patchpilot.selfplay.learning.learners import WATCHED, EmbeddingLearner, Learner, Tell
from patchpilot.selfplay.learning.proxy_learner import ProxyLearner
from patchpilot.selfplay.learning.versions import Versions
from patchpilot.selfplay.learning.vote_learner import VoteLearner
from patchpilot.selfplay.preference.from_bank import EMBEDDING, taste_of
from patchpilot.space import Performance
from tests.datasets.small import Buzzing


@pytest.fixture(scope="module")
def eighty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of eighty takes: nobody writes into it."""
    path = tmp_path_factory.mktemp("eighty") / "my.bank"
    with Bank.open(path, embedding="spectral") as made:
        toy = Buzzing()
        prior = next(iter(toy.priors.values()))
        played = Performance.one_note(57, hold_s=0.3, length_s=0.5)
        for index in range(80):
            patch = prior.draw(toy.space, 3, index)
            made.append(Take(patch, played, toy.render(patch, played), toy.fingerprint, Origin("drawn")))
        made.flush()
    return path


@pytest.fixture
def bank(eighty: Path, tmp_path: Path) -> Iterator[Bank]:
    """A copy of it that is the test's own."""
    path = shutil.copytree(eighty, tmp_path / "my.bank")
    with Bank.open(path, embedding="spectral") as own:
        yield own


class Counting:
    """Learns how many rows there were; the more, the better."""

    name = "counting"
    unit = "one over rows"

    def __init__(self, place: Path) -> None:
        self._place, self.made = place, 0

    def versions(self, folder: Path) -> Versions:
        return Versions(folder, self._place)

    def settings(self) -> str:
        return ""

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:  # noqa: ARG002
        self.made += 1
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


class Stopping(Counting):
    """Is stopped, and then has too little."""

    name = "stopping"
    error: BaseException = KeyboardInterrupt()

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:  # noqa: ARG002
        raise self.error


def test_what_is_finished_is_kept_and_one_that_cannot_learn_stops_no_other(
    bank: Bank, tmp_path: Path
) -> None:
    first, stopping, last = (
        Counting(tmp_path / "one"),
        Stopping(tmp_path / "two"),
        Counting(tmp_path / "three"),
    )
    last.name = "last"
    with pytest.raises(KeyboardInterrupt):
        learn(bank, Buzzing(), [first, stopping, last])
    assert (first.made, last.made) == (1, 0)
    stopping.error = EstimatorError("too little")
    verdicts = learn(bank, Buzzing(), [first, stopping, last])
    assert (first.made, last.made) == (1, 1)  # what was learned from the same takes is not learned again
    assert [verdict.is_promoted for verdict in verdicts] == [True, False, True]
    assert [verdict.reason for verdict in verdicts] == ["", "too little", ""]
    first.versions(bank.path / "learned" / "counting").roll_back()
    (back,) = learn(bank, Buzzing(), [first])
    assert (back.is_promoted, first.made) == (False, 1)  # and stays rolled back


def test_a_training_finds_patches_that_it_may_hold_out(bank: Bank) -> None:
    learned, _ = banked(bank, Buzzing())
    held = [patch for patch in learned.patches if is_held_out(patch.sha256, WATCHED)]
    assert 0 < len(held) < len(learned.patches)


@pytest.mark.slow
def test_votes_are_heard_in_what_foretells_them_best(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vote_learner, "embedding_in_use", Spectral)
    learner = VoteLearner(bank)
    (few,) = learn(bank, Buzzing(), [learner])
    assert "too few" in few.reason
    bright = {
        e.number: described(bank.take(e.number).audio)[NAMES.index("brightness")] for e in bank.entries()
    }
    middle = sorted(bright.values())[len(bright) // 2]
    for number, value in bright.items():
        bank.vote(number, 1 if value > middle else -1)
    (verdict,) = learn(bank, Buzzing(), [learner])
    assert verdict.after < 0.6  # a coin is 0.69
    model = json.loads((bank.path / "learned" / "votes" / "0001" / "model.json").read_text())
    assert model["embedding"] in (EMBEDDING, "spectral")
    learner.versions(bank.path / "learned" / "votes").promote(1)
    assert taste_of(bank).embedding.name == model["embedding"]


@pytest.mark.slow
def test_a_library_is_put_into_use_where_there_is_none(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATCHPILOT_LIBRARIES", str(tmp_path / "libraries"))
    monkeypatch.setattr(library_learner, "embedding_in_use", Spectral)
    monkeypatch.setattr(library_learner, "SOUNDS", 2)
    toy = Buzzing()
    learner = library_learner.LibraryLearner(toy, 60)
    (verdict,) = learn(bank, toy, [learner])
    assert verdict.is_promoted
    assert len(best_library(toy)) == 60
    assert learner.score(None, next((bank.path / "learned").glob("frozen*"))) == verdict.after
    learner.versions(bank.path / "learned" / "library").roll_back()
    with pytest.raises(LibraryError):
        best_library(toy)


@pytest.mark.slow
def test_a_proxy_is_learned_found_by_finetuning_and_judges_an_estimator(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxscript")
    from patchpilot.estimators.networks.proxy_file import load_proxy

    monkeypatch.setenv("PATCHPILOT_ESTIMATORS", str(tmp_path / "estimators"))
    monkeypatch.setattr(estimator_learner, "SOUNDS", 2)
    learners: list[Learner] = [ProxyLearner(Buzzing(), "tiny"), EstimatorLearner(Buzzing(), None, "tiny")]
    proxy, first = learn(bank, Buzzing(), learners, epochs=1)
    assert proxy.is_promoted
    load_proxy(learned_proxy("toy")).codec.check(Buzzing().space)
    assert first.is_promoted
    about = read_about(find_for("toy"))
    assert PROXY in about.digests
    # Without a proxy of the same tokens the judge of what is in use is lent, to those that know the same.
    learned_proxy("toy").unlink()
    assert judge_of(about.codec, "toy") is None
    bare = tmp_path / "bare"
    graphs = read_graphs(find_for("toy"), about)
    write_folder(bare, about, {name: graphs[name] for name in GRAPHS})
    assert lend_judge(bare, "toy")
    lent = read_about(bare)
    assert read_graphs(bare, lent)[PROXY] == graphs[PROXY]
    other = dataclasses.replace(about, codec=dataclasses.replace(about.codec, version="other"))
    write_folder(bare, other, {name: graphs[name] for name in GRAPHS}, force=True)
    assert not lend_judge(bare, "toy")


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
