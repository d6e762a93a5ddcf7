"""Refinement: the best patches so far, bettered on the real engine, knob by knob and move by move.

`searcher` shares the renders among the patches it starts from; `arm` betters one of them; `moves` tries structural
edits; `slopes` learns from all renders what each knob does to the sound's picture, and says which turn of all knobs
together should come closest.
"""
