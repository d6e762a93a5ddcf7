from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import F32, Audio
from patchpilot.errors import EngineError, LibraryError, OutputError, ParameterError, PluginError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.retrieval.block import coded
from patchpilot.retrieval.build import build, name_of
from patchpilot.retrieval.library import Library
from patchpilot.retrieval.recipe import PERFORMANCE, Recipe
from patchpilot.retrieval.spectral import Spectral
from patchpilot.space import Patch, Performance
from tests.retrieval.fakes import Forward, Odd, Shaky, Stopped, Tiny, built, counted, newer
from tests.toy import Toy


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes that every build of 40 rows must have."""
    path = tmp_path_factory.mktemp("whole") / "toy.npz"
    built(path)
    return path.read_bytes()


def test_a_row_is_the_embedding_of_the_render_of_its_patch(tmp_path: Path) -> None:
    toy, library = Odd(), built(tmp_path / "toy.npz")
    for row in range(len(library)):
        audio = toy.render(library.draw(toy, row), PERFORMANCE)
        assert (coded(Tiny(), audio, pitch=60.0, hold_s=1.2) == library.codes[row]).all()


def test_what_cannot_be_used_is_left_out_and_counted_by_its_reason(tmp_path: Path) -> None:
    toy, library = Odd(), built(tmp_path / "toy.npz")
    levels = [
        toy.priors["toy-v1"].draw(toy.space, 0, index).values["level"] for index in range(library.tried)
    ]
    kept = [index for index, level in enumerate(levels) if 0.3 <= level < 0.85]
    assert library.indices.tolist() == kept
    assert library.rejected == {
        "failed": sum(0.2 <= level < 0.3 for level in levels),
        "not finite": sum(level >= 0.85 for level in levels),
        "silent": sum(level < 0.2 for level in levels),
    }
    assert min(library.rejected.values()) > 0


@pytest.mark.parametrize("toy", [Forward(), Shaky()], ids=["in another order", "one that fails at first"])
def test_the_bytes_do_not_depend_on_how_the_renders_came(tmp_path: Path, toy: Toy, whole: bytes) -> None:
    built(tmp_path / "toy.npz", toy=toy)
    assert (tmp_path / "toy.npz").read_bytes() == whole


@pytest.mark.parametrize("n_patches", [1, 7, 100])
def test_the_bytes_do_not_depend_on_the_blocks(tmp_path: Path, n_patches: int, whole: bytes) -> None:
    if n_patches == 1:  # a block without any row ends a build
        with pytest.raises(LibraryError, match="not one of 1 patches"):
            built(tmp_path / "toy.npz", n_patches=1)
        return
    built(tmp_path / "toy.npz", n_patches=n_patches)
    assert (tmp_path / "toy.npz").read_bytes() == whole


def test_a_small_library_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    small, large = built(tmp_path / "small.npz", 30), built(tmp_path / "large.npz", 60)
    assert (small.indices == large.indices[:30]).all()
    assert (small.codes == large.codes[:30]).all()
    assert small.tried == small.indices[-1] + 1
    other = built(tmp_path / "other.npz", 30, seed=1)
    assert (other.codes != small.codes).any()


@pytest.mark.parametrize("after", [0, 10, 60])
def test_an_interrupted_build_goes_on_to_the_same_bytes(tmp_path: Path, after: int, whole: bytes) -> None:
    path = tmp_path / "toy.npz"
    with pytest.raises(KeyboardInterrupt):
        built(path, toy=Stopped(after))
    assert not path.exists()
    toy = Odd()
    built(path, toy=toy)
    assert path.read_bytes() == whole
    assert files(tmp_path) == ["toy.npz"]
    fresh = Odd()
    built(tmp_path / "fresh.npz", toy=fresh)
    assert (toy.rendered < fresh.rendered) == (after >= 25)  # finished blocks are not rendered again


def test_a_killed_build_goes_on_to_the_same_bytes(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "toy.npz"
    code = (
        "import sys, time; from pathlib import Path; from tests.retrieval.fakes import Odd, built\n"
        "class Slow(Odd):\n"
        "    def render(self, *arguments):\n"
        "        time.sleep(0.01)\n"
        "        return super().render(*arguments)\n"
        "built(Path(sys.argv[1]), toy=Slow())\n"
    )
    build_process = subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=Path(__file__).parents[2])
    until = time.monotonic() + 60
    while not list(tmp_path.glob("toy.parts/block-*")) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(build_process.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    assert build_process.wait() != 0
    assert (tmp_path / "toy.parts" / "block-00000.npz").exists()
    built(path)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut off", b"x" * 4000])
def test_a_damaged_part_is_rendered_again(tmp_path: Path, damage: bytes, whole: bytes) -> None:
    path = tmp_path / "toy.npz"
    with pytest.raises(KeyboardInterrupt):
        built(path, toy=Stopped(60))
    part = tmp_path / "toy.parts" / "block-00000.npz"
    part.write_bytes(damage)
    built(path)
    assert path.read_bytes() == whole


def test_an_unfinished_build_may_be_finished_with_another_number(tmp_path: Path, whole: bytes) -> None:
    with pytest.raises(KeyboardInterrupt):
        built(tmp_path / "toy.npz", 60, toy=Stopped(60))
    built(tmp_path / "toy.npz", 40)
    assert (tmp_path / "toy.npz").read_bytes() == whole


def test_an_unfinished_build_of_another_library_is_not_mixed_in(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "toy.npz"
    with pytest.raises(KeyboardInterrupt):
        built(path, toy=Stopped(60), seed=1)
    with pytest.raises(
        OutputError, match=r"unfinished build with other arguments: seed is 1 there and 0 here"
    ):
        built(path)
    with pytest.raises(OutputError, match="engine version is '1' there and '2' here"):
        built(path, toy=newer(Odd()), seed=1)
    with pytest.raises(OutputError, match="its blocks have another size"):
        built(path, seed=1, n_patches=30)
    build(Odd(), "toy-v1", Tiny(), 40, path=path, n_patches=25, force=True)
    assert path.read_bytes() == whole
    assert files(tmp_path) == ["toy.npz"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "toy.parts").mkdir()
    (tmp_path / "toy.parts" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds something else"):
        build(Odd(), "toy-v1", Tiny(), 40, path=tmp_path / "toy.npz", force=True)
    assert files(tmp_path) == ["toy.parts", "toy.parts/mine.txt"]


def test_a_library_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "toy.npz"
    path.write_text("mine")
    toy = Odd()
    with pytest.raises(OutputError, match="exists and is kept"):
        built(path, toy=toy)
    with pytest.raises(OutputError, match="is a folder"):
        built(tmp_path, toy=toy)
    assert (path.read_text(), toy.rendered) == ("mine", 0)


def test_a_place_that_cannot_be_written_is_told_before_anything_is_rendered(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    toy = Odd()
    with pytest.raises(OutputError, match="is a file, not a folder"):
        built(tmp_path / "file" / "toy.npz", toy=toy)
    assert toy.rendered == 0


@pytest.mark.parametrize("rows", [0, -1, 10_000_001])
def test_a_number_of_rows_that_cannot_be_is_told(tmp_path: Path, rows: int) -> None:
    with pytest.raises(ParameterError, match=f"expected 1 to 10000000 rows.* got {rows}"):
        built(tmp_path / "toy.npz", rows)


def test_a_prior_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no prior 'core' for toy; there are: toy-v1"):
        build(Toy(), "core", Tiny(), 1, path=tmp_path / "toy.npz")
    assert files(tmp_path) == []


def test_a_prior_that_never_sounds_does_not_run_for_ever(tmp_path: Path) -> None:
    class Dead(Toy):
        def render(self, patch: Patch, performance: Performance) -> Audio:  # noqa: ARG002
            raise EngineError("the toy crashed")

    with pytest.raises(LibraryError, match="not one of 25 patches of toy-v1 can be used: 25 failed"):
        built(tmp_path / "toy.npz", toy=Dead())
    built(tmp_path / "toy.npz")  # and what failed then is tried again


def test_an_embedding_that_breaks_its_word_is_told(tmp_path: Path) -> None:
    class Broken(Tiny):
        def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
            return np.array([1.0, np.nan], np.float32)

    with pytest.raises(PluginError, match="'tiny' should give 3 finite numbers"):
        build(Toy(), "toy-v1", Broken(), 5, path=tmp_path / "toy.npz")


def test_progress_counts_up_and_knows_what_was_there(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        built(tmp_path / "toy.npz", toy=Stopped(30))
    progress: list[tuple[int, int]] = []
    build(
        Odd(),
        "toy-v1",
        Tiny(),
        40,
        path=tmp_path / "toy.npz",
        n_patches=25,
        on_progress=lambda state: counted(progress, state),
    )
    assert progress[0][1] == 25
    assert progress == sorted(progress)
    assert progress[-1][0] >= 40


def test_names_say_what_is_not_usual() -> None:
    recipe = Recipe.of(Toy(), "toy-v1", Tiny(), seed=7)
    assert name_of(recipe) == "toy-toy-v1-seed7-tiny"
    assert name_of(Recipe.of(Toy(), "toy-v1", Spectral(), seed=0)) == "toy-toy-v1"


@pytest.mark.slow
def test_vitals_rows_do_not_depend_on_the_workers(tmp_path: Path, vital: Vital) -> None:
    build(vital, "core-v1", Spectral(), 6, path=tmp_path / "two.npz", n_patches=8)
    with Vital(workers=1) as one:
        build(one, "core-v1", Spectral(), 6, path=tmp_path / "one.npz", n_patches=4)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    library = Library.load(tmp_path / "one.npz")
    library.check(vital)
    assert (library.name, len(library)) == ("vital-core-v1", 6)
