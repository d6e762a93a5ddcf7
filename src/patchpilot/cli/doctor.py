"""`patchpilot doctor`: which engines, plug-ins and tools are here, and what is missing."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
from pathlib import Path
from typing import Any

import click

_LIBRARIES = ("numpy", "scipy", "soundfile", "soxr", "pyloudnorm", "cma", "faiss-cpu", "onnxruntime", "vita")
_OPTIONAL = ("surge",)
"""Instruments that are programs of their own, which a user has installed or not."""


@click.command("doctor")
@click.option("--experiments", metavar="INSTRUMENT", help="Find out whether this instrument can be learned.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out/experiments"),
    show_default=True,
    help="Folder that the experiments' renders are kept in; a run that was stopped goes on.",
)
@click.option(
    "--sounds",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of real sounds for the experiments.",
)
@click.option("--prior", default="", help="That the experiments draw patches from.")
@click.option("--embedding", default="spectral", show_default=True, help="That the experiments hear with.")
@click.option(
    "--patches",
    type=click.IntRange(20, 1_000_000),
    default=10_000,
    show_default=True,
    help="That the experiments play.",
)
@click.option(
    "--queries",
    type=click.IntRange(5, 100_000),
    default=500,
    show_default=True,
    help="Of the patches, played on other keys and looked up.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    experiments: str | None,
    out: Path,
    sounds: Path | None,
    prior: str,
    embedding: str,
    patches: int,
    queries: int,
    as_json: bool,
) -> None:
    """Check that this machine can match sounds: libraries, engines, folders. Exit code 1 if it cannot.

    With --experiments it plays thousands of patches of an instrument, and says whether its parameters change the
    sound, whether it is stable, whether a patch is found again by its sound, and whether real sounds are met.
    """
    if experiments:
        from patchpilot.cli._experiments import examined

        sys.exit(
            0
            if examined(
                experiments,
                out / experiments.replace("/", "_").replace(":", "_"),
                sounds,
                prior=prior,
                embedding=embedding,
                patches=patches,
                queries=queries,
                as_json=as_json,
            )
            else 1
        )
    checks = [*_libraries(), *_instruments(), *_estimators()]
    if as_json:
        system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        click.echo(json.dumps({"system": system, "checks": checks}))
    else:
        for check in checks:
            click.echo(f"{_state(check):<8}{check['name']:<14}{check['text']}")
    if not all(check["ok"] for check in checks):
        sys.exit(1)


def _state(check: dict[str, Any]) -> str:
    return "absent" if check.get("absent") else "ok" if check["ok"] else "MISSING"


def _libraries() -> list[dict[str, Any]]:
    checks = []
    for name in _LIBRARIES:
        try:
            checks.append({"name": name, "ok": True, "text": importlib.metadata.version(name)})
        except importlib.metadata.PackageNotFoundError:
            checks.append({"name": name, "ok": False, "text": f"run: pip install {name}"})
    return checks


def _instruments() -> list[dict[str, Any]]:
    """Each registered instrument plays one note of its init patch; of a plug-in, say, it is not known which."""
    from patchpilot import registry
    from patchpilot.errors import PluginError
    from patchpilot.instruments.base import needs_argument

    checks = []
    for name in registry.names("instruments"):
        try:
            is_whole = not needs_argument(registry.load("instruments", name))
        except PluginError as error:
            checks.append({"name": name, "ok": False, "text": str(error)})
            continue
        if is_whole:
            checks.append(_instrument(name))
    return checks


def _instrument(name: str) -> dict[str, Any]:
    from patchpilot.errors import PluginError
    from patchpilot.instruments.base import instrument
    from patchpilot.space import Patch, Performance

    try:
        with instrument(name, workers=1) as synth:
            audio = synth.render(Patch.make(synth.space), Performance())
            if not audio.samples.any():
                return {"name": name, "ok": False, "text": "its init patch is silent"}
            text = f"{synth.fingerprint}; {len(synth.space)} parameters; presets in {synth.preset_folder()}"
            return {"name": name, "ok": True, "text": text}
    except PluginError as error:
        # of an instrument that nobody has to have it is no fault that it is not here
        is_optional = name in _OPTIONAL
        return {"name": name, "ok": is_optional, "absent": is_optional, "text": str(error)}
    except Exception as error:  # a stranger's instrument may raise anything, and doctor is there to tell
        return {"name": name, "ok": False, "text": str(error) or type(error).__name__}


def _estimators() -> list[dict[str, Any]]:
    """Each estimator that goes by a name, shipped or the user's."""
    from patchpilot.estimators.places import estimator_folders

    return [{"name": "estimator", **_estimator(folder)} for folder in estimator_folders()]


def _estimator(folder: Path) -> dict[str, Any]:
    from patchpilot.errors import EstimatorError
    from patchpilot.estimators.folder import read_about, read_graphs

    try:
        about = read_about(folder)
        n_bytes = sum(len(graph) for graph in read_graphs(folder, about).values())
    except EstimatorError as error:
        return {"ok": False, "text": str(error)}
    rows = "an unknown number of" if about.n_rows is None else f"{about.n_rows:,}"
    text = (
        f"{folder.name}: {about.head}, of {about.instrument} {about.codec.version}, "
        f"learned from {rows} renders; {n_bytes / 1e6:.1f} MB, in {folder}"
    )
    return {"ok": True, "text": text}
