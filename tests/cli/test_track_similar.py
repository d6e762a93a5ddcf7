"""`patchpilot track similar` and `track styles`, on a small collection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from patchpilot.audio import Audio, save
from tests.cli.command_line import Cli, one_error
from tests.tracks.beating import beat

pytest.importorskip("torch")
pytest.importorskip("pytorch_metric_learning")


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three beats with much bass and three without, and a file that is no sound."""
    folder = tmp_path_factory.mktemp("collection")
    for style, bass in (("deep", 0.5), ("dry", 0.0)):
        (folder / style).mkdir()
        for number in range(3):
            sound = beat(136.0 + number, 8, bass=bass)
            save(Audio(sound.samples * (0.7 + 0.1 * number), 44100), folder / style / f"{style}{number}.wav")
    (folder / "dry" / "broken.wav").write_text("words")
    return folder


@pytest.fixture(autouse=True)
def _own_cache(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(collection.parent / "similar-cache"))


def test_similar_and_train(cli: Cli, collection: Path, tmp_path: Path) -> None:
    asked = collection / "deep" / "deep0.wav"
    plain = cli("track", "similar", asked, "--in", collection)
    assert plain.code == 0, plain.err
    assert "broken.wav" in plain.err
    lines = plain.out.splitlines()
    assert len(lines) == 6
    assert all("deep" in line for line in lines[1:3])
    head = tmp_path / "head.npz"
    trained = cli("track", "similar", "train", collection, "-o", head, "--copies", "1", "--steps", "20")
    assert trained.code == 0, trained.err
    assert "(deep 3, dry 3)" in trained.out
    found = cli("track", "similar", asked, "--in", collection, "--head", head, "--json")
    said = json.loads(found.out)["similar"]
    assert {Path(one["path"]).parent.name for one in said[:2]} == {"deep"}
    assert "exists" in one_error(cli("track", "similar", "train", collection, "-o", head))


def test_styles(cli: Cli, collection: Path, tmp_path: Path) -> None:
    model = tmp_path / "styles.npz"
    trained = cli("track", "styles", "train", collection, "-o", model, "--json")
    assert trained.code == 0, trained.err
    report = json.loads(trained.out)
    assert report["styles"] == ["deep", "dry"]
    assert sum(map(sum, report["confusion"])) == 6
    told = cli("track", "styles", "tell", collection / "dry" / "dry1.wav", "--with", model, "--json")
    shares = json.loads(told.out)["styles"]
    assert next(iter(shares)) == "dry"
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-3)


def test_what_is_wrong_is_told(cli: Cli, collection: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    save(beat(140.0, 8), alone / "one.wav")
    asked = collection / "dry" / "dry0.wav"
    assert "expected other tracks" in one_error(cli("track", "similar", alone / "one.wav", "--in", alone))
    (tmp_path / "head.npz").write_text("words")
    assert "track similar train" in one_error(
        cli("track", "similar", asked, "--in", collection, "--head", tmp_path / "head.npz")
    )
    assert "track styles train" in one_error(
        cli("track", "styles", "tell", asked, "--with", tmp_path / "none.npz")
    )
    assert "two styles or more" in one_error(
        cli("track", "styles", "train", alone, "-o", tmp_path / "styles.npz")
    )
