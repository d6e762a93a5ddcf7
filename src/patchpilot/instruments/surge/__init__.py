"""Surge XT: played through its Python module `surgepy`, or where that is missing through its VST3.

fxp          the container of a preset file: a name, XML, wavetables
document     a Patch as a preset; `reading` is the way back
catalogue    what the engine says of itself: parameters, and what the type of an oscillator or effect makes of them
surge        the instrument
_describe, _worker    what runs beside the engine, in processes of their own
"""
