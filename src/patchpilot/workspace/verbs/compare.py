"""A verb that says how two sounds differ, in words and numbers: all that somebody without ears can know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.sounds import SOUND
from patchpilot.workspace.verbs.takes import TAKE

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.space import Performance
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace


@request
class CompareRequest:
    """Hear how a take differs from another take or from a sound: name one of both to compare with."""

    take: Annotated[int, TAKE]
    with_take: Annotated[int | None, TAKE] = None
    with_sound: Annotated[str | None, SOUND] = None


def _compare(workspace: Workspace, asked: CompareRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.distance import logmel, wording
    from patchpilot.words.ear import Ear
    from patchpilot.words.features import FEATURES, TOLERANCE, heard_steps
    from patchpilot.workspace.takes import audio_of

    other, performance, name = _other(workspace, asked)
    audio = audio_of(workspace, asked.take)
    ear = Ear(other, performance)
    steps = heard_steps(ear(audio)) - heard_steps(ear(other))
    order = np.argsort(-np.abs(steps), kind="stable")
    clear = [FEATURES[i] for i in order if abs(steps[i]) >= TOLERANCE]
    by_name = {feature.name: float(step) for feature, step in zip(FEATURES, steps, strict=True)}
    distance = logmel(other, audio)
    return {
        "take": asked.take,
        "compared_with": name,
        "distance": distance,
        "in_words": wording(distance),
        "differences": [
            {
                "feature": feature.name,
                "take_is": feature.more if by_name[feature.name] > 0 else feature.less,
                "steps": round(by_name[feature.name], 1),
            }
            for feature in clear
        ],
        "alike_in": [feature.name for feature in FEATURES if feature not in clear],
    }


def _other(workspace: Workspace, asked: CompareRequest) -> tuple[Audio, Performance, str]:
    from patchpilot.objectives.closeness import performance_of
    from patchpilot.workspace.takes import audio_of

    if asked.with_take is not None and asked.with_sound is None:
        performance = workspace.entry(asked.with_take).record.performance(workspace.bank.assets)
        return audio_of(workspace, asked.with_take), performance, f"take {asked.with_take}"
    if asked.with_sound is not None and asked.with_take is None:
        target = workspace.sounds.target(asked.with_sound)
        return target.audio, performance_of(target), f"sound {asked.with_sound}"
    raise ParameterError("compare: expected one of with_take and with_sound")


VERBS = (
    Verb(
        "compare",
        "How a take differs from another take or a sound: distance (0 is the same, 0.2 very close, 1.2 far), and which "
        "features differ, in just-noticeable steps (2 are clear).",
        CompareRequest,
        _compare,
        is_read_only=True,
    ),
)
