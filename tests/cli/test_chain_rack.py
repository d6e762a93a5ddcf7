"""A rack with a chain of effects as the instrument of a dataset, a training and an evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from patchpilot.instruments.rack.chain import chain
from patchpilot.modules.kinds import named
from patchpilot.modules.ordered import chain_of
from patchpilot.space import Patch
from tests.cli.command_line import Cli

EFFECTS = ("bitcrush", "widener")


@pytest.mark.slow
def test_from_the_rack_to_what_it_has_learned(cli: Cli, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    rack = chain(named("noise"), [named(name) for name in EFFECTS], any_order=True)
    file, data, out = tmp_path / "chain.rack.json", tmp_path / "wet.h5", tmp_path / "learned"
    rack.export(Patch.make(rack.space), file)
    made = cli(
        "dataset", "generate", "--instrument", f"rack:{file}", "--prior", "uniform-v1-chain-v1", "-n", "40",
        "--notes", "60", "--hold", "0.2", "--length", "0.3", "--rate", "16000", "--audio", "none",
        "--features", "front_end", "--workers", "1", "-o", data, "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    from patchpilot.datasets import Dataset

    with Dataset(data) as dataset:
        chains = {chain_of(row.patch.values, EFFECTS, "fx_") for row in dataset}
    assert chains <= {("bitcrush",), ("widener",), EFFECTS, EFFECTS[::-1]}
    assert len(chains) > 2
    trained = cli(
        "train", "--instrument", f"rack:{file}", "--data", data, "--size", "tiny", "--epochs", "2", "--batch", "8",
        "--held-out", "0.3", "--device", "cpu", "--curriculum", "effects:1,all", "--workers", "1", "-o", out, "--json",
    )  # fmt: skip
    assert trained.code == 0, trained.err
    assert json.loads(trained.out)["exported"]
    tokens = json.loads((out / "estimator.json").read_text())["codec"]["tokens"]
    assert {"fx_slot_1", "fx_bitcrush_bits"} <= {token["name"] for token in tokens}
    told = cli("evaluate", out, "--instrument", f"rack:{file}", "--data", data, "-n", "2", "--proposed", "5")
    assert told.code == 0, told.err
    assert "learned (flow), 2 sounds" in told.out
