"""The folder of a run: the experiment as text, and copies of the files that it names, so that it can be moved."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from patchpilot.errors import OutputError, ParameterError
from patchpilot.experiment.experiment import Experiment, presets
from patchpilot.experiment.snapshot import PROGRESS, Progress
from patchpilot.files import make_folder, write_bytes

FILE = "experiment.toml"
INPUTS = "inputs"


def settled(experiment: Experiment, folder: Path) -> Experiment:
    """The experiment as it is in its folder; put there if it is not. A budget may have changed since.

    One of which nothing was tried yet gives way to another: it may have had a typo.

    Args:
        experiment: to run.
        folder: where; it is there.

    Raises:
        OutputError: the folder holds something else, or cannot be written to.
        ParameterError: a file of the experiment cannot be read, or what is in the folder is damaged.
    """
    path = folder / FILE
    if not path.exists():
        _check_empty(folder)
    elif not _is_begun(folder) and Experiment.load(path).sha256 != experiment.sha256:
        path.unlink()
        (folder / PROGRESS).unlink(missing_ok=True)
    if not path.exists():
        target = None if experiment.target is None else _copied(experiment.target, folder)
        base = None if experiment.base is None else _copied(experiment.base, folder)
        dataclasses.replace(experiment, target=target, base=base).save(path)
    there = Experiment.load(path)
    if there.sha256 != experiment.sha256:
        raise OutputError(
            f"{folder} holds another experiment ({there.name!r}): name another folder with --out, or go on with "
            f"that one: `patchpilot play resume {folder}`"
        )
    if there.budget != experiment.budget:
        there = dataclasses.replace(there, budget=experiment.budget)
        _inside(there, folder).save(path)
    return there


def opened(folder: Path) -> tuple[Experiment, Progress]:
    """The experiment of a run's folder, and where it stands.

    Raises:
        ParameterError: it is no run's folder, or damaged.
    """
    progress = Progress.read(folder) if folder.is_dir() else None
    if progress is None:
        raise ParameterError(f"{folder} is no folder of a run: there is no progress.json in it")
    return Experiment.load(folder / FILE), progress


def _inside(experiment: Experiment, folder: Path) -> Experiment:
    """The same with its files relative to the folder that they are in."""
    files = [
        None if file is None else file.relative_to(folder.absolute())
        for file in (experiment.target, experiment.base)
    ]
    return dataclasses.replace(experiment, target=files[0], base=files[1])


def _is_begun(folder: Path) -> bool:
    progress = Progress.read(folder)
    return progress is not None and progress.n_steps > 0


def _check_empty(folder: Path) -> None:
    ours = (INPUTS, f"{FILE}.lock")
    others = sorted(found.name for found in folder.iterdir() if found.name not in ours)
    if others:
        raise OutputError(
            f"{folder} holds other files ({', '.join(others[:3])}): name another folder with --out"
        )


def _copied(file: Path, folder: Path) -> Path:
    """Where the copy of a file is, or of a folder of files, relative to the folder of the run."""
    place = folder / INPUTS / file.name
    try:
        contents = [(part, part.read_bytes()) for part in presets(file)]
    except OSError as error:
        raise ParameterError(f"cannot read {file}: {error.strerror or error}") from None
    if not contents:
        raise ParameterError(f"{file} holds no presets")
    for part, data in contents:
        copy = place / part.name if file.is_dir() else place
        make_folder(copy.parent)
        write_bytes(copy, data)
    return place.relative_to(folder)
