"""What a run knows, on the disk: plain facts that anybody may read, and the state of those who learn.

States are pickles, and a pickle can do anything when it is read. So each is sealed with a key of the user's own, and
one that somebody else made is never opened: the run is then done again from its beginning, with the same result.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import pickle
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from patchpilot.errors import OutputError, ParameterError
from patchpilot.files import make_folder, output_error, write_bytes, write_text
from patchpilot.space.canonical import Json

FORMAT = 1
PROGRESS = "progress.json"
_STATE = "state-{}.bin"


@dataclass(frozen=True)
class Progress:
    """Where a run stands, plainly.

    Attributes:
        n_steps: patches that were tried.
        n_renders: how often the engine played.
        seconds: how long it took, all parts together.
        trace_bytes: of the trace that count.
        best: places in the trace of the best outcomes, best first.
        kept: takes that were kept: {"step", "id", "why", "score"}, in the order of the proposals.
        n_safe: so many of these, the first, are known to be in the bank.
        ended: "" while it is not at its end; "done" or "budget".
        bank_size: highest number of a take in the bank when the run began.
        fingerprint: of the instrument.
        version: of Patch Pilot.
        experiment: sha256 of the experiment.
        tracked: under which name it is logged.
        format: version of this.
    """

    n_steps: int = 0
    n_renders: int = 0
    seconds: float = 0.0
    trace_bytes: int = 0
    best: tuple[int, ...] = ()
    kept: tuple[Mapping[str, Json], ...] = ()
    n_safe: int = 0
    ended: str = ""
    bank_size: int = 0
    fingerprint: str = ""
    version: str = ""
    experiment: str = ""
    tracked: str = ""
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Progress | None:
        """That of a folder; None where no run began.

        Raises:
            ParameterError: it is damaged, or of a newer version.
        """
        path = folder / PROGRESS
        try:
            data = json.loads(path.read_text("utf-8"))
            if data["format"] != FORMAT:
                raise ParameterError(
                    f"{path} is of format {data['format']}: was it written by a newer version?"
                )
            return cls(**{**data, "best": tuple(data["best"]), "kept": tuple(data["kept"])})
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, ParameterError):
                raise
            raise ParameterError(
                f"{path} is damaged ({error}): run the experiment in another folder"
            ) from None


def write(folder: Path, progress: Progress, state: Any) -> None:
    """Put a snapshot on the disk, whole or not at all.

    Raises:
        OutputError: the folder cannot be written to.
        ParameterError: a stranger's searcher or objective has a state that is no plain data.
    """
    try:
        data = pickle.dumps(state, protocol=5)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ParameterError(f"the state of the searcher or the objective cannot be kept: {error}") from None
    name = _STATE.format(progress.n_steps)
    write_bytes(folder / name, _seal(data, progress) + data)
    write_text(folder / PROGRESS, json.dumps(asdict(progress)))
    for path in folder.glob(_STATE.format("*")):
        if path.name != name:
            with suppress(OSError):
                path.unlink()


def read_state(folder: Path, progress: Progress) -> Any:
    """The state of a snapshot; None where it is missing, damaged, sealed by somebody else, or of another version."""
    try:
        sealed = (folder / _STATE.format(progress.n_steps)).read_bytes()
    except OSError:
        return None
    data = sealed[32:]
    if not hmac.compare_digest(sealed[:32], _seal(data, progress)):
        return None
    try:
        return pickle.loads(data)
    except Exception:  # classes of another version; the run is done again
        return None


def _seal(data: bytes, progress: Progress) -> bytes:
    said = f"{progress.experiment} {progress.n_steps} ".encode()
    return hmac.new(_key(), said + data, hashlib.sha256).digest()


def _key() -> bytes:
    """The user's own, made when it is first needed."""
    path = platformdirs.user_data_path("patchpilot") / "seal.key"
    try:
        if not path.exists():
            make_folder(path.parent)
            with suppress(FileExistsError):  # another run was quicker
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as file:
                    file.write(secrets.token_bytes(32))
        key = path.read_bytes()
    except OSError as error:
        raise output_error(path, error) from error
    if len(key) != 32:
        raise OutputError(f"{path} is no key: expected 32 bytes, got {len(key)}; delete it")
    return key
