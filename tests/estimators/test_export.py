"""The graphs that run without PyTorch say what the network says."""

from __future__ import annotations

import dataclasses
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")

import patchpilot as pp
from patchpilot.errors import EstimatorError, OutputError
from patchpilot.estimators import export as module
from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.estimator import Estimator, opened
from patchpilot.estimators.export import export
from patchpilot.estimators.folder import About, read_about, read_graphs, write_folder
from patchpilot.estimators.graphs import Graphs
from patchpilot.estimators.networks.config import HEADS, NetworkConfig
from patchpilot.estimators.networks.levels import like_logmel
from patchpilot.estimators.networks.proxy import Proxy
from patchpilot.estimators.networks.proxy_config import ProxyConfig
from patchpilot.estimators.tokens import Token
from patchpilot.estimators.tracing import halved, tensors
from tests.estimators import words
from tests.estimators.hearing import CODEC, untrained
from tests.toy import Toy

T = np.arange(22050) / 44100
SOUND = pp.Audio((0.5 * np.sin(2 * np.pi * 220 * T)).astype(np.float32), 44100)


def graphs_of(folder: Path, codec: Codec = CODEC) -> Graphs:
    files = read_graphs(folder, read_about(folder))
    return Graphs(files["encoder.onnx"], files["step.onnx"], codec)


def differences(network: Any, graphs: Graphs, codec: Codec, n: int) -> list[float]:
    """Of each output, for a batch of random numbers."""
    rng = np.random.default_rng(n)
    sound = rng.random((n, 4, 96, 64), np.float32)
    played = rng.standard_normal((n, 3)).astype(np.float32)
    memory = graphs.encode(sound, played)
    state = (
        memory,
        rng.standard_normal((n, len(codec.continuous))).astype(np.float32),
        rng.integers(0, min(codec.n_options) + 1, (n, len(codec.categorical))),
        rng.random(n, np.float32),
    )
    network.eval()
    with torch.no_grad():
        heard = network.encode(torch.from_numpy(sound), torch.from_numpy(played))
        said = network.step(*(torch.from_numpy(part) for part in state))
    pairs = zip([heard, *said], [memory, *graphs.step(*state)], strict=True)
    assert all(its.shape == mine.shape for its, mine in pairs)
    pairs = zip([heard, *said], [memory, *graphs.step(*state)], strict=True)
    return [float(np.abs(its.numpy() - mine).max()) for its, mine in pairs]


def test_the_graphs_say_what_the_network_says(exported: Path) -> None:
    network = untrained(NetworkConfig.sized("tiny"), CODEC)
    about = read_about(exported)
    for n in (1, 2, 5, 17):
        assert max(differences(network, graphs_of(exported), CODEC, n)) <= 1e-4
    assert (about.n_rows, about.n_steps, about.head) == (12345, 8, "flow")


@pytest.mark.slow
def test_a_proxy_is_exported_in_half_of_its_bytes_and_judges_what_is_drawn(tmp_path: Path) -> None:
    codec = words.codec()
    sizes = ProxyConfig(hidden=64, depth=1, width=16, dilations=(1,), events=2, spectra=1, waves=1)
    proxy = Proxy(sizes, codec).eval()
    proxy.trained = {"epochs": 0}
    network = untrained(NetworkConfig.sized("tiny"), codec)
    made = export(network, codec, tmp_path / "words", trained={}, proxy=proxy, n_steps=3)
    assert made.difference <= 1e-4
    files = read_graphs(tmp_path / "words", made.about)
    n_weights = sum(weight.numel() for weight in proxy.parameters())
    assert len(files["proxy.onnx"]) < 2.4 * n_weights + 100_000
    graphs = Graphs(files["encoder.onnx"], files["step.onnx"], codec, proxy=files["proxy.onnx"])
    rng = np.random.default_rng(0)
    said = (
        rng.uniform(-1, 1, (5, len(codec.continuous))).astype(np.float32),
        rng.integers(0, min(codec.n_options), (5, len(codec.categorical))),
    )
    heard = (np.zeros((1, 3), np.float32), rng.random((1, 4, 96, 64), np.float32))
    levels, distance = graphs.judge(*said, *heard)
    with torch.no_grad():
        rounded = halved(proxy).levels(*tensors(said), torch.zeros(5, 3))
        its = like_logmel(rounded, torch.from_numpy(np.repeat(heard[1], 5, axis=0)))
    np.testing.assert_allclose(levels, rounded.numpy(), atol=1e-4)
    np.testing.assert_allclose(distance, its.numpy(), rtol=1e-2)
    about = read_about(tmp_path / "words")
    assert (about.trained["proxy"], about.n_steps) == ({"epochs": 0}, 3)


