"""Can a small network hear three parameters? If not, the data are broken: check this before training anything large.

    pip install 'patchpilot[train]'
    python examples/hear_three_parameters.py [--rows 10000] [--epochs 12] [--out FILE | --data FILE]

Makes a dataset in the same way as `patchpilot dataset generate` does, of patches in which nothing is drawn but one of
four waves, the cutoff of the filter and the attack of the envelope. A small ResNet learns them from log-mel pictures
of the audio that was stored, on the processor. Prints how many waves of held-out rows it names, and the R² of cutoff
and attack; ends with exit code 1 where the cutoff's R² is below 0.8. Ten to thirty minutes on two cores; stopped, the
rendering goes on where it was.
"""

# mypy: disable-error-code="import-not-found,misc"
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import patchpilot as pp
from patchpilot.audio import Audio
from patchpilot.datasets.features import logmel
from patchpilot.datasets.generation import generate
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import DatasetError, PatchPilotError
from patchpilot.files import make_folder
from patchpilot.instruments.vital.assets import wavetable
from patchpilot.instruments.vital.wavetables import basic_shapes, pulse_width
from patchpilot.space.prior import Fixed, Prior, Uniform, choice

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit("this example needs PyTorch: pip install 'patchpilot[train]'")

from patchpilot.datasets.torch import TorchDataset

WAVES = ("triangle", "saw", "square", "pulse")
"""A sine is not among them: through most filters it sounds the same."""
TABLE = wavetable(np.stack([*basic_shapes()[[4, 8, 12]], pulse_width()[12]]))
"""The waves as frames of one table, evenly spread over 0..256."""
FRAMES = [256.0 * wave / (len(WAVES) - 1) for wave in range(len(WAVES))]
HEARD = ("filter_1_cutoff", "env_1_attack")
PRIOR = Prior(
    name="three-v1",
    values={
        "osc_1_wave_frame": choice(dict.fromkeys(FRAMES, 1.0)),
        "filter_1_on": Fixed(1.0),
        "filter_1_cutoff": Uniform(40.0, 120.0),
        "env_1_attack": Uniform(0.2, 0.8),
    },
    assets={"wavetable_1": {"four waves": 1.0}},
    asset=lambda _: TABLE,
)
"""Cutoffs are MIDI notes, attacks the fourth root of seconds: 2 to 410 ms."""
PLAN = Plan(notes=(48,), hold_s=0.5, length_s=0.6, sample_rate=22050)


def made(path: Path, rows: int) -> Path:
    """The dataset, rendered where it is not there yet."""
    make_folder(path.parent)
    with pp.instrument("vital") as vital:
        sampler = Drawn(vital.space, PRIOR, tier=1, seed=0)
        with generate(vital, path, rows, tier=1, sampler=sampler, plan=PLAN, audio="float16") as dataset:
            rejected = ", ".join(f"{n} {reason}" for reason, n in dataset.rejected.items()) or "none"
            print(f"{len(dataset)} rows of {dataset.tried} patches; rejected: {rejected}", flush=True)
    return path


def learnable(path: Path) -> tuple[Any, Any, Any]:
    """All rows: pictures (n, 3, 128, frames), waves (n,), cutoffs and attacks (n, 2) from 0 to 1."""
    with Dataset(path) as dataset:
        columns, rate = dataset.columns.values, dataset.recipe.plan.sample_rate
    if missing := {"osc_1_wave_frame", *HEARD} - set(columns):
        raise DatasetError(f"{path} has no {', '.join(sorted(missing))}: it is no dataset of this example")
    at = [columns.index(name) for name in HEARD]

    def picture(row: dict[str, Any]) -> tuple[Any, Any, Any]:
        frame, knobs = row["values"][columns.index("osc_1_wave_frame")], row["values"][at]
        heard = torch.from_numpy(logmel(Audio(row["waveform"].numpy(), rate))) / 40.0 + 1.0
        return heard, torch.round(frame / FRAMES[1]).long(), knobs

    loader = torch.utils.data.DataLoader(TorchDataset(path, transform=picture), batch_size=100)
    with threadpool_limits(
        1, user_api="blas"
    ):  # for sounds so short its threads cost far more than they bring
        heard, waves, knobs = (torch.cat(parts) for parts in zip(*loader, strict=True))
    height, width = heard.shape[1:]  # where a cell lies tells of the cutoff, and a convolution would not know
    up, along = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    pictures = torch.stack([heard, up.expand_as(heard), along.expand_as(heard)], dim=1)
    drawn = [PRIOR.values[name] for name in HEARD]
    low = torch.tensor([d.value(0.0, 0.0) for d in drawn])
    high = torch.tensor([d.value(1.0, 0.0) for d in drawn])
    return pictures, waves, (knobs - low) / (high - low)


class Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.way = nn.Sequential(
            nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU(),
            nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False), nn.BatchNorm2d(n_out),
        )  # fmt: skip
        self.around = nn.Conv2d(n_in, n_out, 1, stride, bias=False)

    def forward(self, x: Any) -> Any:
        """(n, n_in, h, w) to (n, n_out, h/stride, w/stride)."""
        return torch.relu(self.way(x) + self.around(x))


def network() -> Any:
    """Pictures in; out come scores of the waves, then cutoff and attack."""
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, (2, 1), 1), nn.ReLU(),
        Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, len(WAVES) + len(HEARD)),
    )  # fmt: skip


def trained(pictures: Any, waves: Any, knobs: Any, epochs: int) -> Any:
    """A network that has learnt from these rows."""
    net = network()
    batches = -(-len(pictures) // 64)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=epochs * batches)
    for epoch in range(epochs):
        total = 0.0
        for some in torch.randperm(len(pictures)).split(64):
            said = net(pictures[some])
            loss = nn.functional.cross_entropy(said[:, : len(WAVES)], waves[some])
            loss = loss + 10.0 * nn.functional.mse_loss(said[:, len(WAVES) :], knobs[some])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() / batches
        print(f"epoch {epoch + 1} of {epochs}: loss {total:.4f}", flush=True)
    return net.eval()


def judged(net: Any, pictures: Any, waves: Any, knobs: Any) -> dict[str, float]:
    """Accuracy of the wave, and R² of each knob."""
    with torch.no_grad():
        said = torch.cat([net(part) for part in pictures.split(256)])
    wrong = (said[:, len(WAVES) :] - knobs).square().mean(dim=0)
    r2 = 1.0 - wrong / (knobs - knobs.mean(dim=0)).square().mean(dim=0)
    right = (said[:, : len(WAVES)].argmax(dim=1) == waves).float().mean()
    return {"wave": float(right), **dict(zip(HEARD, r2.tolist(), strict=True))}


def main() -> None:
    """Make or take a dataset, learn, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000, help="how many to render")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--out", type=Path, default=Path("out/three_parameters.h5"), help="file to render to")
    parser.add_argument("--data", type=Path, help="a file that this example made before")
    parser.add_argument("--least", type=float, default=0.8, help="R² of the cutoff below which this fails")
    chosen = parser.parse_args()
    torch.manual_seed(0)
    pictures, waves, knobs = learnable(chosen.data or made(chosen.out, chosen.rows))
    n = len(pictures) - max(1, len(pictures) // 10)  # every row is another patch, so the last tenth is new
    print(f"{n} rows to learn from, {len(pictures) - n} held out", flush=True)
    found = judged(
        trained(pictures[:n], waves[:n], knobs[:n], chosen.epochs), pictures[n:], waves[n:], knobs[n:]
    )
    print(f"wave accuracy {found['wave']:.3f}")
    print(f"cutoff R² {found['filter_1_cutoff']:.3f}")
    print(f"attack R² {found['env_1_attack']:.3f}")
    if not found["filter_1_cutoff"] >= chosen.least:
        sys.exit(f"the cutoff's R² is below {chosen.least:g}: the data pipeline is broken")


if __name__ == "__main__":
    try:
        main()
    except PatchPilotError as error:
        sys.exit(str(error))
