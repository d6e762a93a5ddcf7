"""Vital as bare as it gets, with all its hidden randomness on: what workers import."""

from typing import Any

import numpy as np
import numpy.typing as npt


def boot() -> None:
    import vita  # noqa: F401


def prepare(base: dict[str, float]) -> Any:
    import vita

    synth = vita.Synth()
    controls = synth.get_controls()
    for name, value in base.items():
        controls[name].set(value)
    if not synth.load_json(synth.to_json()):
        raise ValueError("not a patch")
    return synth, synth.get_controls()


def run(state: Any, delta: dict[str, float]) -> npt.NDArray[np.float32]:
    synth, controls = state
    for name, value in delta.items():
        controls[name].set(value)
    return synth.render(48, 0.8, 0.2, 0.3)  # type: ignore[no-any-return]


def crash(state: Any, _: object) -> object:
    """More chorus voices than there are kill the process at the next render."""
    return run(state, {"chorus_on": 1.0, "chorus_voices": 99.0})


def run_flush(state: Any, _: object) -> tuple[bool, bool]:
    """Whether denormal numbers survive before a render, and after it."""
    before = _denormals()
    run(state, {})
    return before, _denormals()


def _denormals() -> bool:
    return bool((np.full(4, 1e-40, np.float32) * np.float32(1.0)).any())
