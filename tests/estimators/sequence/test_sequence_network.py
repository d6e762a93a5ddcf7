"""The decoder of chains in both spaces: what it must be able to learn, and what it must never say."""

from __future__ import annotations

import sys
from itertools import permutations
from typing import Any, Literal

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("geoopt")

from patchpilot.errors import EstimatorError, PluginError  # noqa: E402
from patchpilot.estimators.networks.config import NetworkConfig  # noqa: E402
from patchpilot.estimators.sequence.beams import likeliest  # noqa: E402
from patchpilot.estimators.sequence.chains import targets  # noqa: E402
from patchpilot.estimators.sequence.config import GEOMETRIES, SequenceConfig  # noqa: E402
from patchpilot.estimators.sequence.fitting import FitConfig, fit  # noqa: E402
from patchpilot.estimators.sequence.geometry import LONGEST, geometry_named  # noqa: E402
from patchpilot.estimators.sequence.network import SequenceNetwork  # noqa: E402
from patchpilot.estimators.sequence.rows import SequenceBatch, masked  # noqa: E402
from patchpilot.estimators.sequence.scores import scores  # noqa: E402

MODULES = ("drive", "echo", "room")
CHAINS = [chain for n in range(len(MODULES) + 1) for chain in permutations(MODULES, n)]
Space = Literal["poincare", "euclidean"]
both = pytest.mark.parametrize("geometry", GEOMETRIES)


def network(geometry: Space, **changes: Any) -> SequenceNetwork:
    encoder = NetworkConfig(encoder_width=4, encoder_depth=1, width=16)
    return SequenceNetwork(SequenceConfig(MODULES, geometry, dim=8, encoder=encoder), **changes)


def drawn(chains: list[tuple[str, ...]]) -> SequenceBatch:
    """Pictures that show a chain as plainly as can be: a band for each module, at the time of its place."""
    sound = np.zeros((len(chains), 4, 96, 64), np.float32)
    for row, chain in zip(sound, chains, strict=True):
        for place, module in enumerate(chain):
            band = 32 * MODULES.index(module)
            row[:, band : band + 32, 20 * place : 20 * place + 20] = 1.0
    return SequenceBatch(
        torch.from_numpy(sound), torch.zeros(len(chains), 3), torch.from_numpy(targets(chains, MODULES))
    )


def test_the_twins_have_the_same_size_and_begin_at_the_same_place() -> None:
    first, second = (network(geometry) for geometry in GEOMETRIES)  # type: ignore[arg-type]
    sizes = [{name: tuple(p.shape) for name, p in one.named_parameters()} for one in (first, second)]
    assert sizes[0] == sizes[1]
    weights = [dict(one.named_parameters()) for one in (first, second)]
    same = [name for name in sizes[0] if name != "points" and torch.equal(weights[0][name], weights[1][name])]
    assert len(same) == len(sizes[0]) - 1


@both
def test_it_learns_the_order_that_it_sees(geometry: Space) -> None:
    made = network(geometry)
    rows = drawn(CHAINS * 4)
    losses: list[float] = []
    fit(made, rows, FitConfig(epochs=14, batch=16, lr=1e-2), lambda _, loss: losses.append(loss))
    found = made.decode(rows.sound[: len(CHAINS)], rows.condition[: len(CHAINS)])
    assert losses[-1] < 0.5 * losses[0]
    assert scores(found, CHAINS).exact > 0.6, "a blind one has 1/16"


@both
def test_equal_arguments_make_equal_weights(geometry: Space) -> None:
    made = [network(geometry, seed=3) for _ in range(2)]
    for one in made:
        fit(one, drawn(CHAINS), FitConfig(epochs=1, batch=8, seed=1))
    first, second = (one.state_dict() for one in made)
    assert all(torch.equal(first[name], second[name]) for name in first)
    other = network(geometry, seed=4).state_dict()
    assert not torch.equal(other["turn"], network(geometry, seed=3).state_dict()["turn"])


def test_making_a_network_leaves_the_global_dice_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    network("poincare", seed=1)
    assert torch.equal(before, torch.get_rng_state())


@both
def test_points_stay_in_their_space(geometry: Space) -> None:
    made = network(geometry)
    fit(made, drawn(CHAINS), FitConfig(epochs=3, batch=8, lr=0.3))
    prefix = made.empty(4)
    for _ in range(3):
        prefix = made.grown(prefix)[:, 1]
        assert torch.isfinite(prefix).all()
        assert geometry == "euclidean" or float(prefix.detach().norm(dim=-1).max()) < 1.0


@both
def test_chains_hold_no_module_twice_and_only_those_allowed(geometry: Space) -> None:
    made, rows = network(geometry), drawn(CHAINS)
    for chain in made.decode(rows.sound, rows.condition):
        assert len(set(chain)) == len(chain)
    ordered = made.decode(rows.sound, rows.condition, among=CHAINS)
    assert [set(chain) for chain in ordered] == [set(chain) for chain in CHAINS]


def nats(made: SequenceNetwork, part: str, chains: list[tuple[str, ...]]) -> list[float]:
    """What a network finds each chain to be, of one sound."""
    rows = drawn([("echo",)])
    numbers = [torch.from_numpy(targets([chain], MODULES)) for chain in chains]
    losses = [made.loss(SequenceBatch(rows.sound, rows.condition, one))[part].detach() for one in numbers]
    return [float(loss) for loss in losses]


