"""The library that comes with Patch Pilot is what its own header says, on the engine that is here."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.instruments.vital.vital import Vital
from patchpilot.retrieval.block import coded
from patchpilot.retrieval.library import Library
from patchpilot.retrieval.places import SHIPPED
from patchpilot.retrieval.recipe import PERFORMANCE
from patchpilot.retrieval.spectral import Spectral

PATH = SHIPPED / "vital-core-v1.npz"


def test_the_shipped_library_fits_and_is_large(vital: Vital) -> None:
    library = Library.load(PATH)
    library.check(vital)
    assert library.name == PATH.stem
    assert len(library) == 50_000
    assert library.recipe.performance == PERFORMANCE
    assert sum(library.rejected.values()) < 0.1 * library.tried  # the prior is one of patches that sound
    assert PATH.stat().st_size < 7_000_000


@pytest.mark.slow
def test_the_shipped_rows_are_what_their_patches_sound_like(vital: Vital) -> None:
    library = Library.load(PATH)
    pairs = [(library.draw(vital, row), PERFORMANCE) for row in range(40)]
    for row, audio in vital.stream(pairs):
        assert isinstance(audio, Audio)
        again = coded(Spectral(), audio, pitch=60.0, hold_s=1.2).astype(int)
        # Another processor may round another way, by a step at most.
        assert np.abs(again - library.codes[row]).max() <= 1
