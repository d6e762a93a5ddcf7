"""Files of a few arrays: NumPy archives (`.npz`) without pickles, whose bytes depend on the arrays only."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.errors import LibraryError
from patchpilot.files import write_bytes

MAX_BYTES = 4 << 30
"""Larger files are not opened: ten million rows of the built-in embedding have a third of that."""

Array = npt.NDArray[Any]
Members = Mapping[str, tuple[type[np.generic], int]]
"""Type and number of dimensions of each array by name."""


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    write_bytes(path, file.getvalue())


def read_arrays(path: Path, members: Members) -> dict[str, Array]:
    """The arrays of a file, which must have the types that are expected.

    Raises:
        LibraryError: there is no such file, or it is damaged, cut off, or holds something else; says so without
            the file's name.
    """
    try:
        if path.exists() and not path.is_file():
            raise LibraryError("it is no file")
        if path.stat().st_size > MAX_BYTES:
            raise LibraryError(f"expected a file below {MAX_BYTES >> 30} GB")
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            return {name: _array(archive, name, *expected) for name, expected in members.items()}
    except OSError as error:
        raise LibraryError(error.strerror or str(error)) from None
    except KeyError:
        raise LibraryError(f"expected {', '.join(members)} in it; it is from another program") from None
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError) as error:
        reason = "it is damaged, cut off or from another program; get it or build it again"
        raise LibraryError(f"{reason} ({error})") from None


def _array(archive: zipfile.ZipFile, name: str, kind: type[np.generic], dimensions: int) -> Array:
    """One array of an archive; no more memory is taken than the file has bytes, whatever it claims to hold."""
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise LibraryError("its arrays are compressed, those of a library are not")
    stream = io.BytesIO(archive.read(member))
    if np.lib.format.read_magic(stream) != (1, 0):
        raise LibraryError(f"its {name} are of another NumPy format")
    shape, by_column, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype != kind or len(shape) != dimensions or by_column:
        raise LibraryError(
            f"expected {name} of type {np.dtype(kind)} and {dimensions} dimensions, got {dtype} {shape}"
        )
    return np.frombuffer(stream.getbuffer()[stream.tell() :], kind).reshape(shape)
