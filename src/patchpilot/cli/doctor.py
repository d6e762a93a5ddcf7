"""`patchpilot doctor`: which engines, plug-ins and tools are here, and what is missing."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
from typing import Any

import click

_LIBRARIES = ("numpy", "scipy", "soundfile", "soxr", "pyloudnorm", "cma", "faiss-cpu", "vita")


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Check that this machine can match sounds: libraries, engines, folders. Exit code 1 if it cannot."""
    checks = [*_libraries(), *_instruments()]
    if as_json:
        system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        click.echo(json.dumps({"system": system, "checks": checks}))
    else:
        for check in checks:
            click.echo(f"{'ok' if check['ok'] else 'MISSING':<8}{check['name']:<14}{check['text']}")
    if not all(check["ok"] for check in checks):
        sys.exit(1)


def _libraries() -> list[dict[str, Any]]:
    checks = []
    for name in _LIBRARIES:
        try:
            checks.append({"name": name, "ok": True, "text": importlib.metadata.version(name)})
        except importlib.metadata.PackageNotFoundError:
            checks.append({"name": name, "ok": False, "text": f"run: pip install {name}"})
    return checks


def _instruments() -> list[dict[str, Any]]:
    """Each registered instrument plays one note of its init patch."""
    from patchpilot import registry

    return [_instrument(name) for name in registry.names("instruments")]


def _instrument(name: str) -> dict[str, Any]:
    from patchpilot.instruments.base import instrument
    from patchpilot.space import Patch, Performance

    try:
        with instrument(name, workers=1) as synth:
            audio = synth.render(Patch.make(synth.space), Performance())
            if not audio.samples.any():
                return {"name": name, "ok": False, "text": "its init patch is silent"}
            text = f"{synth.fingerprint}; {len(synth.space)} parameters; presets in {synth.preset_folder()}"
            return {"name": name, "ok": True, "text": text}
    except Exception as error:  # a stranger's instrument may raise anything, and doctor is there to tell
        return {"name": name, "ok": False, "text": str(error) or type(error).__name__}
