"""Experiments of a workspace: runs in its folder "runs", and files that somebody opened to work on.

runs.py       the folders: which there are, where each stands
curves.py     how a run went: the best so far, by renders
racks.py      a rack as a graph of nodes and wires, with its controls
opening.py    a file becomes an experiment with inputs, knobs, and a sound before
details.py    all of one experiment, as it is shown
working.py    going on with one, and playing its takes again
"""

from patchpilot.workspace.experiments.opening import draft_of, opened

__all__ = ["draft_of", "opened"]
