"""A user's own loops as material for racks: cut into slices, brought to another tempo and key.

    loop = loop_material("break_120bpm_Am.wav")       # its tempo and key, and where they are from
    for slice in loop.warped(138.0).slices("beat"):
        performance = Performance(length_s=2.0, inputs=(audio_input(slice.audio),))

`material.py` is the noun, `said.py` reads what a sidecar or a name says, `tempo.py` listens, `slicing.py` cuts,
`warp.py` stretches.
"""

from patchpilot.instruments.rack.material.material import Material, loop_material
from patchpilot.instruments.rack.material.slicing import Slice
from patchpilot.instruments.rack.material.tempo import Tempo, estimated_tempo
from patchpilot.instruments.rack.material.warp import stretched

__all__ = ["Material", "Slice", "Tempo", "estimated_tempo", "loop_material", "stretched"]
