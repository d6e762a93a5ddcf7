from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot import registry
from patchpilot.errors import LibraryError, PluginError
from patchpilot.retrieval.library import Library
from patchpilot.space import Performance, Prior
from patchpilot.space.prior import Uniform
from tests.retrieval.fakes import Tiny, built, newer
from tests.toy import Toy

pytestmark = pytest.mark.usefixtures("own_libraries")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library file of 40 rows, to be read only."""
    place = tmp_path_factory.mktemp("library") / "toy.npz"
    built(place)
    return place


def archive(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def changed(path: Path, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """The file of a library with another header."""
    library = Library.load(path)
    header = library.header()
    header = change(header) or header
    data = np.frombuffer(json.dumps(header).encode(), np.uint8)
    return archive(header=data, indices=library.indices, codes=library.codes)


def test_a_library_reads_back_as_it_was_written(path: Path, tmp_path: Path) -> None:
    library = Library.load(path)
    library.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()
    again = Library.load(tmp_path / "again.npz")
    assert again.header() == library.header()
    assert again.sha256 == library.sha256
    assert [str(array.dtype) for array in (again.codes, again.indices)] == ["int8", "uint32"]
    assert (again.codes.shape, again.indices.shape) == ((40, 3), (40,))
    assert path.stat().st_size < 40 * (3 + 4) + 2000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "damaged, cut off or from another program"),
        (b"no archive at all", "damaged, cut off or from another program"),
        (archive(x=np.zeros(3)), "expected header, indices, codes in it; it is from another program"),
        (
            archive(header=np.zeros(3), indices=np.zeros(3), codes=np.zeros(3)),
            "expected header of type uint8 and 1 dimensions, got float64",
        ),
        (
            archive(
                header=np.zeros(3, np.uint8), indices=np.zeros(3, np.uint32), codes=np.array([{}, []], object)
            ),
            "expected codes of type int8 and 2 dimensions, got object",
        ),
        (
            archive(
                header=np.zeros(3, np.uint8), indices=np.zeros(3, np.uint32), codes=np.zeros((3, 3), np.int8)
            ),
            "its header is no JSON",
        ),
        (
            archive(
                header=np.frombuffer(b"{}", np.uint8),
                indices=np.zeros(3, np.uint32),
                codes=np.zeros((3, 3), np.int8),
            ),
            "it is an archive of another program",
        ),
    ],
)
def test_what_is_no_library_is_told(tmp_path: Path, data: bytes, words: str) -> None:
    place = tmp_path / "odd.npz"
    place.write_bytes(data)
    with pytest.raises(LibraryError, match=f"odd.npz: cannot be read as a library: .*{words}"):
        Library.load(place)


def test_a_place_without_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="No such file"):
        Library.load(tmp_path / "none.npz")
    with pytest.raises(LibraryError, match="it is no file"):
        Library.load(tmp_path)


def test_a_file_that_claims_to_be_huge_takes_no_memory(path: Path, tmp_path: Path) -> None:
    claim = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        claim, {"descr": "|i1", "fortran_order": False, "shape": (1 << 40, 128)}
    )
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "huge.npz", "w") as huge:
        for name in ("header.npy", "indices.npy"):
            huge.writestr(name, whole.read(name))
        huge.writestr("codes.npy", claim.getvalue())
    with pytest.raises(LibraryError, match=r"huge\.npz: cannot be read as a library: it is damaged"):
        Library.load(tmp_path / "huge.npz")
    with (tmp_path / "long.npz").open("wb") as long:
        long.truncate(5 << 30)  # takes no room on the disk
    with pytest.raises(LibraryError, match="expected a file below 4 GB"):
        Library.load(tmp_path / "long.npz")


def test_compressed_arrays_are_refused(path: Path, tmp_path: Path) -> None:
    library = Library.load(path)
    np.savez_compressed(
        tmp_path / "small.npz", header=np.zeros(2, np.uint8), indices=library.indices, codes=library.codes
    )
    with pytest.raises(LibraryError, match="its arrays are compressed"):
        Library.load(tmp_path / "small.npz")


def test_damage_anywhere_is_told_or_harmless(path: Path, tmp_path: Path) -> None:
    whole, place = path.read_bytes(), tmp_path / "damaged.npz"
    expected = Library.load(path)
    cuts = [whole[:n] for n in range(0, len(whole), 61)]
    flips = [
        whole[:n] + bytes([whole[n] ^ flip]) + whole[n + 1 :]
        for n in range(0, len(whole), 9)
        for flip in (1, 128)
    ]
    for data in cuts + flips:
        place.write_bytes(data)
        with suppress(LibraryError):
            assert Library.load(place).sha256 == expected.sha256


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: h | {"format": 2}, "expected format 1, got 2; was it made by a newer version"),
        (lambda h: h | {"kind": "cake"}, "an archive of another program"),
        (lambda h: [h], "an archive of another program"),
        (lambda h: h | {"rows": 41}, r"expected \(41, 3\) codes, got \(40, 3\)"),
        (lambda h: h | {"rows": True}, "its rows is missing or damaged: True"),
        (lambda h: h | {"size": 4}, r"expected \(40, 4\) codes"),
        (lambda h: h | {"seed": -1}, "its seed is missing or damaged: -1"),
        (lambda h: h | {"scale": 0.0}, "its scale is missing or damaged"),
        (lambda h: h | {"scale": "4"}, "its scale is missing or damaged: '4'"),
        (lambda h: h | {"embedding": None}, "its embedding is missing or damaged: None"),
        (lambda h: h | {"name": ""}, "its name is missing or damaged"),
        (lambda h: h | {"tried": 7}, "its tried is missing or damaged: 7"),
        (lambda h: h | {"rejected": {"silent": -1}}, "its rejected is missing or damaged"),
        (lambda h: h | {"rejected": {}}, "its counts do not add up"),
        (lambda h: h | {"performance": None}, "its performance is damaged"),
        (lambda h: h | {"performance": {**h["performance"], "length_s": -1}}, "its performance is damaged"),
        (lambda h: h.pop("prior_sha256") and None, "its prior sha256 is missing or damaged"),
    ],
)
def test_a_header_that_is_wrong_is_told(path: Path, tmp_path: Path, change: Any, words: str) -> None:
    place = tmp_path / "odd.npz"
    place.write_bytes(changed(path, change))
    with pytest.raises(LibraryError, match=words):
        Library.load(place)


def test_rows_out_of_order_are_told(path: Path, tmp_path: Path) -> None:
    library = Library.load(path)
    swapped = library.indices.copy()
    swapped[:2] = swapped[1::-1]
    replace(library, indices=swapped).save(tmp_path / "odd.npz")
    with pytest.raises(LibraryError, match="its indices do not rise"):
        Library.load(tmp_path / "odd.npz")


def test_a_library_fits_what_it_was_made_with(path: Path) -> None:
    library = Library.load(path)
    library.check(Toy())
    assert library.differences(Toy()) == []


def test_a_library_of_another_engine_says_what_differs(path: Path) -> None:
    with pytest.raises(
        LibraryError, match=r"does not fit: engine version is '1' in the library and '2' here\. Use ano"
    ):
        Library.load(path).check(newer(Toy()))


def test_a_library_of_another_prior_says_what_differs(path: Path) -> None:
    library, toy = Library.load(path), Toy()
    toy.priors = {"toy-v1": Prior("toy-v1", {"level": Uniform(0.2, 0.9), "transpose": Uniform(-12.0, 12.0)})}
    digests = (library.recipe.prior_sha256[:12], toy.priors["toy-v1"].sha256[:12])
    (said,) = library.differences(toy)
    assert said == "digest of the prior is '{}…' in the library and '{}…' here".format(*digests)
    toy.priors = {}
    assert library.differences(toy) == ["no prior 'toy-v1' for toy; there are: none"]


def test_a_library_of_another_instrument_says_so(path: Path) -> None:
    toy = Toy()
    toy.name = "drum"
    assert Library.load(path).differences(toy) == ["instrument is 'toy' in the library and 'drum' here"]


def test_a_library_of_another_embedding_says_what_differs(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, other = Library.load(path), Tiny()
    other.version, other.scale = "2", 5.0
    assert library.differences(Toy(), other) == [
        "version of the embedding is '1' in the library and '2' here",
        "scale of the embedding is 4.0 in the library and 5.0 here",
    ]

    def missing(group: str, name: str) -> Any:
        raise PluginError(f"no {name!r} among the {group}")

    monkeypatch.setattr(registry, "load", missing)
    assert library.differences(Toy()) == ["no 'tiny' among the embeddings"]


def test_what_is_played_is_part_of_the_library(path: Path) -> None:
    recipe = Library.load(path).recipe
    assert recipe.performance == Performance.one_note(60, velocity=0.8, hold_s=1.2, length_s=1.25)
