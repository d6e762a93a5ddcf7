"""Reading the files of an estimator's folder, none of which is a pickle."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from patchpilot.errors import EstimatorError
from patchpilot.estimators.places import ABOUT

AGAIN = "get it again, or export it again from its checkpoint"


def check_folder(folder: Path) -> None:
    """Say what is there instead of an estimator's folder.

    Raises:
        EstimatorError: something else is there, or nothing.
    """
    if folder.is_dir():
        return
    if not folder.exists():
        raise EstimatorError(f"{folder}: there is no such folder; an estimator is one with an {ABOUT}")
    if folder.is_file():
        with suppress(OSError), folder.open("rb") as file:
            _refuse_pickle(folder, file.read(16))
        if folder.suffix == ".safetensors":
            raise EstimatorError(
                f"{folder}: this is a checkpoint, which training goes on from; "
                f"expected the folder that it was exported to, with an {ABOUT}"
            )
    raise EstimatorError(f"{folder}: expected the folder of an estimator, with an {ABOUT}; this is none")


def read_file(folder: Path, name: str, most: int) -> bytes:
    """A file of an estimator's folder.

    Args:
        folder: of the estimator.
        name: of the file.
        most: bytes that it may have.

    Raises:
        EstimatorError: it is missing, too large, cannot be read, or is a pickle.
    """
    path = folder / name
    try:
        if path.exists() and not path.is_file():
            raise EstimatorError(f"{path}: expected a file, and it is none; {AGAIN}")
        if path.stat().st_size > most:
            raise EstimatorError(f"{path}: expected a file below {most >> 20} MB; {AGAIN}")
        data = path.read_bytes()
    except FileNotFoundError:
        raise EstimatorError(
            f"{folder}: there is no {name}; it is no estimator's folder, or was not copied whole"
        ) from None
    except OSError as error:
        raise EstimatorError(f"{path}: cannot be read: {error.strerror or error}") from None
    _refuse_pickle(path, data)
    return data


def _refuse_pickle(path: Path, data: bytes) -> None:
    """Refuse what Python's pickle or PyTorch's `save` wrote, by its first bytes."""
    is_pickle = len(data) > 1 and data[0] == 0x80 and data[1] <= 5
    if is_pickle or data.startswith(b"PK\x03\x04"):
        kind = "a pickle" if is_pickle else "an archive, as PyTorch writes checkpoints, which holds a pickle"
        raise EstimatorError(
            f"{path}: this is {kind}. A pickle runs whatever program it holds when it is read, so it is refused. "
            f"Expected the folder of an exported estimator: {ABOUT} and its graphs in ONNX."
        )
