"""Any VST plug-in as an instrument, or as an effect in a rack.

    synth = pp.instrument("plugin:amsynth")
    hall = effect_plugin("DragonflyHallReverb")

`scan.py` tries plug-ins in processes of their own and `catalogue.py` keeps what came of it; `find.py` knows them by
name, `plugin.py` is the instrument, `effects.py` makes modules of effects. How one is loaded is in
`patchpilot.modules.hosting`.
"""
