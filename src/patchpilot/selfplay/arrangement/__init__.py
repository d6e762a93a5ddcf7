"""From banked takes to a song: sections with energy, each golden moment framed once.

moments = [moment_of(take, f"take {number}") for ...]
arrangement = arrange(moments, form=usual_form(minutes=4.0, tempo_bpm=128.0), seed=1)
song = mixed(arrangement, moments)
"""
