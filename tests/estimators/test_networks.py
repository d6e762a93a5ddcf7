from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from patchpilot.errors import EstimatorError
from patchpilot.estimators.networks.config import ENCODERS, HEADS, NetworkConfig
from patchpilot.estimators.tokens import Token
from tests.estimators import words

torch: Any = pytest.importorskip("torch")

from patchpilot.estimators.conditions import conditions  # noqa: E402
from patchpilot.estimators.networks.batch import Batch  # noqa: E402
from patchpilot.estimators.networks.network import make_network  # noqa: E402
from patchpilot.estimators.sampling import sample  # noqa: E402

CODEC = words.codec()
C, K, N_OPTIONS = len(CODEC.continuous), len(CODEC.categorical), max(CODEC.n_options)


def batch(n: int = 8) -> Batch:
    """Sounds that say what made them: each token's label is a stripe of the picture."""
    labels = CODEC.encode(words.rows(n))
    sound = np.zeros((n, 4, 96, 64), np.float32)
    numbers = np.concatenate([labels.continuous, labels.categorical / 3.0], axis=1)
    for k in range(numbers.shape[1]):
        sound[:, k % 4, 8 * k : 8 * k + 8] = (0.5 + 0.4 * numbers[:, k])[:, None, None]
    return Batch(
        sound=torch.from_numpy(sound),
        condition=torch.from_numpy(conditions([60.0] * n, [1.5] * n, [0.8] * n)),
        continuous=torch.from_numpy(labels.continuous),
        categorical=torch.from_numpy(labels.categorical),
        active=torch.from_numpy(labels.active),
        weight=torch.ones(C + K),
    )


def network(head: str = "flow", encoder: str = "resnet") -> Any:
    torch.manual_seed(0)
    return make_network(NetworkConfig.sized("tiny", head=head, encoder=encoder), CODEC)


def generator(seed: int = 0) -> Any:
    return torch.Generator().manual_seed(seed)


def loss_of(net: Any, rows: Batch, seed: int) -> float:
    return float(net.loss(rows, generator(seed))["total"].detach())


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_head_and_encoder_has_the_same_three_methods(head: str, encoder: str) -> None:
    net, rows = network(head, encoder), batch()
    memory = net.encode(rows.sound, rows.condition)
    assert memory.shape[0] == 8
    assert memory.shape[2] == 32
    said, logits, weight = net.step(memory, *net.nothing_known(memory))
    assert said.shape == (8, C)
    assert logits.shape == (8, K, N_OPTIONS)
    assert weight.shape == (8,)
    for k, n in enumerate(CODEC.n_options):
        assert (logits[:, k, n:] < -1e8).all()
        assert (logits[:, k, :n] > -1e8).all()
    losses = net.loss(rows, generator())
    losses["total"].backward()
    missing = [
        name for name, p in net.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()
    ]
    assert missing == []


@pytest.mark.parametrize("head", HEADS)
def test_a_head_learns_what_the_sounds_say(head: str) -> None:
    net, rows, noise = network(head), batch(16), generator()
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-3)
    history = []
    for _ in range(60):
        optimiser.zero_grad()
        total = net.loss(rows, noise)["total"]
        total.backward()
        optimiser.step()
        history.append(float(total.detach()))
    assert history[-1] < history[0] - 0.25 * abs(history[0])


def test_the_same_random_numbers_give_the_same_loss() -> None:
    net, rows = network(), batch()
    assert loss_of(net, rows, 1) == loss_of(net, rows, 1)
    assert loss_of(net, rows, 1) != loss_of(net, rows, 2)


@pytest.mark.parametrize("head", HEADS)
def test_the_order_of_like_modules_does_not_count(head: str) -> None:
    net, rows = network(head).eval(), batch()
    swapped = net.in_order(rows, torch.ones(8, dtype=torch.int64))
    assert not torch.equal(rows.continuous, swapped.continuous)
    one, two = (loss_of(net, some, 3) for some in (rows, swapped))
    assert one == pytest.approx(two, rel=1e-5)


def test_a_label_that_is_not_known_does_not_count() -> None:
    for head in HEADS:
        net, rows = network(head).eval(), batch()
        unknown = rows.categorical.clone()
        unknown[:, 0] = -1
        losses = net.loss(dataclasses.replace(rows, categorical=unknown), generator())
        assert torch.isfinite(losses["total"])


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("tokens", [CODEC.continuous, CODEC.categorical])
def test_an_instrument_of_nothing_but_knobs_or_switches_is_learned(
    head: str, tokens: tuple[Token, ...]
) -> None:
    codec = dataclasses.replace(CODEC, tokens=tuple(dataclasses.replace(token, gate="") for token in tokens))
    net, rows = make_network(NetworkConfig.sized("tiny", head=head), codec), batch()
    k = slice(0, C) if tokens is CODEC.continuous else slice(C, C + K)
    some = dataclasses.replace(
        rows,
        continuous=rows.continuous[:, : len(codec.continuous)],
        categorical=rows.categorical[:, : len(codec.categorical)],
        active=rows.active[:, k],
        weight=rows.weight[k],
    )
    losses = net.loss(some, generator())
    losses["total"].backward()
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert abs(float(losses["total"].detach())) > 0.0


def test_a_network_is_asked_through_arrays() -> None:
    net, rows = network().eval(), batch(1)

    def step(*arrays: np.ndarray) -> Any:
        with torch.no_grad():
            return tuple(out.numpy() for out in net.step(*map(torch.from_numpy, arrays)))

    with torch.no_grad():
        memory = net.encode(rows.sound, rows.condition).numpy()
    labels, log_p = sample(step, memory, CODEC, head="flow", n=3, n_steps=4, rng=np.random.default_rng(0))
    assert labels.continuous.shape == (3, C)
    assert np.isfinite(log_p).all()


def test_sizes_that_do_not_fit_are_refused() -> None:
    assert NetworkConfig.from_json(NetworkConfig.sized("base").to_json()) == NetworkConfig.sized("base")
    with pytest.raises(EstimatorError, match="expected a size of tiny, small, base"):
        NetworkConfig.sized("huge")
    with pytest.raises(EstimatorError, match="expected a head of"):
        NetworkConfig.sized("tiny", head="oracle")
    with pytest.raises(EstimatorError, match="heads divide"):
        NetworkConfig(width=30, attention_heads=4)
    with pytest.raises(EstimatorError, match="newer version"):
        NetworkConfig.from_json({"head": "flow", "wings": 2})
    with pytest.raises(EstimatorError, match="from 1 to 8192"):
        NetworkConfig(width=-4)
