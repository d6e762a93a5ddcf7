from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from patchpilot import registry
from patchpilot.audio import F32, Audio, Target
from patchpilot.errors import LibraryError, ParameterError
from patchpilot.retrieval.library import Library
from patchpilot.retrieval.recipe import PERFORMANCE
from patchpilot.retrieval.searcher import Retrieval
from patchpilot.search.base import Context, Outcome
from patchpilot.space import Note, Performance
from tests.retrieval.fakes import Tiny, built, newer
from tests.toy import Toy

pytestmark = pytest.mark.usefixtures("own_libraries")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("library") / "toy.npz"
    built(place, 60)
    return place


def target(audio: Audio, *, note: int = 60, cents: float = 0.0) -> Target:
    """As if somebody had listened to a sound that is held for 1.2 s."""
    return Target(
        audio=audio,
        source=None,
        note=note,
        f0_hz=None,
        confidence=1.0,
        tuning_cents=cents,
        velocity=0.8,
        loudness_lufs=-20.0,
        peak=0.5,
        hold_s=1.2,
        length_s=audio.duration_s,
        notes=(),
    )


def context(row: int, path: Path, performance: Performance = PERFORMANCE) -> Context:
    """A search for the sound of a row."""
    toy = Toy()
    audio = toy.render(Library.load(path).draw(toy, row), performance)
    return Context(toy, performance, target(audio, note=performance.notes[0].pitch))


def test_a_sound_that_is_in_the_library_is_found_first(path: Path) -> None:
    library = Library.load(path)
    for row in (0, 17, 59):
        searcher = Retrieval(path)
        searcher.start(context(row, path))
        first = searcher.ask(1)[0]
        assert searcher.state.library == "toy-toy-v1-tiny"
        assert first.patch == library.draw(Toy(), row)
        assert (first.searcher, first.detail) == ("retrieval", f"library toy-toy-v1-tiny, row {row}")


def test_a_sound_is_found_at_another_pitch_too(path: Path) -> None:
    higher = replace(PERFORMANCE, notes=(Note(72, 0.8, 0.0, 1.2),))
    searcher = Retrieval(path)
    searcher.start(context(5, path, higher))
    assert Library.load(path).draw(Toy(), 5) in [proposal.patch for proposal in searcher.ask(3)]


@pytest.mark.parametrize(
    ("note", "cents", "pitch"),
    [(60, 0.0, 60.0), (60, 30.0, 60.3), (61, -50.0, 60.5), (60, 1200.0, 60.0), (60, -2450.0, 60.0)],
)
def test_a_sound_is_looked_up_at_its_key_and_tuning(
    path: Path, monkeypatch: pytest.MonkeyPatch, note: int, cents: float, pitch: float
) -> None:
    """Rows are relative to the key that was played, so a note that a user names counts, whatever was heard."""
    asked: list[float] = []

    class Asked(Tiny):
        def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
            asked.append(pitch)
            return super().__call__(audio, pitch=pitch, hold_s=hold_s)

    searched = context(5, path)
    assert searched.target is not None
    monkeypatch.setattr(registry, "load", lambda *_: Asked)
    Retrieval(path).start(replace(searched, target=target(searched.target.audio, note=note, cents=cents)))
    assert asked == [pytest.approx(pitch)]


def test_the_shortlist_comes_nearest_first_and_ends(path: Path) -> None:
    searcher = Retrieval(Library.load(path), shortlist=10)
    searcher.start(context(3, path))
    distances = [neighbour.distance for neighbour in searcher.state.waiting]
    assert distances == sorted(distances)
    assert distances[0] == 0.0
    batches = [searcher.ask(4) for _ in range(4)]
    assert [len(batch) for batch in batches] == [4, 4, 2, 0]
    assert len({proposal.patch.sha256 for batch in batches for proposal in batch}) == 10
    searcher.tell([Outcome(proposal, error="crashed") for proposal in batches[0]])
    assert searcher.state.scores == 4 * [float("-inf")]
    assert [neighbour.distance for neighbour in searcher.state.proposed] == distances
    searcher.start(context(4, path))
    assert (searcher.state.proposed, searcher.state.scores) == ([], [])


def test_a_search_goes_on_from_its_state(path: Path) -> None:
    first, second = Retrieval(path), Retrieval(path)
    first.start(context(3, path))
    first.ask(5)
    state = pickle.loads(pickle.dumps(first.state))
    second.start(context(3, path))
    second.state = state
    rest = [proposal.patch.sha256 for proposal in first.ask(100)]
    assert len(rest) == 11
    assert [proposal.patch.sha256 for proposal in second.ask(100)] == rest


def test_without_a_name_the_best_library_is_taken(path: Path, tmp_path: Path) -> None:
    searched = context(0, path)
    with pytest.raises(LibraryError, match="no library of toy can be used"):
        Retrieval().start(searched)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "toy.npz").write_bytes(path.read_bytes())
    for searcher in (Retrieval(), Retrieval("toy")):
        searcher.start(searched)
        assert len(searcher.ask(100)) == 16


def test_a_library_that_does_not_fit_is_refused(path: Path) -> None:
    searched = context(0, path)
    other = replace(searched, instrument=newer(Toy()))
    with pytest.raises(LibraryError, match="engine version is '1' in the library and '2' here"):
        Retrieval(path).start(other)
    with pytest.raises(LibraryError, match="no library 'cake'"):
        Retrieval("cake").start(searched)


def test_without_a_target_there_is_nothing_to_look_up() -> None:
    with pytest.raises(ParameterError, match="retrieval needs a target sound"):
        Retrieval().start(Context(Toy(), PERFORMANCE))
    with pytest.raises(ParameterError, match="expected a shortlist of at least 1, got 0"):
        Retrieval(shortlist=0)
