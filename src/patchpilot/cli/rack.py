"""`patchpilot rack`: modules, and racks that are made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli._options import JSON

if TYPE_CHECKING:
    from patchpilot.modules.base import Module
    from patchpilot.space.assets import Asset
    from patchpilot.space.parameter import Parameter

_ASSETS = {"audio": "a sound", "wavetable": "a wavetable", "lfo": "an LFO shape", "sample": "a sample"}
_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group("rack")
def command() -> None:
    """Look at modules, and at racks that are made of them; play a rack with --instrument rack:FILE."""


@command.command("modules")
@click.argument("names", nargs=-1)
@JSON
def modules_command(names: tuple[str, ...], as_json: bool) -> None:
    """List modules, or say what NAMES hear, give and let you choose."""
    from patchpilot import registry
    from patchpilot.modules.kinds import named

    found = [named(name) for name in names or registry.names("modules")]
    if as_json:
        click.echo(json.dumps([_told(module) for module in found]))
        return
    for module in found:
        if names:
            click.echo(_page(module))
        else:
            click.echo(f"{module.name:<20} {module.summary}")


@command.command("show")
@_FILE
@JSON
def show_command(file: Path, as_json: bool) -> None:
    """Say what a rack is made of, and what can be chosen in it."""
    from patchpilot.instruments.rack.rack import Rack

    with Rack.open(file) as rack:
        if as_json:
            parameters = [_said(parameter) for parameter in rack.space]
            assets = {slot: asset.kind for slot, asset in rack.space.assets.items()}
            said = {"name": rack.name, **rack.graph.to_json(), "parameters": parameters, "assets": assets}
            click.echo(json.dumps(said))
            return
        click.echo(f"rack {rack.name}")
        for name, node in rack.graph.nodes.items():
            click.echo(f"  {name:<20} {node.module.summary}")
        for wire in rack.graph.wires:
            click.echo(f"  {wire.source}.{wire.output} → {wire.target}.{wire.port}")
        click.echo("parameters")
        for parameter in rack.space:
            click.echo(f"  {_line(parameter)}")
        for slot, asset in rack.space.assets.items():
            click.echo(f"  {_slot(slot, asset)}")


@command.command("draw")
@_FILE
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="SVG file; stdout by default."
)
def draw_command(file: Path, out: Path | None) -> None:
    """Draw a rack as SVG."""
    from patchpilot.files import write_text
    from patchpilot.instruments.rack.rack import Rack

    with Rack.open(file) as rack:
        picture = rack.svg()
    if out is None:
        click.echo(picture, nl=False)
    else:
        write_text(out, picture)


def _page(module: Module) -> str:
    from patchpilot.modules.base import assets_of

    lines = [module.name, f"  {module.summary}"]
    for what, ports in (("hears", module.inputs), ("gives", module.outputs)):
        for port in ports:
            kind = "audio" if port.channels == 2 else "control"
            lines.append(f"  {what} {port.name} ({kind}{', optional' if port.is_optional else ''})")
    lines += [
        f"  {_line(parameter)}{', may move' if parameter.name in module.varying else ''}"
        for parameter in module.parameters
    ]
    lines += [f"  {_slot(slot, asset)}" for slot, asset in assets_of(module).items()]
    return "\n".join(lines)


def _line(parameter: Parameter) -> str:
    default = parameter.text(parameter.default)
    if parameter.options:
        return f"{parameter.name:<24} {', '.join(parameter.options)} (default {default})"
    low, high = parameter.text(parameter.minimum), parameter.text(parameter.maximum)
    return f"{parameter.name:<24} {low} to {high} (default {default})"


def _slot(name: str, asset: Asset) -> str:
    return f"{name:<24} a slot for {_ASSETS.get(asset.kind, asset.kind)} of your own"


def _said(parameter: Parameter) -> dict[str, Any]:
    from patchpilot.modules.kinds import parameter_to_json

    said: dict[str, Any] = parameter_to_json(parameter)
    return said


def _told(module: Module) -> dict[str, Any]:
    from patchpilot.modules.base import assets_of

    return {
        "name": module.name,
        "summary": module.summary,
        "inputs": [vars(port) for port in module.inputs],
        "outputs": [vars(port) for port in module.outputs],
        "parameters": [_said(parameter) for parameter in module.parameters],
        "varying": sorted(module.varying),
        "assets": {slot: asset.kind for slot, asset in assets_of(module).items()},
    }
