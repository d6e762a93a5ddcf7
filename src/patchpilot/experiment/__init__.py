"""Experiments, and the one loop that runs every search.

the loop      `run.py`, with `play.py` (renders and scores), `budget.py`, `result.py`, `keeping.py` (what is kept)
experiments   `experiment.py` (the noun), `document.py` (TOML), `roles.py` (parameters), `building.py` (its objects)
runs          `session.py` (in a folder, stopped anywhere), `recorder.py`, `snapshot.py`, `trace.py`, `folder.py`,
              `replaying.py`, `queue.py` (overnight), `ranking.py` (the best and the most different takes)
people        `sounding.py` (takes as they are made), `console.py` (votes, sliders), `server.py`, `pairs.py`,
              `watching.py` (a file that somebody edits)
"""