@both
def test_all_chains_together_are_certain(geometry: Space) -> None:
    made = network(geometry, seed=7).eval()
    assert np.exp(-np.array(nats(made, "chain", CHAINS))).sum() == pytest.approx(1.0, abs=1e-4)
    alike = list(permutations(MODULES))
    assert np.exp(-np.array(nats(made, "order", alike))).sum() == pytest.approx(1.0, abs=1e-4)
    assert nats(made, "order", [(), ("room",)]) == [0.0, 0.0], "of one module there is one order"


@both
def test_the_loss_of_a_batch_is_the_mean_of_its_chains(geometry: Space) -> None:
    made, rows = network(geometry, seed=7).eval(), drawn([("echo",)] * 3)
    chains = [("room", "drive"), (), ("echo", "drive", "room")]
    batch = SequenceBatch(rows.sound, rows.condition, torch.from_numpy(targets(chains, MODULES)))
    together = {name: float(loss.detach()) for name, loss in made.loss(batch).items()}
    for part in ("chain", "order"):
        assert together[part] == pytest.approx(np.mean(nats(made, part, chains)), rel=1e-4)
    assert together["total"] == pytest.approx(together["chain"] + together["order"])


@both
def test_enough_beams_find_the_likeliest_of_all_chains(geometry: Space) -> None:
    made, rows = network(geometry, seed=7).eval(), drawn([("echo",)])
    likeliest_of_all = CHAINS[int(np.argmin(nats(made, "chain", CHAINS)))]
    assert made.decode(rows.sound, rows.condition, beams=32) == [likeliest_of_all]


@both
def test_a_prefix_knows_its_order(geometry: Space) -> None:
    made = network(geometry)
    start = made.empty(1)
    one = made.grown(made.grown(start)[:, 0])[:, 1]
    other = made.grown(made.grown(start)[:, 1])[:, 0]
    assert float((one - other).detach().abs().max()) > 1e-3


def test_distances_are_those_of_the_books() -> None:
    """Nickel and Kiela 2017, eq. 1: d = arcosh(1 + 2 |x − y|² / ((1 − |x|²)(1 − |y|²)))."""
    ball, flat = geometry_named("poincare"), geometry_named("euclidean")
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-0.4, 0.4, (2, 5))
    expected = np.arccosh(1.0 + 2.0 * np.sum((x - y) ** 2) / ((1.0 - x @ x) * (1.0 - y @ y)))
    first, second = torch.tensor(x), torch.tensor(y)
    assert float(ball.squared_distance(first, second)) == pytest.approx(expected**2, rel=1e-6)
    assert float(flat.squared_distance(first, second)) == pytest.approx(4.0 * np.sum((x - y) ** 2))
    long = torch.tensor([30.0, -40.0])
    assert float(ball.tangent(ball.point(long)).norm()) == pytest.approx(LONGEST, rel=1e-4)
    assert float(flat.point(long).norm()) == pytest.approx(LONGEST)


def test_near_the_origin_the_spaces_are_one() -> None:
    ball, flat = geometry_named("poincare"), geometry_named("euclidean")
    x, y = 1e-3 * torch.randn(2, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    matrix = torch.randn(6, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for name, args in (("add", (x, y)), ("turn", (matrix, x)), ("squared_distance", (x, y)), ("point", (x,))):
        torch.testing.assert_close(
            getattr(ball, name)(*args), getattr(flat, name)(*args), rtol=1e-3, atol=1e-8
        )


def test_masks_hide_a_part_and_are_the_generators() -> None:
    sound = torch.ones(6, 4, 96, 64)
    first, second = (masked(sound, torch.Generator().manual_seed(2)) for _ in range(2))
    assert torch.equal(first, second)
    hidden = (first == 0.5).float().mean(dim=(1, 2, 3))
    assert 0.0 < float(hidden.max()) < 0.5
    assert torch.equal(sound, torch.ones(6, 4, 96, 64))


def test_what_cannot_be_learned_from_is_refused() -> None:
    with pytest.raises(EstimatorError, match="two rows to learn from or more, got 1"):
        fit(network("poincare"), drawn([()]), FitConfig())
    rows = drawn(CHAINS)
    rows.sound[0, 0, 0, 0] = float("nan")
    with pytest.raises(EstimatorError, match="the loss is nan in epoch 0"):
        fit(network("euclidean"), rows, FitConfig(epochs=1))


def test_what_cannot_be_decoded_is_refused() -> None:
    made, rows = network("poincare").eval(), drawn([()])
    with pytest.raises(EstimatorError, match="at least one beam, got 0"):
        made.decode(rows.sound, rows.condition, beams=0)
    with pytest.raises(EstimatorError, match="modules of 1 sounds, got those of 2"):
        likeliest(made, made.encode(rows.sound, rows.condition), beams=1, among=[(), ()])


@both
def test_without_geoopt_the_extra_is_named(geometry: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "geoopt", None)
    with pytest.raises(PluginError, match=r"needs geoopt .*pip install 'patchpilot\[train\]'"):
        network(geometry)
