from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from patchpilot.estimators.networks.config import HEADS, NetworkConfig  # noqa: E402
from patchpilot.estimators.networks.guess import Guess  # noqa: E402
from patchpilot.estimators.networks.network import make_network  # noqa: E402
from patchpilot.estimators.training.loss import (  # noqa: E402
    Sounding,
    multi_resolution,
    regular_loss,
    spectral_loss,
)
from tests.estimators.bright import CODEC, batch, drawn, learned  # noqa: E402


def options_of(rows: Any) -> Any:
    """Probabilities of what is true."""
    return torch.nn.functional.one_hot(rows.categorical, 3).float()


def guess(rows: Any, continuous: Any = None, options: Any = None, weight: Any = None) -> Guess:
    """What is true, where nothing else is given."""
    return Guess(
        rows.continuous if continuous is None else continuous,
        options_of(rows) if options is None else options,
        torch.ones(len(rows)) if weight is None else weight,
    )


def network(head: str) -> Any:
    torch.manual_seed(0)
    return make_network(NetworkConfig.sized("tiny", head=head), CODEC)


def test_the_truth_costs_little_and_another_patch_more() -> None:
    rows, proxy = batch(drawn(1, 8)), learned()[0]
    truth = spectral_loss(proxy, guess(rows), rows)
    other = spectral_loss(proxy, guess(rows, rows.continuous.roll(1, 0), options_of(rows).roll(1, 0)), rows)
    assert 0.0 < float(truth) < 0.5 * float(other)


@pytest.mark.parametrize("head", HEADS)
def test_the_total_is_the_weighted_sum(head: str) -> None:
    rows, proxy, net = batch(drawn(1, 4)), learned()[0], network(head)
    own = net.loss(rows, torch.Generator().manual_seed(0))
    parts = Sounding(proxy, 0.5, 3.0)(net, rows, torch.Generator().manual_seed(0))
    assert set(parts) == {*own, "head", "spectral", "regular"}
    torch.testing.assert_close(parts["head"], own["total"], rtol=0, atol=0)
    torch.testing.assert_close(
        parts["total"], own["total"] + 0.5 * parts["spectral"] + 3.0 * parts["regular"]
    )
    alone = Sounding(None, 0.0, 3.0)(net, rows, torch.Generator().manual_seed(0))
    assert "spectral" not in alone
    torch.testing.assert_close(alone["total"], own["total"] + 3.0 * parts["regular"])


@pytest.mark.parametrize("head", HEADS)
def test_its_slope_reaches_all_that_hears_and_says_and_not_the_proxy(head: str) -> None:
    rows, proxy, net = batch(drawn(2, 4)), learned()[0], network(head)
    with torch.no_grad():
        for weight in net.parameters():  # a new network does not listen yet: its layers begin as nothing
            weight.add_(0.02 * torch.randn_like(weight))
    _, guessed = net.losses(rows, torch.Generator().manual_seed(0))
    spectral_loss(proxy, guessed(), rows).backward()
    for part in (net.encoder, net.decoder, net.readout):
        slopes = [weight.grad for weight in part.parameters() if weight.grad is not None]
        assert sum(float(slope.abs().sum()) for slope in slopes) > 0
    assert all(parameter.grad is None for parameter in proxy.parameters())


@pytest.mark.parametrize("head", HEADS)
def test_a_guess_is_a_patch_for_each_sound(head: str) -> None:
    rows, net = batch(drawn(2, 4)), network(head).eval()
    with torch.no_grad():
        said = net.losses(rows, torch.Generator().manual_seed(0))[1]()
    assert said.continuous.shape[0] == len(said.weight)
    assert len(said.weight) % len(rows) == 0
    torch.testing.assert_close(said.options.sum(-1), torch.ones(said.options.shape[:2]))
    assert float(said.options[:, 0, 2:].abs().max()) == 0.0  # "filter_on" has no third option


