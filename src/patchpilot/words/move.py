"""From a wish to a patch that was heard to fulfil it."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from patchpilot import __version__
from patchpilot.audio import F64, Audio
from patchpilot.audio.faults import is_silent
from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Origin, Take
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch, Performance
from patchpilot.words.ear import Ear
from patchpilot.words.features import BY_NAME, FEATURES, NAMES, TOLERANCE, heard_steps, room
from patchpilot.words.moved import Felt, Moved, Verdict, turns
from patchpilot.words.rounds import SIZE
from patchpilot.words.searcher import NAME, Listener, Turning
from patchpilot.words.turning import Aim
from patchpilot.words.wish import Wish

RENDERS = 96
"""By default: what two quiet cores play in a few seconds."""
FEWEST = 8
_CLEAR = 0.5
"""Part of what was asked for that counts as a clear move, of the usual amount two just-noticeable steps."""
_LEAST_ROOM = 2.0
"""Steps that a feature must have left, for anybody to hear it move."""
_ALIKE = 1.5
"""Steps from which on a reference is heard to differ."""
_NOT_OF_TIMBRE = ("loudness", "length")
"""What is left as it is when a sound should become like another."""


def move(
    wish: Wish,
    patch: Patch,
    instrument: Instrument,
    performance: Performance,
    *,
    seed: int = 0,
    renders: int = RENDERS,
    reference: Audio | Patch | Take | None = None,
    pinned: Collection[str] = (),
    on_outcome: Callable[[Outcome], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Moved:
    """Find the turn of a patch's knobs that does what was asked for, and little else.

    The instrument itself is asked: each knob is turned once, then several together, as what was heard says. What comes
    back was rendered and measured. The same arguments give the same move on every machine of one fingerprint.

    Args:
        wish: what to do, as `understand` gives it; one that says "again" is resolved with `Wish.after` before.
        patch: what to start from.
        instrument: what plays it; any.
        performance: what is played to hear the difference; a note of a second or two, with its release.
        seed: >= 0, of all random choices.
        renders: >= 8, how often the instrument may play.
        reference: the other sound, for a wish that speaks of one: a recording, a take, or a patch.
        pinned: parameters, "modulation_N_amount" of the patch's N-th routing, and asset slots that stay as they are.
        on_outcome: called after each render, for progress.
        stop: asked after each render; once it says so, the nearest so far is what was found.

    Returns:
        The move. `Moved.ok` says whether all that was asked for moved clearly, `Moved.said` what happened.

    Raises:
        ParameterError: the wish is no move, speaks of another sound and there is none, or of partials where there is
            no pitch; the patch is silent; or `renders` or `seed` is out of its range.
        EngineError: the patch itself cannot be played.
        KeyboardInterrupt: it was stopped before anything was found.
    """
    _check(wish, renders, seed, reference)
    start = _played(wish, patch, instrument, performance, seed)
    ear = Ear(start.audio, performance)
    before = ear(start.audio)
    goals = _goals(wish, before, _features_of(reference, ear, instrument, performance))
    if ear.f0_hz is None and wish.changes.get("hollowness"):
        raise ParameterError(
            "'hollow' is about partials, and no clear pitch was heard: play another note, or ask for something else"
        )
    listener = Listener(ear, before, _aim(wish, goals, before))
    take, n_renders = start, 1
    if listener.aim.asked.any():
        base = Outcome(Proposal(patch, NAME), start, listener.score(start))
        context = Context(instrument, performance, base_outcomes=(base,), seed=seed)
        searcher, budget = Turning(listener, renders - 1, pinned), Budget(renders - 1)
        found = run(
            searcher, listener, context, budget=budget, batch=SIZE, keep=1, stop=stop, on_outcome=on_outcome
        )
        take, n_renders = searcher.best_take, 1 + found.n_renders
    felt = _felt(goals, listener, before, listener.features(take))
    return Moved(wish, start, take, felt, tuple(turns(instrument.space, patch, take.patch)), n_renders)


def _check(wish: Wish, renders: int, seed: int, reference: Audio | Patch | Take | None) -> None:
    if wish.act != "move":
        raise ParameterError(
            f"{wish.text!r} goes on from an earlier wish: resolve it with that one first (Wish.after)"
        )
    if wish.reference and reference is None:
        raise ParameterError(
            f"{wish.text!r} speaks of another sound: say which (--like FILE on the command line)"
        )
    if not wish.changes and not wish.reference:
        raise ParameterError("expected a wish that changes something, got none")
    if renders < FEWEST or seed < 0:
        raise ParameterError(f"expected renders >= {FEWEST} and seed >= 0, got {renders} and {seed}")


def _played(wish: Wish, patch: Patch, instrument: Instrument, performance: Performance, seed: int) -> Take:
    """What it starts from."""
    audio = instrument.render(patch, performance)
    if is_silent(audio):
        raise ParameterError(
            "the patch is silent with this note, so nothing of it can be heard to move: play another note"
        )
    origin = Origin(NAME, wish.text, seed, (), __version__)
    return Take(patch, performance, audio, instrument.fingerprint, origin)


def _features_of(
    reference: Audio | Patch | Take | None, ear: Ear, instrument: Instrument, performance: Performance
) -> F64 | None:
    """Of the other sound."""
    if reference is None:
        return None
    if isinstance(reference, Patch):
        reference = instrument.render(reference, performance)
    audio = reference.audio if isinstance(reference, Take) else reference
    if is_silent(audio):
        raise ParameterError("the other sound is silent: name one that can be heard")
    return ear(audio)


def _goals(wish: Wish, before: F64, other: F64 | None) -> F64:
    """Steps that each feature should move, (f,)."""
    goals = np.zeros(len(NAMES))
    if wish.reference and other is not None:
        apart = heard_steps(other) - heard_steps(before)
        is_timbre = np.array([name not in (*_NOT_OF_TIMBRE, *wish.holds) for name in NAMES])
        goals = np.where(is_timbre & (np.abs(apart) >= _ALIKE), apart, 0.0)
        for alike in {other for name in wish.changes for other in BY_NAME[name].companions}:
            goals[NAMES.index(alike)] = 0.0  # it follows what the words say
    for name, steps in wish.changes.items():
        goals[NAMES.index(name)] += steps
    return goals


def _aim(wish: Wish, goals: F64, before: F64) -> Aim:
    """What the search is told: no more than ears can hear, and what is held for it."""
    fall, rise = room(before)
    possible = np.clip(goals, -fall, rise)
    possible[np.abs(possible) < np.minimum(_LEAST_ROOM, np.abs(goals))] = 0.0
    free = {other for i, name in enumerate(NAMES) if possible[i] for other in BY_NAME[name].companions}
    firm = np.array([name in (*wish.holds, *wish.changes, "loudness") for name in NAMES])
    held = np.array([name not in free for name in NAMES]) | firm
    leads = tuple(
        (i, NAMES.index(name), float(np.copysign(steps, possible[i])))
        for i, feature in enumerate(FEATURES)
        for name, steps in feature.leads
        if possible[i] and not possible[NAMES.index(name)] and not firm[NAMES.index(name)]
    )
    return Aim.of(possible, held, firm, tolerance=TOLERANCE, leads=leads)


def _felt(goals: F64, listener: Listener, before: F64, after: F64) -> tuple[Felt, ...]:
    """What became of each feature."""
    steps = heard_steps(after) - heard_steps(before)
    aim = listener.aim
    felt = []
    for i, feature in enumerate(FEATURES):
        verdict: Verdict
        if goals[i]:
            is_clear = steps[i] * np.sign(goals[i]) >= max(_CLEAR * abs(aim.goals[i]), 1.0)
            verdict = "at its end" if not aim.goals[i] else "moved" if is_clear else "short"
        elif aim.weights[i] < 1.0:
            verdict = "free"
        else:
            verdict = "held" if abs(steps[i]) <= TOLERANCE else "strayed"
        felt.append(
            Felt(
                feature.name,
                feature.unit,
                float(before[i]),
                float(after[i]),
                float(steps[i]),
                float(goals[i]),
                verdict,
            )
        )
    return tuple(felt)
