"""What a run tried, played again: to go on from it, to look at it, and to see whether it is the same to the bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from patchpilot import __version__
from patchpilot.audio import Audio
from patchpilot.audio.lossless import audio_sha256
from patchpilot.experiment import trace
from patchpilot.experiment.snapshot import Progress
from patchpilot.instruments.take import Origin, Take
from patchpilot.search.base import Context, Outcome, Proposal


@dataclass(frozen=True, eq=False)
class Again:
    """A line of the trace, played again.

    Attributes:
        place: in the trace, from 0.
        tried: what it says.
        outcome: the take as it is now, with the scores that it had; None where it fails now.
        error: why it fails.
    """

    place: int
    tried: trace.Tried
    outcome: Outcome | None
    error: str = ""

    @property
    def is_identical(self) -> bool:
        """Whether every sample is what it was; of a failure, whether it is one still."""
        if self.outcome is None or self.outcome.take is None:
            return not self.tried.audio
        return audio_sha256(self.outcome.take.audio.samples) == self.tried.audio


def again(folder: Path, progress: Progress, context: Context, places: Sequence[int]) -> Iterator[Again]:
    """Play some of a trace again, in the order in which they are ready.

    Args:
        folder: of the run.
        progress: of the run.
        context: with what.
        places: in the trace; those that are not there are left out.

    Raises:
        ParameterError: the trace is damaged.
        PatchError: an asset is missing.
    """
    wanted = set(places)
    if not wanted:
        return
    lines = enumerate(trace.read(folder, progress.trace_bytes))
    found = [(place, tried) for place, tried in lines if place in wanted]
    pairs = [(tried.patch, tried.performance) for _, tried in found]
    for i, audio in context.instrument.stream(pairs):
        place, tried = found[i]
        if isinstance(audio, Audio):
            yield Again(place, tried, _outcome(tried, audio, context))
        else:
            yield Again(place, tried, None, str(audio))


def outcomes(folder: Path, progress: Progress, context: Context, places: Sequence[int]) -> dict[int, Outcome]:
    """Those outcomes of a run by their places, in the order of `places`; what fails now is left out."""
    heard = {one.place: one.outcome for one in again(folder, progress, context, places)}
    return {place: outcome for place in places if (outcome := heard.get(place)) is not None}


def _outcome(tried: trace.Tried, audio: Audio, context: Context) -> Outcome:
    step = tried.step
    own = tried.performance if step.performance else None
    proposal = Proposal(tried.patch, step.searcher, step.detail, tried.parents, performance=own)
    origin = Origin(step.searcher, step.detail, context.seed, tried.parents, __version__)
    take = Take(tried.patch, tried.performance, audio, context.instrument.fingerprint, origin)
    return Outcome(proposal, take, step.scores)
