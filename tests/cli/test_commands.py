"""The commands that match nothing, as their user meets them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import patchpilot
from patchpilot import registry
from tests.cli.command_line import (
    COMMAND,
    SHORT,
    Cli,
    Run,
)


def test_version(cli: Cli) -> None:
    assert cli("--version") == Run(0, f"patchpilot, version {patchpilot.__version__}\n", "")


def test_help_names_every_command(cli: Cli) -> None:
    run = cli("--help")
    assert (run.code, run.err) == (0, "")
    assert re.findall(r"^  ([a-z]+) {2,}\S", run.out, re.MULTILINE) == [
        "match",
        "render",
        "ask",
        "bank",
        "library",
        "dataset",
        "play",
        "golden",
        "level",
        "listening",
        "track",
        "live",
        "studio",
        "assist",
        "mcp",
        "rack",
        "train",
        "reinforce",
        "evaluate",
        "instrument",
        "doctor",
        "plugins",
    ]


def test_a_misspelt_command_and_option(cli: Cli) -> None:
    run = cli("mutch")
    assert (run.code, run.out) == (2, "")
    assert "No such command 'mutch'" in run.err
    run = cli("match", SHORT, "--frce")
    assert (run.code, run.out) == (2, "")
    assert "No such option: --frce" in run.err or "No such option '--frce'" in run.err


@pytest.mark.parametrize(
    "arguments", [["match"], ["match", "x.wav", "--top", "0"], ["match", "x", "--note", "200"]]
)
def test_a_wrong_argument_is_a_usage_error(cli: Cli, arguments: list[str]) -> None:
    run = cli(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Usage: patchpilot match ")
    assert "Error: " in run.err


def test_plugins(cli: Cli) -> None:
    run = cli("plugins")
    assert (run.code, run.err) == (0, "")
    lines = [line.split() for line in run.out.splitlines()]
    assert ["instruments", "vital", "patchpilot", patchpilot.__version__] in lines
    rows = json.loads(cli("plugins", "--json").out)
    assert {
        "kind": "instruments",
        "name": "vital",
        "package": f"patchpilot {patchpilot.__version__}",
        "object": "patchpilot.instruments.vital.vital:Vital",
    } in rows
    assert len(rows) == len(run.out.splitlines())


def test_doctor_says_what_is_here(cli: Cli) -> None:
    run = cli("doctor")
    assert (run.code, run.err) == (0, "")
    states = {line[8:22].strip(): line[:8].strip() for line in run.out.splitlines()}
    assert {name: state for name, state in states.items() if state != "ok"} in ({}, {"surge": "absent"})
    assert re.search(r"^ok      vital {9}vital \S+ / .*; \d+ parameters; presets in ", run.out, re.MULTILINE)
    checks = {check["name"]: check for check in json.loads(cli("doctor", "--json").out)["checks"]}
    assert checks["numpy"] == {"name": "numpy", "ok": True, "text": np.__version__}


def test_doctor_lists_estimators(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from patchpilot.estimators.folder import About, write_folder
    from patchpilot.estimators.networks.config import NetworkConfig
    from tests.estimators.hearing import CODEC

    monkeypatch.setattr(registry, "names", lambda _: [])
    monkeypatch.setattr("patchpilot.estimators.places.SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("PATCHPILOT_ESTIMATORS", str(tmp_path))
    assert "estimator" not in cli("doctor").out
    about = About(CODEC, NetworkConfig.sized("tiny"), trained={"rows": 123456})
    graphs = {"encoder.onnx": bytes(400_000), "step.onnx": bytes(800_000)}
    write_folder(tmp_path / "toy", about, graphs)
    run = cli("doctor")
    assert run.code == 0
    assert "ok      estimator     toy: flow, of toy 1, learned from 123,456 renders; 1.2 MB, in " in run.out
    (tmp_path / "toy" / "step.onnx").write_bytes(b"")
    run = cli("doctor")
    assert (run.code, run.err) == (1, "")
    assert re.search(r"^MISSING estimator .*step.onnx: expected the sha256 .* cut off", run.out, re.MULTILINE)


def test_doctor_says_what_is_missing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from patchpilot.cli import doctor

    monkeypatch.setattr(doctor, "_LIBRARIES", ("no-such-library",))
    run = cli("doctor")
    assert run.code == 1
    assert "MISSING no-such-library" in run.out
    assert "pip install no-such-library" in run.out


class Broken:
    """Somebody's instrument, which cannot even be made."""

    def __init__(self, **_: object) -> None:
        raise RuntimeError("no licence")


class Mute:
    """Somebody's instrument that takes no options, as it need not."""


@pytest.mark.parametrize(("made", "told"), [(Broken, "no licence"), (Mute, "takes no arguments")])
def test_doctor_survives_a_strangers_instrument(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, made: type, told: str
) -> None:
    monkeypatch.setattr(registry, "names", lambda _: ["theirs"])
    monkeypatch.setattr(registry, "load", lambda *_: made)
    run = cli("doctor")
    assert (run.code, run.err) == (1, "")
    assert re.search(rf"^MISSING theirs .*{told}", run.out, re.MULTILINE)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [*COMMAND, "plugins"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert run.returncode in (1, 141)  # the command library's own answer, or the shell's
    assert run.stderr == ""
