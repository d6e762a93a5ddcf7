"""A file of somebody's becomes an experiment of the workspace: its inputs, its knobs, and how it sounds before."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot.errors import OutputError, ParameterError, PatchPilotError
from patchpilot.experiment.document import load_all
from patchpilot.experiment.experiment import Experiment
from patchpilot.experiment.folder import settled
from patchpilot.experiment.watching import Written, written
from patchpilot.files import make_folder, write_text
from patchpilot.space import Patch, Performance
from patchpilot.workspace.drafts.draft import Draft
from patchpilot.workspace.drafts.drafts import Drafts
from patchpilot.workspace.drafts.history import Banked
from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.experiments.runs import SKETCH, Found, Sketch, folder_of, found
from patchpilot.workspace.takes import name_of

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

_PATCH_KEYS = {"instrument", "preset", "values", "performance"}


def opened(workspace: Workspace, path: Path) -> str:
    """The id of the experiment of a file, which is opened if it was not.

    A TOML file is an experiment, a rack or a patch; a Python program leaves its `rack` or `instrument`, or its
    `experiment`.

    Args:
        workspace: that it becomes a part of.
        path: of the file, named by whoever starts the studio.

    Raises:
        ParameterError: it cannot be read, or has a typo.
        PatchPilotError: what it names is not there, or its program fails.
    """
    file = path.absolute()
    experiment = _experiment(file)
    name = re.sub(r"[^\w.-]+", "-", file.stem).strip("-.")[:60] or "experiment"
    digest = hashlib.sha256(str(file).encode()).hexdigest()[:6]
    if experiment is not None:
        return _begun(workspace, experiment, name)
    folder = make_folder(folder_of(workspace) / f"{name}-{digest}")
    with ExitStack() as stack:
        left = written(file, stack)
        stack.pop_all()  # the workspace closes it from now on
    known = f"file:{name}"
    workspace.instruments.add(known, left.instrument)
    before = _kept(workspace, left, file, folder.name)
    sketch = Sketch(str(file), folder.name, known, before)
    write_text(folder / SKETCH, json.dumps(dataclasses.asdict(sketch)))
    return folder.name


def _experiment(file: Path) -> Experiment | None:
    """The experiment that a file is, None where it is a patch, a rack or a program of one."""
    if file.suffix != ".toml":
        return None
    import tomllib

    try:
        said: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ParameterError(f"cannot read {file}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"{file} is no TOML: {error}") from None
    if str(said.get("format", "")).startswith("patchpilot-rack") or (said and set(said) <= _PATCH_KEYS):
        return None
    cells = load_all(file)
    if len(cells) > 1:
        raise ParameterError(
            f"{file} is a matrix of {len(cells)} experiments: open one of them, or run it with `play run`"
        )
    return cells[0]


def _begun(workspace: Workspace, experiment: Experiment, name: str) -> str:
    """A folder for an experiment: the one that it has, or a new one beside others of its name."""
    experiment = dataclasses.replace(experiment, bank=str(workspace.bank.path))
    for number in range(1, 1000):
        folder = make_folder(folder_of(workspace) / (name if number == 1 else f"{name}-{number}"))
        try:
            settled(experiment, folder)
            return folder.name
        except OutputError as error:
            if "another experiment" not in str(error) and "other files" not in str(error):
                raise
    raise ConflictError(f"there are a thousand experiments called {name!r}: give the file another name")


def _kept(workspace: Workspace, left: Written, file: Path, name: str) -> int | None:
    """The number of the take that a file sounds like as it is; None where it cannot be played."""
    try:
        take = left.take(file)
    except PatchPilotError:
        return None
    return workspace.keep(take, scores={}, experiment=name)


def draft_of(workspace: Workspace, experiment_id: str) -> Draft:
    """A draft that begins with what an experiment found best, or with what it is before.

    Raises:
        ConflictError: its file is not open, so nothing can be played.
        MissingError: there is no such experiment, or its instrument is not here.
    """
    one = found(workspace, experiment_id)
    instrument, patch, performance, take = start_of(workspace, one)
    return workspace.part(Drafts).begin(
        instrument,
        patch,
        performance,
        origin={"experiment": one.id, "name": one.name},
        label=f"experiment {one.id}",
        banked=take,
    )


def start_of(workspace: Workspace, one: Found) -> tuple[str, Patch | None, Performance | None, Banked | None]:
    """What an experiment is turned from: its instrument, the patch and what is played, and the take that this is."""
    from patchpilot.bank.query import Query

    if one.sketch is not None:
        number = one.sketch.before
        if one.sketch.instrument not in workspace.instruments.names:
            raise ConflictError(
                f"{one.sketch.file} is not open: start `patchpilot studio {one.sketch.file}` to turn its knobs"
            )
        if number is None or number not in workspace.bank:
            return one.sketch.instrument, None, None, None
    else:
        best = workspace.bank.entries(Query(experiment=one.name), order="best", limit=1)
        if not best:
            assert one.experiment is not None  # it is no sketch
            return one.experiment.instrument.kind, None, one.experiment.performance, None
        number = best[0].number
    entry = workspace.entry(number)
    patch = entry.record.patch(workspace.bank.assets)
    name = one.sketch.instrument if one.sketch is not None else name_of(workspace, entry)
    performance = entry.record.performance(workspace.bank.assets)
    return name, patch, performance, Banked(number, entry.id, patch.sha256)
