"""An attempt plays a level again; stopped, it goes on; its files make new material."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio, load, save
from patchpilot.errors import OutputError, ParameterError
from patchpilot.selfplay.levels import attempt as attempts
from patchpilot.selfplay.levels import document
from patchpilot.selfplay.levels.generating import generated
from patchpilot.selfplay.levels.level import add, names, opened
from patchpilot.selfplay.levels.material import write_material
from patchpilot.space import Patch
from tests.selfplay.levels.loops import RATE, TEMPO
from tests.toy import Toy


class Loading(Toy):
    """A toy that reads what it wrote."""

    def load(self, path: Path | str) -> Patch:
        return Patch.make(self.space, json.loads(Path(path).read_text())["values"])


def sines() -> Audio:
    """Two tones that the toy can play, in turn."""
    out = np.zeros(4 * RATE // 2)
    for k in range(8):
        hz = 440.0 if k % 2 else 261.6
        t = np.arange(RATE // 5) / RATE
        window = np.sin(np.pi * np.clip(np.minimum(t / 0.04, (0.2 - t) / 0.12), 0, 1) / 2) ** 2
        out[k * RATE // 4 :][: len(t)] += 0.4 * np.sin(2 * np.pi * hz * t) * window
    out += 1e-4 * np.random.default_rng(1).standard_normal(len(out))
    return Audio(out.astype(np.float32), RATE)


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    save(sines(), tmp_path / "loop.wav")
    return tmp_path / "loop.wav"


def test_an_attempt_is_scored_kept_and_gone_on_with(
    loop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = tmp_path / "levels"
    level, taken = add(loop, levels, tempo_bpm=TEMPO)
    assert (names(levels), len(taken.hits)) == (["loop"], 8)
    with Loading() as toy:
        made = attempts.attempt(level, toy, effort="quick", seed=1)
        assert made.score.onset_f > 0.7  # a sine that ends is a click to a spectral flux
        assert made.score.chroma is not None
        assert made.score.chroma > 0.8
        assert {path.name for path in made.folder.iterdir()} >= {
            "attempt.json",
            "template.toml",
            "loop.wav",
            "stems",
        }
        first = (made.folder / "loop.wav").read_bytes()
        (made.folder / "attempt.json").unlink()

        def never(*_: object, **__: object) -> None:
            raise AssertionError("what was found is looked for again")

        monkeypatch.setattr(attempts, "match", never)
        again = attempts.attempt(level, toy, effort="quick", seed=1)
        assert (made.folder / "loop.wav").read_bytes() == first
        assert again.score == made.score
        assert [said["seed"] for said in opened("loop", levels).attempts()] == [1]

        template = document.read(made.folder / "template.toml")
        score = generated(template.score, bars=2, seed=5)
        out = tmp_path / "new"
        write_material(out, score, template, made.folder, toy)
        assert load(out / "loop.wav").duration_s == pytest.approx(4.0, abs=0.01)
        assert document.read(out / "template.toml").score == score
        with pytest.raises(OutputError):
            write_material(out, score, template, made.folder, toy)


def test_a_name_is_one_loop_s(loop: Path, tmp_path: Path) -> None:
    add(loop, tmp_path / "levels", tempo_bpm=TEMPO)
    add(loop, tmp_path / "levels", tempo_bpm=TEMPO)  # the same again
    other = tmp_path / "other.wav"
    save(Audio(sines().samples * 0.5, RATE), other)
    with pytest.raises(ParameterError, match="--name"):
        add(other, tmp_path / "levels", name="loop", tempo_bpm=TEMPO)
    with pytest.raises(ParameterError, match="there are loop"):
        opened("lop", tmp_path / "levels")
    with pytest.raises(ParameterError, match="letters"):
        add(loop, tmp_path / "levels", name="../x")
