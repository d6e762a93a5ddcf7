"""An estimator on disk: a folder of graphs, and of a page that says what they are about.

    estimator.json   of which instrument and tokens it speaks, how it is asked, what it learned from, digests
    encoder.onnx     sound, condition -> memory
    step.onnx        memory, continuous, categorical, time -> said, logits, log_weight
    proxy.onnx       continuous, categorical, condition, picture -> levels, distance; not every estimator has one

None of it is a pickle: a pickle runs whatever program it holds, so one is refused by its first bytes and never read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.places import ABOUT
from patchpilot.estimators.reading import AGAIN, check_folder, read_file
from patchpilot.estimators.sampling import MOST_STEPS
from patchpilot.files import check_free, make_folder, output_error, uninterrupted, write_bytes
from patchpilot.space.canonical import Json

_KIND, _VERSION = "patchpilot-estimator-", 1
FORMAT = f"{_KIND}{_VERSION}"
ENCODER, STEP, PROXY = "encoder.onnx", "step.onnx", "proxy.onnx"
GRAPHS = (ENCODER, STEP)
"""Those that every estimator has."""
MAX_BYTES = 2 << 30
"""Larger graphs are not read, and ONNX has none."""
_MAX_ABOUT = 64 << 20


@dataclass(frozen=True, eq=False)
class About:
    """What an estimator is.

    Attributes:
        codec: the tokens that it says, and of which instrument.
        network: sizes of the network, and its head.
        n_steps: 1..8, how often the step is asked for one patch of a flow.
        trained: plain JSON, what it learned from and how: "rows", "seed", "command", ….
        digests: sha256 of the graphs by the names of their files.
    """

    codec: Codec
    network: NetworkConfig
    n_steps: int = MOST_STEPS
    trained: Mapping[str, Json] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if type(self.n_steps) is not int or not 1 <= self.n_steps <= MOST_STEPS:
            raise EstimatorError(f"expected 1 to {MOST_STEPS} steps, got {self.n_steps!r:.20}")

    @property
    def instrument(self) -> str:
        """Name of the instrument whose patches it proposes."""
        return self.codec.instrument

    @property
    def head(self) -> str:
        """ "flow", "regression" or "mixture"."""
        return self.network.head

    @property
    def n_rows(self) -> int | None:
        """How many renders it learned from, where it says so."""
        rows = self.trained.get("rows")
        return rows if isinstance(rows, int) else None

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        return {
            "format": FORMAT,
            "instrument": self.instrument,
            "head": self.head,
            "n_steps": self.n_steps,
            "network": self.network.to_json(),
            "codec": self.codec.to_json(),
            "trained": dict(self.trained),
            "digests": dict(self.digests),
        }

    @classmethod
    def from_json(cls, data: Json) -> About:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: it is of another format or a newer version, or a part is missing or damaged.
        """
        _check_format(data)
        try:
            about = cls(
                codec=Codec.from_json(data["codec"]),
                network=NetworkConfig.from_json(data["network"]),
                n_steps=data["n_steps"],
                trained=dict(data["trained"]),
                digests={name: str(data["digests"][name]) for name in _named(data["digests"])},
            )
            same = (about.instrument, about.head) == (data["instrument"], data["head"])
            about.codec.active(np.zeros((1, len(about.codec.categorical)), np.int64))  # its gates are there
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise EstimatorError(f"it is damaged ({error!r:.200}); {AGAIN}") from None
        if not same:
            raise EstimatorError(f"it says two things of its instrument or head; {AGAIN}")
        return about


def read_about(folder: Path, *, instrument: str | None = None) -> About:
    """What the estimator of a folder is; the graphs are not read.

    Args:
        folder: of the estimator.
        instrument: name of the instrument that it must be for; any by default.

    Raises:
        EstimatorError: there is none, it is damaged, of another program, format or instrument, or a pickle.
    """
    check_folder(folder)
    data = read_file(folder, ABOUT, _MAX_ABOUT)
    try:
        about = About.from_json(_parsed(data))
    except EstimatorError as error:
        raise EstimatorError(f"{folder / ABOUT}: {error}") from None
    if instrument is not None and about.instrument != instrument:
        raise EstimatorError(
            f"{folder}: expected an estimator for {instrument}, got one for {about.instrument}; "
            f"name another, or train one for {instrument}"
        )
    return about


def read_graphs(folder: Path, about: About) -> dict[str, bytes]:
    """The graphs of a folder by the names of their files.

    Args:
        folder: of the estimator.
        about: what its `estimator.json` says.

    Raises:
        EstimatorError: one is missing, cut off, changed, or a pickle.
    """
    found = {}
    for name in _named(about.digests):
        data = read_file(folder, name, MAX_BYTES)
        if digest(data) != about.digests[name]:
            raise EstimatorError(
                f"{folder / name}: expected the sha256 {about.digests[name][:12]:.12}…, got {digest(data)[:12]}… "
                f"({len(data):,} bytes): it is cut off or damaged, or belongs to another {ABOUT}; {AGAIN}"
            )
        found[name] = data
    return found


def write_folder(folder: Path, about: About, graphs: Mapping[str, bytes], *, force: bool = False) -> About:
    """Write an estimator, whole or not at all; other files of the folder stay.

    Args:
        folder: made where it is not there.
        about: what it is; its digests are written anew.
        graphs: `GRAPHS` by name, and `PROXY` where there is one.
        force: whether to replace an estimator that is there.

    Returns:
        `about` with the digests.

    Raises:
        EstimatorError: `trained` holds what JSON has no word for.
        OutputError: the place cannot be written to, or holds an estimator already.
    """
    check_free(folder / ABOUT, force=force)
    written = About(
        about.codec,
        about.network,
        about.n_steps,
        about.trained,
        {name: digest(graphs[name]) for name in _named(graphs)},
    )
    try:
        text = json.dumps(written.to_json(), indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise EstimatorError(
            f"expected plain JSON with finite numbers of how it was trained: {error}"
        ) from None
    make_folder(folder)
    _write_together(
        folder, {**{name: graphs[name] for name in written.digests}, ABOUT: text.encode() + b"\n"}
    )
    return written


def _named(there: Collection[str]) -> tuple[str, ...]:
    """The graphs that an estimator must have, and the one that it may."""
    return (*GRAPHS, PROXY) if PROXY in there else GRAPHS


def digest(data: bytes) -> str:
    """What `sha256sum` says of a file."""
    return hashlib.sha256(data).hexdigest()


def _write_together(folder: Path, files: Mapping[str, bytes]) -> None:
    """All are on the disk under other names before the first of them replaces what was there."""
    staged = {name: folder / f".{name}.new" for name in files}
    try:
        for name, data in files.items():
            write_bytes(staged[name], data)
        with uninterrupted():
            for name, path in staged.items():
                path.replace(folder / name)
    except OSError as error:
        raise output_error(folder, error) from error
    finally:
        for path in staged.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _parsed(data: bytes) -> Json:
    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is no number of JSON")

    try:
        return json.loads(data, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise EstimatorError(f"it is no JSON ({error!s:.100}): cut off or damaged; {AGAIN}") from None


def _check_format(data: Json) -> None:
    found = data.get("format") if isinstance(data, dict) else None
    if found == FORMAT:
        return
    number = str(found).removeprefix(_KIND)
    if str(found).startswith(_KIND) and number.isdecimal() and int(number[:9]) > _VERSION:
        raise EstimatorError(
            f"expected format {FORMAT}, got {found:.40}: it is of a newer Patch Pilot; update"
        )
    raise EstimatorError(f"expected format {FORMAT}, got {found!r:.40}: it is from another program")
