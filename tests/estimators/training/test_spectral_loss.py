from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from patchpilot.errors import EstimatorError  # noqa: E402
from patchpilot.estimators.training.loss import (  # noqa: E402
    LossWeights,
    loss,
    multi_resolution,
    parameter_loss,
    regular_loss,
    spectral_loss,
)
from tests.estimators.bright import batch, drawn, learned  # noqa: E402


def sure(rows: Any) -> Any:
    """Logits of what is true."""
    return 20.0 * torch.nn.functional.one_hot(rows.categorical, 3).float()


def test_the_truth_costs_little_and_another_patch_more() -> None:
    rows, proxy = batch(drawn(1, 8)), learned()[0]
    truth = loss(rows.continuous, sure(rows), rows, proxy, LossWeights())
    other = loss(rows.continuous.roll(1, 0), sure(rows).roll(1, 0), rows, proxy, LossWeights())
    assert float(truth["parameters"]) < 1e-6
    assert float(truth["spectral"]) < 0.5 * float(other["spectral"])
    assert set(truth) == {"total", "parameters", "spectral", "regular"}


def test_the_total_is_the_weighted_sum() -> None:
    rows, proxy = batch(drawn(1, 4)), learned()[0]
    parts = loss(1.5 * rows.continuous, sure(rows), rows, proxy, LossWeights(2.0, 0.5, 3.0))
    expected = 2.0 * parts["parameters"] + 0.5 * parts["spectral"] + 3.0 * parts["regular"]
    torch.testing.assert_close(parts["total"], expected)


def test_slopes_reach_what_was_said_and_not_the_proxy() -> None:
    rows, proxy = batch(drawn(2, 4)), learned()[0]
    values = torch.zeros_like(rows.continuous, requires_grad=True)
    logits = torch.zeros(4, 2, 3, requires_grad=True)
    spectral_loss(proxy, values, logits.softmax(-1), rows).backward()
    assert float(values.grad.abs().sum()) > 0
    assert float(logits.grad.abs().sum()) > 0
    assert all(parameter.grad is None for parameter in proxy.parameters())


def test_following_the_spectral_slope_makes_the_sound_closer() -> None:
    rows, proxy = batch(drawn(3, 4)), learned()[0]
    options = torch.nn.functional.one_hot(rows.categorical, 3).float()
    values = torch.zeros_like(rows.continuous, requires_grad=True)
    adam = torch.optim.Adam([values], lr=0.05)
    found = []
    for _ in range(25):
        adam.zero_grad()
        distance = spectral_loss(proxy, values, options, rows)
        distance.backward()
        adam.step()
        found.append(float(distance.detach()))
    assert found[-1] < 0.6 * found[0]


def test_some_rows_are_enough() -> None:
    rows, proxy = batch(drawn(2, 4)), learned()[0]
    options = torch.nn.functional.one_hot(rows.categorical, 3).float()
    two = spectral_loss(proxy, rows.continuous, options, rows, most=2)
    part = multi_resolution(
        proxy.levels(rows.continuous[:2], rows.categorical[:2], rows.condition[:2]), rows.sound[:2]
    )
    torch.testing.assert_close(two, part)


def test_the_same_picture_is_no_distance_and_silence_is_finite() -> None:
    picture = batch(drawn(4, 2)).sound
    assert float(multi_resolution(picture, picture)) < 1e-3
    silent = torch.zeros_like(picture)
    levels = (0.5 * torch.ones_like(picture)).requires_grad_(True)
    distance = multi_resolution(levels, silent)
    distance.backward()
    assert torch.isfinite(distance)
    assert torch.isfinite(levels.grad).all()


def test_only_what_sounds_and_is_known_counts_by_its_importance() -> None:
    rows = batch(drawn(5, 6))
    wrong = rows.continuous.clone()
    wrong[:, 2] += 5.0 * ~rows.active[:, 2]
    assert float(parameter_loss(wrong, sure(rows), rows)) < 1e-6
    wrong = rows.continuous.clone()
    wrong[:, 0] += 0.5
    usual = float(parameter_loss(wrong, sure(rows), rows))
    rows.weight[0] = 10.0
    assert float(parameter_loss(wrong, sure(rows), rows)) > 2.0 * usual
    rows.categorical[:, 1] = -1
    assert torch.isfinite(parameter_loss(rows.continuous, torch.zeros(6, 2, 3), rows))


def test_values_beyond_their_ranges_cost() -> None:
    assert float(regular_loss(torch.tensor([[-1.0, 0.3, 1.0]]))) == 0.0
    assert float(regular_loss(torch.tensor([[-2.0, 2.0]]))) == 1.0


@pytest.mark.parametrize("weights", [(0.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (float("nan"), 1.0, 1.0)])
def test_bad_weights_are_refused(weights: tuple[float, float, float]) -> None:
    with pytest.raises(EstimatorError, match="weights"):
        LossWeights(*weights)


def test_a_spectral_loss_needs_a_proxy() -> None:
    rows = batch(drawn(1, 2))
    with pytest.raises(EstimatorError, match="proxy"):
        loss(rows.continuous, sure(rows), rows, None, LossWeights())
    assert "spectral" not in loss(rows.continuous, sure(rows), rows, None, LossWeights(spectral=0.0))
