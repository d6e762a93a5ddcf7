"""Two trainings cannot run in one folder, and one that was killed goes on as if it had not been."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from patchpilot.errors import EstimatorError, OutputError
from patchpilot.estimators.embedding.training import train_embedding
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.training.checkpoint import NAME, write_checkpoint
from patchpilot.estimators.training.folder import alone
from patchpilot.estimators.training.progress import Progress
from patchpilot.estimators.training.reinforced import reinforce
from patchpilot.estimators.training.reinforcement import Reinforcement
from tests.datasets.small import small
from tests.estimators.training.learned import Simple, tensors_of, trainer
from tests.estimators.training.test_proxy_training import trained as train_a_proxy
from tests.estimators.training.test_reinforcement import CODEC, flow, target
from tests.estimators.training.test_trainer import lines_of, same
from tests.toy import Toy

BUSY = r"another training runs in .*busy: wait until it has ended, or stop it; .* another folder with --out"


@pytest.fixture
def busy(tmp_path: Path) -> Any:
    """A folder in which a training runs."""
    (tmp_path / "busy").mkdir()
    with alone(tmp_path / "busy"):
        yield tmp_path / "busy"


def test_no_second_training_of_an_estimator_or_a_proxy_begins(busy: Path) -> None:
    with pytest.raises(OutputError, match=BUSY):
        trainer(busy, make=Simple)
    with pytest.raises(OutputError, match=BUSY):
        train_a_proxy(busy)
    assert [path.name for path in busy.iterdir()] == ["training.lock"]


def test_one_that_was_prepared_before_does_not_run_either(tmp_path: Path) -> None:
    prepared = trainer(tmp_path, make=Simple)
    with alone(tmp_path), pytest.raises(OutputError, match="another training runs in"):
        prepared.run()
    trainer(tmp_path, make=Simple).run()
    with pytest.raises(
        EstimatorError, match=r"has gone on in .* since this one was prepared; the same command"
    ):
        prepared.run()


def test_while_it_trains_the_folder_is_taken_and_then_free(tmp_path: Path) -> None:
    seen: list[str] = []

    def again(_: Progress) -> None:
        with pytest.raises(OutputError) as told:
            trainer(tmp_path, make=Simple)
        seen.append(str(told.value))

    trainer(tmp_path, make=Simple, epochs=1, on_progress=again).run()
    assert seen
    assert all(str(tmp_path) in words for words in seen)
    assert not (tmp_path / "training.lock").exists()
    assert trainer(tmp_path, make=Simple, epochs=1).run().reason == "finished"


def test_no_second_training_of_an_embedding_begins(busy: Path, tmp_path: Path) -> None:
    pytest.importorskip("pytorch_metric_learning")
    small(tmp_path / "pairs.h5", 8, features=("front_end",), audio="none").close()
    with pytest.raises(OutputError, match=BUSY):
        train_embedding([tmp_path / "pairs.h5"], busy, epochs=1, batch=4)


def test_no_second_reinforcement_begins(busy: Path, tmp_path: Path) -> None:
    net = flow()
    (tmp_path / "start").mkdir()
    write_checkpoint(tmp_path / "start" / NAME, net, net, NetworkConfig.sized("tiny"), CODEC, {})
    with pytest.raises(OutputError, match=BUSY):
        reinforce(tmp_path / "start", busy, [target(0.0)], Toy(), Reinforcement(), updates=1)


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.estimators.training.learned import trainer
from patchpilot.estimators.training import trainer as module

module.SAVE_S = float(sys.argv[2])

def kill(progress):
    if (progress.epoch, progress.at) == (2, 3):
        os.kill(os.getpid(), signal.SIGKILL)

trainer(Path(sys.argv[1]), head="flow", on_progress=kill).run()
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nobody killed."""
    folder = tmp_path_factory.mktemp("whole")
    trainer(folder, head="flow").run()
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(
    ("save_s", "goes_on"),
    [pytest.param(600.0, "epoch 2, step 1", marks=pytest.mark.slow), (0.0, "epoch 2, step 3")],
)
def test_a_killed_training_ends_with_the_same_bytes(
    whole: Path, tmp_path: Path, save_s: float, goes_on: str
) -> None:
    """Whether the state was last written after an epoch, or in the midst of one."""
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "killed"), str(save_s)],
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert ran.returncode == -9
    assert (tmp_path / "killed" / "training.lock").exists()
    again = trainer(tmp_path / "killed", head="flow")
    assert again.remarks == (f"goes on from {goes_on}",)
    again.run()
    assert (tmp_path / "killed" / NAME).read_bytes() == (whole / NAME).read_bytes()
    assert same(tensors_of(tmp_path / "killed"), tensors_of(whole))
    assert lines_of(tmp_path / "killed") == lines_of(whole)
    assert not (tmp_path / "killed" / "training.lock").exists()
