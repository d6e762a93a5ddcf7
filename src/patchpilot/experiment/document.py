"""Experiments as TOML that a person edits: one in a file, or a matrix of them.

    name = "plucks"
    instrument = "vital"
    searcher = { kind = "cma_es", sigma = 0.2 }
    objective = [{ kind = "close_to" }, { kind = "novel", weight = 0.3 }]
    target = "pluck.wav"

What a table names stands in its `kind`, an objective's `weight` beside it; all other keys are options. Those that
would be called the same, and any others, may stand in a table of their own:

    objective = { kind = "close_to_set", options = { kind = "bar" } }

Files are named relative to the TOML file. Of a typo the nearest key is named.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from patchpilot import registry
from patchpilot.errors import ParameterError, PatchPilotError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.experiment import DEFAULT_BANK, NO_BANK, Experiment, Goal, Named
from patchpilot.experiment.keeping import Keep
from patchpilot.experiment.roles import Parameters, unknown
from patchpilot.space import Performance
from patchpilot.space.canonical import Json

FORMAT = 1
"""Version of the file."""
_KEYS = ("format", "matrix", *(part.name for part in dataclasses.fields(Experiment)))
_MATRIX = ("instrument", "searcher", "objective", "seed")
_ONE_NOTE = ("note", "velocity", "hold_s")
_PERFORMANCE = (*_ONE_NOTE, "notes", "length_s", "sample_rate", "tempo_bpm", "engine_seed", "arcs")
_OPTIONS = "options"
_OWN = ("kind", _OPTIONS)
"""Keys of a table that names something; its options of these names stand in a table `options`."""
_OWN_OF_GOALS = (*_OWN, "weight")
_RELATIVE = re.compile(r"(?:^|(?<=:))\.{1,2}/")
"""Options that begin so, and what comes after an instrument's colon, are files beside the experiment's."""


def load_one(path: Path) -> Experiment:
    """The experiment of a file; raises `ParameterError`, also where there are several."""
    found = load_all(path)
    if len(found) != 1:
        raise ParameterError(
            f"{path}: expected one experiment, got a matrix of {len(found)}; run it with `patchpilot play run`"
        )
    return found[0]


def load_all(path: Path) -> tuple[Experiment, ...]:
    """All experiments of a file: one for each cell of its matrix.

    Raises:
        ParameterError: it cannot be read, is of a newer version, has a typo or a part out of its range.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ParameterError(f"cannot read {path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} is no TOML: {error}") from None
    try:
        return tuple(from_json(cell, path.parent.absolute()) for cell in _cells(data))
    except (PatchPilotError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise ParameterError(f"{path}: {error}") from None


def text_of(experiment: Experiment) -> str:
    """The TOML of an experiment; `load_one` reads it.

    Raises:
        ParameterError: its performance brings audio, which text cannot hold.
    """
    import tomli_w

    return tomli_w.dumps(to_json(experiment))


def to_json(experiment: Experiment) -> dict[str, Json]:
    """An experiment as a plain table, without what is as it is by default."""
    said = {
        "format": FORMAT,
        "name": experiment.name,
        "instrument": _named(experiment.instrument),
        "searcher": _named(experiment.searcher),
        "objective": [
            {"kind": goal.part.kind, "weight": goal.weight, **_said(goal.part.options, _OWN_OF_GOALS)}
            for goal in experiment.objective
        ],
        "bank": experiment.bank,
        "seed": experiment.seed,
        "batch": experiment.batch,
        "target": str(experiment.target or ""),
        "base": str(experiment.base or ""),
        "budget": _changed(experiment.budget),
        "performance": _played(experiment.performance),
        "parameters": _changed(experiment.parameters),
        "keep": _changed(experiment.keep),
    }
    return {key: part for key, part in said.items() if part not in ("", {}, None)}


def from_json(data: Mapping[str, Json], folder: Path) -> Experiment:
    """The inverse of `to_json`.

    Args:
        data: a table of one experiment.
        folder: what relative files are relative to.

    Raises:
        ParameterError: a key is unknown, or a part is out of its range.
    """
    check_keys(data, _KEYS, "")
    if data.get("format", FORMAT) != FORMAT:
        raise ParameterError(
            f"expected format {FORMAT}, got {data['format']!r}; was it written by a newer version?"
        )
    given = {key: part for key, part in data.items() if key not in ("format", "matrix")}
    read: dict[str, Any] = {
        "instrument": lambda part: _thing(part, "instruments", folder),
        "searcher": lambda part: _thing(part, "search", folder),
        "objective": lambda part: _goals(part, folder),
        "bank": lambda part: part if part in (NO_BANK, DEFAULT_BANK) else str(folder / part),
        "budget": _budget,
        "performance": performance_of_table,
        "target": lambda part: folder / part,
        "base": lambda part: folder / part,
        "parameters": _parameters,
        "keep": lambda part: Keep(**_checked(part, Keep, "keep")),
    }
    return Experiment(**{key: read[key](part) if key in read else part for key, part in given.items()})


def _cells(data: dict[str, Json]) -> list[dict[str, Json]]:
    """A table for each combination of the matrix, in the order of the file; one where there is no matrix."""
    matrix = data.get("matrix", {})
    check_keys(matrix, _MATRIX, "matrix")
    check_keys(data, _KEYS, "")
    for key, choices in matrix.items():
        if not isinstance(choices, list) or not choices:
            raise ParameterError(f"matrix.{key}: expected a list of choices, got {choices!r}")
    axes = [[(key, choice) for choice in matrix[key]] for key in _MATRIX if key in matrix]
    cells = [{**data, **dict(cell)} for cell in itertools.product(*axes)]
    if len(cells) == 1:
        return cells
    name = str(data.get("name", "experiment"))
    names = [
        "_".join([name, *(_word(key, cell[key], matrix[key]) for key in _MATRIX if key in matrix)])
        for cell in cells
    ]
    return [{**cell, "name": named} for cell, named in zip(cells, names, strict=True)]


def _word(key: str, choice: Json, choices: Sequence[Json]) -> str:
    """A cell's choice in its name; numbered where two choices have one kind."""
    kinds = [_kind(key, each) for each in choices]
    kind = _kind(key, choice)
    number = f"-{choices.index(choice) + 1}" if kinds.count(kind) > 1 else ""
    return re.sub(r"[^\w+-]+", "-", kind) + number


def _kind(key: str, choice: Json) -> str:
    if key == "seed":
        return f"seed{choice}"
    if isinstance(choice, list):
        return "+".join(_kind(key, part) for part in choice)
    kind = str(choice.get("kind", "?") if isinstance(choice, Mapping) else choice)
    what, colon, which = kind.partition(":")
    return f"{what}-{which.rpartition('/')[2].split('.')[0]}" if colon else kind


def _thing(part: Json, group: str, folder: Path, own: Sequence[str] = _OWN) -> Named:
    if isinstance(part, str):
        part = {"kind": part}
    if not isinstance(part, Mapping) or not isinstance(part.get("kind"), str):
        raise ParameterError(f'expected a name, or a table with "kind", among the {group}, got {part!r}')
    kind = part["kind"].partition(":")[0]
    there = registry.names(group)
    if kind not in there and kind not in ("http", "https"):
        raise unknown(kind, there, {"search": "searcher"}.get(group, group.removesuffix("s")))
    return Named(_placed(part["kind"], folder), _options(part, own, folder))


def _options(part: Mapping[str, Json], own: Sequence[str], folder: Path) -> dict[str, Json]:
    """The options of a table: its keys but for its own, and those of `options`."""
    inner = part.get(_OPTIONS, {})
    if not isinstance(inner, Mapping):
        raise ParameterError(f"{part['kind']!r}: expected a table of options, got {inner!r}")
    beside = {key: option for key, option in part.items() if key not in own}
    if twice := sorted(beside.keys() & inner.keys()):
        raise ParameterError(f"{part['kind']!r}: the option {twice[0]!r} is said twice")
    return {key: _placed(option, folder) for key, option in {**beside, **inner}.items()}


def _goals(part: Json, folder: Path) -> tuple[Goal, ...]:
    goals = []
    for one in part if isinstance(part, list) else [part]:
        named = _thing(one, "objectives", folder, _OWN_OF_GOALS)
        goals.append(Goal(named, float(one.get("weight", 1.0) if isinstance(one, Mapping) else 1.0)))
    return tuple(goals)


def _placed(option: Json, folder: Path) -> Json:
    """Plain data with files that begin with "./" or "../" found beside the experiment's."""
    if isinstance(option, list):
        return [_placed(part, folder) for part in option]
    if isinstance(option, Mapping):
        return {key: _placed(part, folder) for key, part in option.items()}
    if isinstance(option, str):
        return _RELATIVE.sub(lambda found: f"{folder.as_posix()}/{found[0]}", option)
    return option


def _budget(part: Mapping[str, Json]) -> Budget:
    check_keys(part, (*_names(Budget), "minutes"), "budget")
    part = dict(part)
    if "minutes" in part and "seconds" not in part:
        part["seconds"] = 60.0 * float(part.pop("minutes"))
    return Budget(**part)


def _parameters(part: Mapping[str, Json]) -> Parameters:
    lists: dict[str, Any] = {
        key: tuple(names) if isinstance(names, list) else names
        for key, names in _checked(part, Parameters, "parameters").items()
    }
    return Parameters(**lists)


def performance_of_table(part: Mapping[str, Json]) -> Performance:
    """What is played: notes, or one of them from the very start, and all else that a performance has."""
    check_keys(part, _PERFORMANCE, "performance")
    if "notes" in part:
        return Performance.from_json(part)
    one = {key: part[key] for key in _ONE_NOTE if key in part}
    rest = {key: value for key, value in part.items() if key not in _ONE_NOTE}
    note = {"pitch" if key == "note" else key: value for key, value in one.items()}
    return Performance.from_json({**rest, "notes": [note]})


def _played(performance: Performance | None) -> Json:
    if performance is None:
        return {}
    if performance.inputs:
        raise ParameterError("a performance that brings audio cannot be written as text")
    plain = {key: value for key, value in performance.to_json().items() if value is not None}
    first = performance.notes[0]
    if len(performance.notes) > 1 or first.start_s:
        return plain
    said = {"note": first.pitch, "velocity": first.velocity, "hold_s": first.hold_s}
    return said | {key: value for key, value in plain.items() if key != "notes"}


def _named(named: Named) -> Json:
    return {"kind": named.kind, **_said(named.options)} if named.options else named.kind


def _said(options: Mapping[str, Json], own: Sequence[str] = _OWN) -> dict[str, Json]:
    """Options as keys of their table, those that it has itself in `options`; the inverse of `_options`."""
    inner = {key: option for key, option in options.items() if key in own}
    beside = {key: option for key, option in options.items() if key not in own}
    return {**beside, _OPTIONS: inner} if inner else beside


def _changed(noun: Any) -> dict[str, Json]:
    """The fields of a dataclass that are not as by default, as TOML has them."""
    default = type(noun)()
    return {
        part.name: list(value) if isinstance(value, tuple) else value
        for part in dataclasses.fields(noun)
        if (value := getattr(noun, part.name)) != getattr(default, part.name)
    }


def _checked(part: Mapping[str, Json], noun: Any, table: str) -> dict[str, Json]:
    check_keys(part, _names(noun), table)
    return dict(part)


def _names(noun: Any) -> list[str]:
    return [part.name for part in dataclasses.fields(noun)]


def check_keys(part: Json, keys: Sequence[str], table: str) -> None:
    """Refuse a key that is not known, and name the nearest one; raises `ParameterError`."""
    where = f"[{table}]" if table else "the file"
    if not isinstance(part, Mapping):
        raise ParameterError(f"expected a table {where}, got {part!r}")
    for key in part:
        if key not in keys:
            raise unknown(key, keys, f"key of {where}")