def test_a_proxy_of_other_tokens_is_refused(tmp_path: Path) -> None:
    sizes = ProxyConfig(hidden=8, depth=1, width=8, dilations=(1,), events=1, spectra=1, waves=1)
    network = untrained(NetworkConfig.sized("tiny"), CODEC)
    with pytest.raises(EstimatorError, match="the proxy knows patches by other tokens"):
        export(network, CODEC, tmp_path / "toy", trained={}, proxy=Proxy(sizes, words.codec()))
    assert not (tmp_path / "toy").exists()


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ["resnet", "ast"])
@pytest.mark.parametrize("head", HEADS)
def test_every_head_and_encoder_is_exported(tmp_path: Path, head: str, encoder: str) -> None:
    codec = words.codec()
    network = untrained(NetworkConfig.sized("tiny", head=head, encoder=encoder), codec)
    network.train()
    made = export(network, codec, tmp_path / "words", trained={})
    assert network.training
    assert made.difference <= 1e-4
    about = read_about(tmp_path / "words")
    graphs = read_graphs(tmp_path / "words", about)
    assert (about.head, sum(map(len, graphs.values()))) == (head, made.n_bytes)
    for n in (1, 7):
        assert max(differences(network, graphs_of(tmp_path / "words", codec), codec, n)) <= 1e-4
    assert not [name for name in graphs if b"patchpilot/estimators" in graphs[name]]  # no places


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("token", CODEC.tokens)
def test_one_kind_of_token_is_enough(tmp_path: Path, head: str, token: Token) -> None:
    """An instrument may have nothing but knobs, or nothing but switches."""
    codec = dataclasses.replace(CODEC, tokens=(token,))
    network = untrained(NetworkConfig.sized("tiny", head=head), codec)
    assert export(network, codec, tmp_path / "toy", trained={}).difference <= 1e-4
    assert Estimator.load(tmp_path / "toy", Toy()).propose(SOUND, 4)


def test_graphs_that_say_something_else_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exported: Path
) -> None:
    """The graphs of another network stand in for a fault of the exporter."""
    graphs = iter(read_graphs(exported, read_about(exported)).values())
    monkeypatch.setattr(module, "graph_of", lambda *_: next(graphs))
    other = untrained(NetworkConfig.sized("tiny"), CODEC)
    with torch.no_grad():
        other.encoder.norm.bias.add_(0.001)
    with pytest.raises(EstimatorError, match=r"differ from the network by 0.0001 at most, they do by 0.00"):
        export(other, CODEC, tmp_path / "toy", trained={})
    assert not (tmp_path / "toy").exists()


def test_one_that_is_there_is_kept_unless_it_is_to_be_replaced(
    tmp_path: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs = read_graphs(exported, read_about(exported))
    made = itertools.cycle(graphs.values())
    monkeypatch.setattr(module, "graph_of", lambda *_: next(made))
    network = untrained(NetworkConfig.sized("tiny"), CODEC)
    for force in (False, True):
        export(network, CODEC, tmp_path / "toy", trained={"rows": 1}, force=force)
    with pytest.raises(OutputError, match="exists and is kept"):
        export(network, CODEC, tmp_path / "toy", trained={})


def test_an_exported_estimator_proposes_patches(exported: Path) -> None:
    toy = Estimator.load(exported, Toy())
    assert (toy.name, toy.about.n_rows) == ("toy", 12345)
    found = toy.propose(SOUND, 16, seed=1)
    assert sum(one.probability for one in found) == pytest.approx(1.0)
    again = Estimator.load(exported, Toy(), threads=2).propose(SOUND, 16, seed=1)
    assert [one.patch.sha256 for one in again] == [one.patch.sha256 for one in found]
    assert len({one.patch.sha256 for one in found}) == len(found) > 1


def test_it_runs_without_pytorch(exported: Path) -> None:
    code = f"""
import sys

class Without:
    def find_spec(name, *_):
        if name.partition(".")[0] in ("torch", "onnx", "onnxscript"):
            raise ImportError(name)

sys.meta_path.insert(0, Without)
import numpy as np
import patchpilot as pp
from tests.toy import Toy
sound = pp.Audio(np.sin(np.arange(22050) / 16).astype(np.float32), 44100)
found = pp.Estimator.load({str(exported)!r}, Toy()).propose(sound, 4)
print(len(found))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("4\n", "")


def test_an_estimator_is_kept_until_its_folder_changes(exported: Path, tmp_path: Path) -> None:
    about = read_about(exported)
    write_folder(tmp_path / "toy", about, read_graphs(exported, about))
    first = opened(tmp_path / "toy")
    assert opened(tmp_path / "toy") is first
    changed = About(about.codec, about.network, 1, about.trained)
    write_folder(tmp_path / "toy", changed, read_graphs(exported, about), force=True)
    assert opened(tmp_path / "toy").about.n_steps == 1


def test_a_graph_that_is_damaged_before_its_digest_is_told(exported: Path, tmp_path: Path) -> None:
    about = read_about(exported)
    graphs = read_graphs(exported, about)
    for name, data in (("step", b"no graph"), ("step", graphs["step.onnx"][:-999]), ("encoder", b"")):
        write_folder(tmp_path / "toy", about, {**graphs, f"{name}.onnx": data}, force=True)
        with pytest.raises(EstimatorError, match=rf"toy: the graph of the {name} cannot be read"):
            Estimator.load(tmp_path / "toy")


def test_graphs_of_other_tokens_are_told(exported: Path, tmp_path: Path) -> None:
    about = read_about(exported)
    graphs = read_graphs(exported, about)
    swapped = {"encoder.onnx": graphs["step.onnx"], "step.onnx": graphs["encoder.onnx"]}
    for codec, given in ((words.codec(), graphs), (CODEC, swapped)):
        other = About(codec, about.network)
        write_folder(tmp_path / "toy", other, given, force=True)
        with pytest.raises(EstimatorError, match="is not of this estimator's tokens"):
            Estimator.load(tmp_path / "toy")


def test_the_page_is_plain_json(exported: Path) -> None:
    said = json.loads((exported / "estimator.json").read_text("utf-8"))
    assert (said["format"], said["instrument"], said["head"]) == ("patchpilot-estimator-1", "toy", "flow")
    assert said["trained"] == {"rows": 12345, "seed": 0}
    assert set(said["digests"]) == {"encoder.onnx", "step.onnx"}
