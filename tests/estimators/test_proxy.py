from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from patchpilot.distance import logmel  # noqa: E402
from patchpilot.errors import EstimatorError, OutputError  # noqa: E402
from patchpilot.estimators.codec import Labels, said  # noqa: E402
from patchpilot.estimators.networks.levels import apart, like_logmel  # noqa: E402
from patchpilot.estimators.networks.proxy import Proxy  # noqa: E402
from patchpilot.estimators.networks.proxy_config import ProxyConfig  # noqa: E402
from patchpilot.estimators.networks.proxy_file import load_proxy, save_proxy  # noqa: E402
from patchpilot.estimators.networks.soft import SoftTokens  # noqa: E402
from patchpilot.estimators.proxy_error import guesses, overall, proxy_error  # noqa: E402
from tests.estimators.bright import CODEC, PERFORMANCE, Bright, batch, drawn, learned  # noqa: E402


def test_it_learns_what_patches_sound_like() -> None:
    _, before, after = learned()
    assert after < 0.25 * before


def test_it_knows_patches_that_it_has_not_heard_better_than_their_mean() -> None:
    proxy, _, _ = learned()
    known, new = batch(drawn(0, 32)), batch(drawn(1, 24))
    labels = CODEC.encode([said(patch) for patch in drawn(1, 24)])
    real = new.sound.numpy()
    mean = np.repeat(known.sound.mean(0, keepdim=True).numpy(), len(real), axis=0)
    ours = overall(guesses(proxy, labels, new.condition.numpy()), real)
    assert ours.db[0] < 0.5 * overall(mean, real).db[0]
    assert ours.logmel < 0.5 * overall(mean, real).logmel
    assert overall(real, real).db == (0.0, 0.0, 0.0, 0.0)


def test_indices_and_sure_probabilities_are_the_same() -> None:
    proxy, _, _ = learned()
    rows = batch(drawn(2, 4))
    sure = torch.nn.functional.one_hot(rows.categorical, 3).float()
    ours = proxy(rows.continuous, rows.categorical, rows.condition)
    assert ours.shape == (4, 4, 96, 64)
    assert float(ours.min()) >= 0.0
    assert float(ours.max()) <= 1.0
    torch.testing.assert_close(ours, proxy(rows.continuous, sure, rows.condition))


def test_slopes_reach_values_and_probabilities() -> None:
    proxy, _, _ = learned()
    rows = batch(drawn(3, 4))
    values = rows.continuous.clone().requires_grad_(True)
    soft = torch.full((4, 2, 3), 1.0 / 3.0, requires_grad=True)
    like_logmel(proxy.levels(values, soft, rows.condition), rows.sound).sum().backward()
    assert bool((values.grad.abs() > 0).all())
    assert bool((soft.grad[:, 1].abs() > 0).all())
    assert all(parameter.grad is None for parameter in proxy.parameters())


def test_what_a_gate_silences_changes_nothing_and_an_unknown_option_is_taken() -> None:
    tokens = SoftTokens(CODEC, waves=1)
    shut = torch.tensor([[0, 1]])
    low, high = torch.tensor([[0.1, 0.2, -1.0]]), torch.tensor([[0.1, 0.2, 1.0]])
    torch.testing.assert_close(tokens(low, shut), tokens(high, shut))
    opened = torch.tensor([[1, 1]])
    assert not torch.allclose(tokens(low, opened), tokens(high, opened))
    halves = torch.tensor([[[0.5, 0.5, 0.0], [0.0, 1.0, 0.0]]])
    assert tokens.active(halves)[0].tolist() == [1.0, 1.0, 0.5, 1.0, 1.0]
    assert torch.isfinite(tokens(low, torch.tensor([[-1, -1]]))).all()


def test_below_the_floor_all_is_right() -> None:
    picture = torch.tensor([0.0, 0.0, 0.5, 0.5])
    levels = torch.tensor([-0.7, 0.2, -0.1, 0.5])
    torch.testing.assert_close(apart(levels, picture), torch.tensor([0.0, 0.2, 0.6, 0.0]))


