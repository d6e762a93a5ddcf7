"""Subtractive presets: built-in tables, filters, envelopes, noise and an EQ, so that all of a patch is knobs.

Tables are chosen and knobs set on a fast model of what the distance sees of such a patch; then the engine is
asked, and the model put right where the engine differs.

    atoms        what an oscillator, and the noise, add to the bands
    model        filters, EQ, levels: bands over time of a whole patch
    structure    which tables and octaves
    knobs        what is continuous: ranges, steps and beginnings
    fit          knobs that bring the model near
    write        a fit in Vital's terms
    searcher     all of it
"""
