"""Where estimators are: those that come with Patch Pilot, and the user's own. An estimator is a folder."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from patchpilot.errors import EstimatorError

SHIPPED = Path(__file__).parent / "shipped"
ABOUT = "estimator.json"
"""The file of an estimator's folder that says what it is of."""


def user_folder() -> Path:
    """Where the user's estimators are kept; the environment may name another (PATCHPILOT_ESTIMATORS)."""
    named = os.environ.get("PATCHPILOT_ESTIMATORS")
    return Path(named) if named else platformdirs.user_data_path("patchpilot") / "estimators"


def learned_proxy(instrument: str) -> Path:
    """Where the proxy of an instrument is that was learned from a bank, if one was."""
    return user_folder() / f"{instrument}-proxy".replace("/", "_") / "proxy.safetensors"


def estimator_folders() -> list[Path]:
    """Folders of all estimators that go by a name, the shipped ones first."""
    return [path.parent for place in (SHIPPED, user_folder()) for path in sorted(place.glob(f"*/{ABOUT}"))]


def named(name: str) -> Path | None:
    """The folder of the estimator of a name, None where there is none; the user's goes before a shipped one."""
    return {folder.name: folder for folder in estimator_folders()}.get(name)


def find_for(instrument: str) -> Path:
    """The folder of the estimator that is named as an instrument.

    Raises:
        EstimatorError: there is none.
    """
    found = named(instrument)
    if found is None:
        raise EstimatorError(
            f"no estimator of {instrument} comes with Patch Pilot, and {user_folder() / instrument} holds none; "
            f"train one with `patchpilot train --instrument {instrument}`"
        )
    return found


def find(name: str | Path) -> Path:
    """The folder of an estimator.

    Args:
        name: of an estimator; the user's goes before a shipped one, and both before a folder in the working folder.
            Or a folder.

    Raises:
        EstimatorError: there is none.
    """
    found = named(str(name))
    if found is not None:
        return found
    path = Path(name)
    if len(path.parts) > 1 or path.is_file() or (path / ABOUT).exists():
        return path
    there = ", ".join(dict.fromkeys(folder.name for folder in estimator_folders())) or "none"
    raise EstimatorError(
        f"no estimator {str(name)!r}: none of that name comes with Patch Pilot or is in {user_folder()} "
        f"(there are: {there}), and it is no folder with an {ABOUT}. Train one with `patchpilot train`."
    )
