"""Which tables: up to three oscillators whose sum looks like the target's spectrum."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from patchpilot.audio import F32
from patchpilot.distance.bands import ACTIVE, ADDED
from patchpilot.instruments.vital.wavetables import built_in_names
from patchpilot.search.subtractive.atoms import N_PLACES, Atom, atom_bands
from patchpilot.search.subtractive.model import low_pass

_TRANSPOSES = (-24, -12, 0, 7, 12, 19, 24)
"""Semitones at which oscillators are tried: octaves, and fifths above them."""
_EVERY = 4
"""Every fourth of a table's places is looked at."""
_CUTOFFS = np.array([48.0, 60.0, 70.0, 80.0, 90.0, 100.0, 112.0, 130.0], np.float32)
"""MIDI notes at which the low-pass is tried; the last one is all but open."""
_USEFUL = 9
"""How many oscillators are combined with one another for each cutoff: 129 combinations of up to three."""
_MOST_OSCILLATORS = 3


@dataclass(frozen=True)
class Voice:
    """One oscillator of a structure.

    Attributes:
        atom: its table and octave.
        frame: 0..256, where in the table.
        gain: > 0, of its bands, 1 at a level of 1.
    """

    atom: Atom
    frame: float
    gain: float


@dataclass(frozen=True)
class Structure:
    """A choice of oscillators and a cutoff.

    Attributes:
        voices: one to three.
        cutoff: MIDI note of the low-pass.
        distance: of its spectrum from the target's, in nepers.
    """

    voices: tuple[Voice, ...]
    cutoff: float
    distance: float

    @property
    def atoms(self) -> frozenset[Atom]:
        """What makes it different from another."""
        return frozenset(voice.atom for voice in self.voices)


def structures(spectrum: F32, pitch: float, count: int) -> list[Structure]:
    """The likeliest structures for a spectrum, best first, no two of the same oscillators.

    For each cutoff, a non-negative least-squares mixture of everything there is says which oscillators are worth
    combining (Lawson and Hanson, Solving Least Squares Problems, 1974); errors are relative, as in the distance.

    Args:
        spectrum: float32 (96,), band magnitudes of the target.
        pitch: MIDI note of the key, which may lie between two keys.
        count: >= 1, at most how many.

    Returns:
        None where no oscillator has a harmonic where the target sounds.
    """
    atoms = [Atom(name, transpose) for name in built_in_names() for transpose in _TRANSPOSES]
    rows = np.concatenate([atom_bands(atom, pitch)[::_EVERY] for atom in atoms])
    found: list[Structure] = []
    for cutoff in _CUTOFFS.tolist():
        filtered = rows * low_pass(np.array([cutoff]), np.zeros(1), steep=False)
        found += _mixtures(spectrum, np.asarray(filtered, np.float32), atoms, cutoff)
    different: dict[frozenset[Atom], Structure] = {}
    for structure in sorted(found, key=lambda s: s.distance):
        different.setdefault(structure.atoms, structure)
    return list(different.values())[:count]


def _mixtures(spectrum: F32, rows: F32, atoms: Sequence[Atom], cutoff: float) -> Iterator[Structure]:
    """All combinations of up to three of the most useful rows (n, 96), each with its best gains."""
    relative = rows / (spectrum + ADDED)
    wanted = spectrum / (spectrum + ADDED)
    shares = nnls(relative.T, wanted, maxiter=50 * len(rows))[0] * np.linalg.norm(relative, axis=1)
    useful = [i for i in np.argsort(-shares, kind="stable")[:_USEFUL].tolist() if shares[i] > 0.0]
    n_places = len(rows) // len(atoms)
    for size in range(1, _MOST_OSCILLATORS + 1):
        for chosen in itertools.combinations(useful, size):
            gains = nnls(relative[list(chosen)].T, wanted)[0]
            if (gains > 0.0).all():
                voices = tuple(
                    Voice(atoms[i // n_places], i % n_places * _EVERY * 256.0 / (N_PLACES - 1), float(gain))
                    for i, gain in zip(chosen, gains, strict=True)
                )
                yield Structure(voices, cutoff, _apart(spectrum, gains @ rows[list(chosen)]))


def _apart(spectrum: F32, ours: F32) -> float:
    """The distance of two spectra (96,), over the bands that sound in either."""
    active = (ours > ACTIVE) | (spectrum > ACTIVE)
    apart = np.abs(np.log(ours + ADDED) - np.log(spectrum + ADDED))
    return float(apart[active].mean()) if active.any() else 0.0