def test_pictures_are_as_far_apart_as_the_sounds() -> None:
    instrument = Bright()
    patches = drawn(4, 12)
    sounds = [instrument.render(patch, PERFORMANCE) for patch in patches]
    pictures = batch(patches).sound
    heard = [logmel(sounds[0], sound) for sound in sounds[1:]]
    seen = like_logmel(pictures[1:], pictures[:1].expand(11, -1, -1, -1)).numpy()
    assert np.corrcoef(heard, seen)[0, 1] > 0.9
    assert float(like_logmel(pictures[:1], pictures[:1])) < 0.05


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    proxy, _, _ = learned()
    save_proxy(proxy, tmp_path / "proxy.safetensors", {"rows": 32})
    again = load_proxy(tmp_path / "proxy.safetensors")
    rows = batch(drawn(2, 2))
    assert again.codec == proxy.codec
    assert again.config == proxy.config
    arguments = (rows.continuous, rows.categorical, rows.condition)
    torch.testing.assert_close(again(*arguments), proxy(*arguments), rtol=0, atol=0)
    with pytest.raises(OutputError):
        save_proxy(proxy, tmp_path / "missing" / "proxy.safetensors")


def test_what_an_embedding_hears_is_said_beside_the_picture(tmp_path: Path) -> None:
    config = ProxyConfig(hidden=16, width=8, dilations=(1,), embedding="ears", embedding_size=5)
    save_proxy(Proxy(config, CODEC), tmp_path / "proxy.safetensors")
    proxy = load_proxy(tmp_path / "proxy.safetensors")
    rows = batch(drawn(2, 3))
    said_of = proxy.embedding(rows.continuous, rows.categorical, rows.condition)
    assert said_of.shape == (3, 5)
    torch.testing.assert_close(said_of.norm(dim=-1), torch.ones(3))
    plain = proxy.loss(rows)
    opposite = proxy.loss(dataclasses.replace(rows, embedding=-said_of).to("cpu"))
    assert float(opposite["embedding"]) == pytest.approx(2.0, abs=1e-5)
    assert float(opposite["total"] - plain["total"]) == pytest.approx(2.0, abs=1e-4)
    with pytest.raises(EstimatorError, match="says no embedding"):
        learned()[0].embedding(rows.continuous, rows.categorical, rows.condition)


@pytest.mark.parametrize("data", [b"", b"\x80\x04K\x01.", b"{}" * 50])
def test_what_is_no_proxy_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "proxy.safetensors").write_bytes(data)
    with pytest.raises(EstimatorError, match=r"proxy\.safetensors"):
        load_proxy(tmp_path / "proxy.safetensors")


def test_a_truncated_missing_or_foreign_proxy_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    with pytest.raises(EstimatorError, match="there is no proxy"):
        load_proxy(tmp_path / "none.safetensors")
    path = tmp_path / "proxy.safetensors"
    save_proxy(learned()[0], path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(EstimatorError, match="damaged"):
        load_proxy(path)
    save_file({"a": torch.zeros(1)}, path, {"format": "something"})
    with pytest.raises(EstimatorError, match="is no proxy"):
        load_proxy(path)


def test_sizes_come_back_and_bad_ones_are_refused() -> None:
    config = ProxyConfig(hidden=32, dilations=(1, 2))
    assert ProxyConfig.from_json(config.to_json()) == config
    with pytest.raises(EstimatorError, match="sizes"):
        ProxyConfig(hidden=0)
    with pytest.raises(EstimatorError, match="damaged"):
        ProxyConfig.from_json({"dilations": [1], "colour": 1})


def test_the_default_is_small() -> None:
    proxy = Proxy(ProxyConfig(), CODEC)
    assert sum(parameter.numel() for parameter in proxy.parameters()) <= 3_000_000


def test_the_error_by_parameter_says_what_is_followed() -> None:
    proxy, _, _ = learned()
    found = {error.name: error for error in proxy_error(proxy, Bright(), drawn(5, 6), PERFORMANCE, each=3)}
    assert list(found) == ["bright", "decay", "filter", "filter_on", "octave"]
    assert found["bright"].turns == 15
    assert found["octave"].turns == 6
    assert found["decay"].followed > 0.5
    assert found["decay"].wrong_db < found["decay"].real_db
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        new = Proxy(proxy.config, CODEC)
    (ignorant,) = proxy_error(new, Bright(), drawn(5, 6), PERFORMANCE, tokens=["decay"], each=3)
    assert ignorant.followed < 0.3
    (failed,) = proxy_error(new, Bright(fails=True), drawn(5, 6), PERFORMANCE, tokens=["decay"], each=3)
    assert failed.turns == 0


def test_labels_of_one_row_are_enough() -> None:
    labels = CODEC.encode([said(patch) for patch in drawn(6, 1)])
    assert isinstance(labels, Labels)
    assert guesses(learned()[0], labels, batch(drawn(6, 1)).condition.numpy()).shape == (1, 4, 96, 64)
