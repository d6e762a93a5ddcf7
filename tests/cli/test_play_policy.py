"""A run's policy as its user meets it: written, and begun with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command_line import Cli, one_error
from tests.experiment.registered import registered

EXPERIMENT = """
instrument = "toy"
searcher = { kind = "ppo", size = 4, steps = 2%s }
objective = "loud"
batch = 4
performance = { hold_s = 0.2, length_s = 0.25 }
budget = { renders = 24 }
"""


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    pytest.importorskip("stable_baselines3")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    with registered():
        yield


def test_what_a_run_learned_begins_the_next(cli: Cli) -> None:
    Path("one.toml").write_text(EXPERIMENT % "")
    assert cli("play", "run", "one.toml", "--top", "0").code == 0
    ran = cli("play", "policy", "runs/one", "--json")
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    assert (said["policy"], said["parameters"]) == ("toy.policy.safetensors", 2)
    assert said["updates"] >= 1
    assert "is kept" in one_error(cli("play", "policy", "runs/one"))
    assert cli("play", "policy", "runs/one", "--force").out.startswith("toy.policy.safetensors: 2 parameters")
    Path("two.toml").write_text(EXPERIMENT % ', policy = "./toy.policy.safetensors"')
    assert cli("play", "run", "two.toml", "--top", "0").code == 0
    later = json.loads(cli("play", "policy", "runs/two", "--json", "-o", "two.safetensors").out)
    assert later["updates"] > said["updates"]


def test_runs_without_a_policy_are_told(cli: Cli, tmp_path: Path) -> None:
    Path("one.toml").write_text(EXPERIMENT.replace('{ kind = "ppo", size = 4, steps = 2%s }', '"cma-es"'))
    assert cli("play", "run", "one.toml", "--top", "0").code == 0
    assert "'cma-es', which learns no policy" in one_error(cli("play", "policy", "runs/one"))
    assert "is no folder of a run" in one_error(cli("play", "policy", tmp_path))
    Path("bad.toml").write_text(EXPERIMENT % ', policy = "./none.safetensors"')
    assert "there is no policy" in one_error(cli("play", "run", "bad.toml", "--top", "0"))


def test_one_among_several_has_its_policy_too(cli: Cli) -> None:
    several = '{ kind = "portfolio", arms = ["latin-hypercube", "ppo"], size = 4, starts = 4 }'
    text = EXPERIMENT.replace('{ kind = "ppo", size = 4, steps = 2%s }', several)
    Path("one.toml").write_text(text.replace("= 24 }", "= 60 }") + '\n[parameters]\npinned = ["transpose"]\n')
    assert cli("play", "run", "one.toml", "--top", "0").code == 0
    said = json.loads(cli("play", "policy", "runs/one", "--json").out)
    assert (said["parameters"], said["updates"] >= 1) == (1, True)
