from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from patchpilot.datasets.storage.lzf import Compressor

RNG = np.random.default_rng(0)
N = 4410


def tail() -> np.ndarray:
    sound = RNG.normal(size=(2, N)).astype(np.float32)
    sound[:, N // 3 :] = 0.0
    return sound


SOUNDS = {
    "noise": RNG.normal(size=(2, N)),
    "sine": np.sin(np.arange(2 * N) / 20.3).reshape(2, N),
    "low sine": np.sin(np.arange(2 * N) / 150.3).reshape(2, N),
    "decay": np.exp(-np.arange(2 * N) / 200.0).reshape(2, N),
    "silent tail": tail(),
    "silence": np.zeros((2, N)),
    "minus zero": np.full((2, N), -0.0),
    "steps of 16 bits": np.round(RNG.normal(size=(2, N)) * 3000) / 32768,
    "all of one value": np.full((1, N), 0.7),
    "special": np.tile([np.nan, np.inf, 1e-45, -1e-40], 300)[None],
    **{f"{n} samples": RNG.normal(size=(1, n)) for n in (1, 2, 31, 32, 33, 65)},
}


@pytest.mark.parametrize("kind", ["<f4", "<f2"])
def test_hdf5_reads_what_went_in(tmp_path: Path, kind: str) -> None:
    compressor = Compressor()
    with h5py.File(tmp_path / "x.h5", "w") as file:
        for name, sound in SOUNDS.items():
            samples = sound.astype(kind)
            made = file.create_dataset(
                name, samples.shape, kind, chunks=samples.shape, compression="lzf", shuffle=True
            )
            made.id.write_direct_chunk((0, 0), compressor.chunk(samples))
    with h5py.File(tmp_path / "x.h5") as file:
        for name, sound in SOUNDS.items():
            assert file[name][:].tobytes() == sound.astype(kind).tobytes(), name


def test_it_is_nearly_as_small_as_what_hdf5_would_write(tmp_path: Path) -> None:
    compressor = Compressor()
    with h5py.File(tmp_path / "x.h5", "w") as file:
        for name in ("noise", "low sine", "decay", "silent tail", "silence", "all of one value"):
            samples = SOUNDS[name].astype(np.float32)
            theirs = file.create_dataset(
                name, data=samples, chunks=samples.shape, compression="lzf", shuffle=True
            )
            file.flush()
            assert len(compressor.chunk(samples)) <= 1.04 * theirs.id.get_storage_size() + 64, name


def test_two_at_once_do_not_disturb_one_another() -> None:
    one, other = Compressor(), Compressor()
    samples = SOUNDS["sine"].astype(np.float32)
    assert one.chunk(samples) == other.chunk(samples) == one.chunk(samples)
