from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio, Target, listen
from patchpilot.errors import ParameterError
from patchpilot.estimators.codec import said
from patchpilot.estimators.fitting import fitted
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.space import Asset, Performance
from tests.toy import Toy

torch: Any = pytest.importorskip("torch")

from patchpilot.estimators.networks.network import make_network  # noqa: E402
from patchpilot.estimators.training.checkpoint import NAME, write_checkpoint  # noqa: E402
from patchpilot.estimators.training.policy import log_probability, walk  # noqa: E402
from patchpilot.estimators.training.reinforced import reinforce  # noqa: E402
from patchpilot.estimators.training.reinforcement import PolicyGradient, Reinforcement  # noqa: E402

TOY = Toy()
PATCHES = [TOY.priors["toy-v1"].draw(TOY.space, 0, k) for k in range(200)]
CODEC = fitted(TOY.space, [said(patch) for patch in PATCHES])


def no_asset(digest: str) -> Asset:
    raise AssertionError(digest)


def flow(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return make_network(NetworkConfig.sized("tiny"), CODEC).eval()


def target(transpose: float) -> Target:
    patch = PATCHES[0].changed(TOY.space, {"transpose": transpose, "level": 0.5})
    return listen(TOY.render(patch, Performance.one_note(60, hold_s=0.5, length_s=0.7)), note=60)


def learner(net: Any, targets: list[Target], **config: Any) -> PolicyGradient:
    return PolicyGradient(net, Toy(), no_asset, targets, Reinforcement(**config))


def test_a_path_ends_in_a_patch_and_its_probability_is_that_of_its_steps() -> None:
    net = flow()
    memory = torch.randn(1, 5, 32)
    paths = walk(net, memory, 6, n_steps=4, sigma=0.2, generator=torch.Generator().manual_seed(0))
    labels = paths.labels(net)
    assert (labels.categorical < max(CODEC.n_options)).all()
    with torch.no_grad():
        log_p, gone = log_probability(net, net, (memory, memory), paths, sigma=0.2)
        other = flow(1)
        _, gone_far = log_probability(net, other, (memory, memory), paths, sigma=0.2)
    steps = paths.continuous[1:] - paths.continuous[:-1]
    assert steps.shape[0] == 4
    np.testing.assert_allclose(gone.numpy(), 0.0, atol=1e-7)
    assert (gone_far >= 0.0).all()
    assert torch.isfinite(log_p).all()


def test_what_was_drawn_with_its_own_noise_is_as_likely_as_such_noise_is() -> None:
    net = flow()
    memory = torch.randn(1, 5, 32)
    paths = walk(net, memory, 400, n_steps=4, sigma=0.2, generator=torch.Generator().manual_seed(0))
    paths.categorical[:] = net.n_options  # of continuous tokens only
    with torch.no_grad():
        log_p, _ = log_probability(net, net, (memory, memory), paths, sigma=0.2)
    n_continuous = len(CODEC.continuous)
    expected = -0.5 * n_continuous / len(CODEC.tokens)
    assert float(log_p.mean()) == pytest.approx(expected, rel=0.5)


@pytest.mark.slow
def test_it_learns_to_come_closer_to_a_sound_that_it_was_never_told_of() -> None:
    made = learner(flow(), [target(7.0)], sounds=1, samples=16, n_steps=4, lr=3e-3, sigma=0.3, divergence=0.0)
    updates = [made.update() for _ in range(40)]
    first, last = (np.mean([u.distance for u in some]) for some in (updates[:5], updates[-5:]))
    assert last < 0.8 * first


def test_the_same_seed_learns_the_same() -> None:
    nets = [flow(), flow()]
    for net in nets:
        made = learner(net, [target(0.0), target(12.0)], sounds=2, samples=4, n_steps=3)
        for _ in range(2):
            made.update()
    for one, two in zip(*(net.state_dict().values() for net in nets), strict=True):
        assert torch.equal(one, two)


def test_a_patch_that_crashes_is_the_worst_and_counted() -> None:
    class Broken(Toy):
        def render(self, patch: Any, performance: Any) -> Audio:
            super().render(patch.changed(self.space, {"level": 0.999}), performance)
            raise AssertionError

    made = PolicyGradient(
        flow(), Broken(), no_asset, [target(0.0)], Reinforcement(sounds=1, samples=3, n_steps=2)
    )
    update = made.update()
    assert update.failed == 3
    assert update.distance == 4.0


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ParameterError, match="two samples"):
        Reinforcement(samples=1)
    with pytest.raises(ParameterError, match="got none"):
        learner(flow(), [])


def test_a_training_that_was_stopped_is_the_one_that_was_not(tmp_path: Path) -> None:
    net = flow()
    (tmp_path / "start").mkdir()
    write_checkpoint(tmp_path / "start" / NAME, net, net, NetworkConfig.sized("tiny"), CODEC, {})
    sounds = [target(0.0), target(12.0)]

    def learned(out: str, updates: int) -> bytes:
        config = Reinforcement(sounds=1, samples=3, n_steps=2)
        assert (
            reinforce(tmp_path / "start", tmp_path / out, sounds, Toy(), config, updates=updates) == updates
        )
        return (tmp_path / out / NAME).read_bytes()

    whole = learned("whole", 3)
    assert learned("halves", 1) != whole
    assert learned("halves", 3) == whole