def test_a_flow_guesses_where_its_velocity_leads_and_keeps_what_it_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, net = batch(drawn(2, 16)), network("flow")
    asked: list[Any] = []

    def step(_: Any, state: Any, known: Any, time: Any) -> Any:
        asked.extend([known, time])
        patch = (rows.continuous * rows.active[:, :3]).repeat(2, 1)
        wrong = torch.zeros(len(time), 2, 3)
        return (patch - state) / (1.0 - time)[:, None], wrong, 0.0 * time  # the straight way to the truth

    monkeypatch.setattr(net, "step", step)
    _, guessed = net.losses(rows, torch.Generator().manual_seed(0))
    said = guessed()
    known, time = asked
    truth = (rows.continuous * rows.active[:, :3]).repeat(2, 1)
    torch.testing.assert_close(said.continuous, truth, rtol=1e-3, atol=1e-3)
    assert torch.equal(said.weight, time)
    is_known = known < 3
    assert 0 < int(is_known.sum()) < is_known.numel()
    assert torch.equal(said.options[is_known], torch.nn.functional.one_hot(known[is_known], 3).float())
    assert float(said.options[~is_known].max()) < 0.4


def test_a_mixture_guesses_its_likeliest_answer() -> None:
    rows, net = batch(drawn(2, 2)), network("mixture").eval()
    with torch.no_grad():
        net.weights.weight.zero_()
        net.weights.bias.copy_(torch.tensor([0.0, 5.0, 1.0]))
        _, guessed = net.losses(rows, torch.Generator())
        said = guessed()
        memory = net.encode(rows.sound, rows.condition)
        nothing = net.nothing_known(memory)[:2]
        middle, logits, _ = net.step(memory, *nothing, torch.full((2,), 0.5))
        first, _, _ = net.step(memory, *nothing, torch.zeros(2))
    torch.testing.assert_close(said.continuous, middle)
    torch.testing.assert_close(said.options, logits.softmax(-1))
    assert not torch.allclose(said.continuous, first)


def test_following_the_spectral_slope_makes_the_sound_closer() -> None:
    rows, proxy = batch(drawn(3, 4)), learned()[0]
    values = torch.zeros_like(rows.continuous, requires_grad=True)
    adam = torch.optim.Adam([values], lr=0.05)
    found = []
    for _ in range(25):
        adam.zero_grad()
        distance = spectral_loss(proxy, guess(rows, values), rows)
        distance.backward()
        adam.step()
        found.append(float(distance.detach()))
    assert found[-1] < 0.6 * found[0]


def test_rows_count_by_their_weight() -> None:
    rows, proxy = batch(drawn(2, 4)), learned()[0]
    levels = proxy.levels(rows.continuous, options_of(rows), rows.condition)
    both = multi_resolution(levels, rows.sound, torch.tensor([1.0, 1.0, 0.0, 0.0]))
    torch.testing.assert_close(both, multi_resolution(levels[:2], rows.sound[:2], torch.ones(2)))
    assert torch.isfinite(multi_resolution(levels, rows.sound, torch.zeros(4)))


def test_several_guesses_of_a_sound_are_heard_beside_it() -> None:
    rows, proxy = batch(drawn(2, 4)), learned()[0]
    once = spectral_loss(proxy, guess(rows), rows)
    twice = Guess(rows.continuous.repeat(2, 1), options_of(rows).repeat(2, 1, 1), torch.ones(8))
    torch.testing.assert_close(spectral_loss(proxy, twice, rows), once)


def test_the_same_picture_is_no_distance_and_silence_is_finite() -> None:
    picture = batch(drawn(4, 2)).sound
    assert float(multi_resolution(picture, picture, torch.ones(2))) < 1e-3
    silent = torch.zeros_like(picture)
    levels = (0.5 * torch.ones_like(picture)).requires_grad_(True)
    distance = multi_resolution(levels, silent, torch.ones(2))
    distance.backward()
    assert torch.isfinite(distance)
    assert torch.isfinite(levels.grad).all()


def test_values_beyond_their_ranges_cost() -> None:
    assert float(regular_loss(torch.tensor([[-1.0, 0.3, 1.0]]))) == 0.0
    assert float(regular_loss(torch.tensor([[-2.0, 2.0]]))) == 1.0
