"""What every module promises: that of an instrument, for a rack of nothing else, and a few words about itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from patchpilot.audio import Audio
from patchpilot.engine import Pool
from patchpilot.instruments.contract import USUAL, check_instrument, promise
from patchpilot.instruments.rack.inputs import audio_input
from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules.base import Module
from patchpilot.modules.kinds import module_of
from patchpilot.space import Performance


def check_module(module: Module, folder: Path, pool: Pool | None = None) -> None:
    """All of it: described well, saved and made again, finite where it is drawn at random, the same in any order.

    Args:
        module: to be checked.
        folder: that files can be written to.
        pool: that plays, which many checks may share.

    Raises:
        BrokenPromiseError: it does not keep a promise; which, it says.
    """
    name = module.name
    promise(name.isidentifier() and name == name.lower(), f"module {name!r}: expected a name in lower case")
    promise(
        module.summary.rstrip().endswith("."), f"module {name}: expected a sentence that says what it does"
    )
    promise(bool(module.outputs), f"module {name}: expected an output")
    names = [parameter.name for parameter in module.parameters]
    promise(len(set(names)) == len(names), f"module {name}: two parameters have one name")
    ports = [port.name for port in module.inputs]
    promise(len(set(ports)) == len(ports), f"module {name}: two inputs have one name")
    promise(not set(ports) & set(names), f"module {name}: an input is called as a parameter is")
    promise(module.varying <= set(names), f"module {name}: what may move is no parameter")
    again = module_of(module.to_json())
    same = (again.name, again.inputs, again.outputs, again.parameters, again.varying)
    here = (module.name, module.inputs, module.outputs, module.parameters, module.varying)
    promise(same == here, f"module {name}: made again of its JSON it is another one")
    with Rack("contract", module, workers=1, pool=pool) as rack:  # type: ignore[arg-type]  # modules can be wired
        check_instrument(rack, folder, heard(), may_be_silent=True)


def heard() -> Performance:
    """A note, and a second of noise that fades for what hears."""
    rng = np.random.Generator(np.random.PCG64(0))
    n_samples = round(USUAL.length_s * USUAL.sample_rate)
    noise = 0.3 * rng.standard_normal((2, n_samples)) * np.linspace(1.0, 0.0, n_samples)
    return Performance(
        USUAL.notes, USUAL.length_s, USUAL.sample_rate, inputs=(audio_input(Audio(noise, USUAL.sample_rate)),)
    )
