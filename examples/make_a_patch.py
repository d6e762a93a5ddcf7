"""What an instrument can do, as numbers: its space, patches made by name, and patches made from vectors.

    python examples/make_a_patch.py [FOLDER]

Makes a plucked bass by hand, then moves all knobs of the view "core" a little, at random, three times.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import patchpilot as pp


def main(folder: Path = Path("out/patches")) -> None:
    """Make four patches and write them as presets."""
    folder.mkdir(parents=True, exist_ok=True)
    with pp.instrument("vital") as vital:
        space = vital.space
        decay = space["env_1_decay"]
        print(f"{space.instrument} {space.version}: {len(space)} parameters")
        print(f"{decay.name}: {decay.text(decay.minimum)} to {decay.text(decay.maximum)}")

        pluck = pp.Patch.make(
            space,
            {"osc_1_transpose": -12, "filter_1_on": 1, "filter_1_cutoff": 40, "env_2_sustain": 0},
            routings=[pp.Routing("env_2", "filter_1_cutoff", amount=0.4)],
            info={"name": "Pluck"},
        )
        vital.export(pluck, folder / "pluck.vital")
        print(f"pluck: {pluck.sha256[:12]}")

        view = space.view("core", base=pluck)
        vector = view.encode(pluck)
        assert view.patch(vector) == pluck  # for every parameter
        rng = np.random.default_rng(1)
        for i in range(1, 4):
            near = view.patch(vector + rng.normal(0.0, 0.05, len(view)))
            loud = float(np.abs(vital.render(near, pp.Performance.one_note(48)).samples).max())
            vital.export(near, folder / f"near {i}.vital")
            print(f"near {i}: {near.sha256[:12]}, {len(view)} knobs moved, peak {loud:.2f}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
