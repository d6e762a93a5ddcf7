"""Racks: graphs of modules, instruments and effects that are instruments themselves.

    acid = Rack("acid") | saw >> ladder >> drive
    match("bassline.wav", acid)

`rack.py` is the instrument, `union.py` its space, `document.py` its file, `_worker.py` what plays it.
"""
