"""Verbs that say what an instrument can do."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from patchpilot.space import Parameter
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace


class ParameterAnswer(TypedDict):
    """A control: values from `minimum` to `maximum` are as patches hold them.

    What people read is curve(value) * multiply + offset in `unit`, where curve is one of Vital's: "quadratic" squares,
    "quartic" squares twice, "square_root" takes the root, "exponential" is 2 to the value, the others leave it.
    `stored_unit` is that of the value itself. `is_core` says whether it is one of the few that shape most sounds.
    """

    name: str
    title: str
    kind: Literal["continuous", "categorical"]
    unit: str
    stored_unit: str
    minimum: float
    maximum: float
    default: float
    curve: str
    multiply: float
    offset: float
    options: list[str]
    is_core: bool


class Group(TypedDict):
    """The controls of a module of the instrument."""

    name: str
    title: str
    parameters: list[ParameterAnswer]


class InstrumentAnswer(TypedDict):
    """What an instrument can do."""

    name: str
    fingerprint: str
    suffix: str
    groups: list[Group]


class InstrumentName(TypedDict):
    """An instrument that can be played here, and whether it is the one where nobody says another."""

    name: str
    is_default: bool


class InstrumentList(TypedDict):
    """What can be played here."""

    instruments: list[InstrumentName]


@request
class InstrumentsRequest:
    """Ask what can be played here."""


@request
class InstrumentRequest:
    """Ask what an instrument can do."""

    name: Annotated[str, Field(min_length=1, max_length=300, description="As `instruments` says.")]


def _instruments(workspace: Workspace, asked: InstrumentsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    names = workspace.instruments.names
    return {"instruments": [{"name": name, "is_default": name == workspace.instrument} for name in names]}


def _instrument(workspace: Workspace, asked: InstrumentRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    synth = workspace.instruments.get(asked.name, "hands")
    core = set(synth.space.views.get("core", ()))
    ordered = sorted(synth.space, key=_group_order(synth.space.parameters))
    return {
        "name": asked.name,
        "fingerprint": synth.fingerprint,
        "suffix": synth.suffix,
        "groups": [
            {
                "name": name,
                "title": title_of(name or "main"),
                "parameters": [_said(p, p.name in core) for p in some],
            }
            for name, some in groupby(ordered, key=lambda p: p.group)
        ],
    }


def _group_order(parameters: tuple[Parameter, ...]) -> Any:
    """Groups in the order of their first parameter, and parameters in the instrument's."""
    first: dict[str, int] = {}
    for at, parameter in enumerate(parameters):
        first.setdefault(parameter.group, at)
    places = {parameter.name: at for at, parameter in enumerate(parameters)}
    return lambda parameter: (first[parameter.group], places[parameter.name])


def _said(parameter: Parameter, is_core: bool) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "title": title_of(
            parameter.name.removeprefix(f"{parameter.group}_") if parameter.group else parameter.name
        ),
        "kind": "categorical" if parameter.is_categorical else "continuous",
        "unit": parameter.unit,
        "stored_unit": parameter.stored_unit,
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "default": parameter.default,
        "curve": parameter.curve,
        "multiply": parameter.multiply,
        "offset": parameter.offset,
        "options": list(parameter.options),
        "is_core": is_core,
    }


_SHORT = {
    "osc": "Oscillator",
    "env": "Envelope",
    "lfo": "LFO",
    "eq": "EQ",
    "fx": "FX",
    "fm": "FM",
    "hz": "Hz",
}


def title_of(name: str) -> str:
    """A name as people read it: "osc_1" is "Oscillator 1"."""
    words = [_SHORT.get(word, word) for word in name.replace(":", " ").split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


VERBS = (
    Verb("instruments", "What can be played here.", InstrumentsRequest, _instruments, answer=InstrumentList,
         is_read_only=True),
    Verb("instrument", "What an instrument can do: its controls by module, with ranges and units.", InstrumentRequest,
         _instrument, answer=InstrumentAnswer, is_read_only=True),
)  # fmt: skip
