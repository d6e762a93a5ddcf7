"""The golden set: sounds that somebody loves, analysed, cut into like parts, and kept.

    golden = GoldenSet.open("mine.golden")
    report = golden.add(["loves/"])            # what was new, what was there already, what is no sound
    golden.vectors(embedding, "hit")           # for objectives

`item.py` is what is known of a sound, `analysis.py` listens, `parts.py` cuts, `alike.py` finds what is there twice,
`folder.py` keeps the files, `golden_set.py` is the noun, `clusters.py` and `summary.py` describe it.
"""
