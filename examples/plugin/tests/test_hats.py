"""What a package's own tests look like: the mathematics of its techniques, and the contract."""

from pathlib import Path

import numpy as np
from patchpilot_luck.hats import air, hat_haas, hats

from patchpilot.instruments.contract import check_instrument
from patchpilot.instruments.rack.contract import check_module
from patchpilot.modules import Context


def test_the_right_side_is_late_by_what_the_knob_says() -> None:
    """10 ms are 441 samples."""
    click = np.zeros((2, 4410), np.float32)
    click[:, 100] = 1.0
    context = Context(sample_rate=44100, n_samples=4410, tempo_bpm=120.0, notes=(), seed=0)
    wide = hat_haas(click, delay_ms=10.0, later=1.0, context=context)
    assert wide[1].argmax() - wide[0].argmax() == 441


def test_all_keep_the_contract(tmp_path: Path) -> None:
    """Technique, effect, and the rack of them."""
    check_module(hat_haas, tmp_path)
    check_module(air, tmp_path)
    with hats(workers=1) as instrument:
        check_instrument(instrument, tmp_path)
