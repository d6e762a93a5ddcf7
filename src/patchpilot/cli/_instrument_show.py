"""`patchpilot instrument show`: what can be turned."""

from __future__ import annotations

import json

import click


@click.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(name: str, as_json: bool) -> None:
    """List the parameters of the instrument NAME ("vital", "plugin:amsynth", "rack:FILE"), and what they show."""
    from patchpilot.instruments.base import instrument

    with instrument(name, workers=1) as synth:
        info = getattr(synth, "info", None)
        texts = {} if info is None else {k.parameter.name: _texts(k.texts, k.unit) for k in info.knobs}
        moving = {} if info is None else {k.parameter.name: k.is_automatable for k in info.knobs}
        rows = [
            {
                "name": p.name,
                "minimum": p.minimum,
                "maximum": p.maximum,
                "default": p.default,
                "text": ", ".join(p.options)
                or texts.get(p.name)
                or f"{p.text(p.minimum)} … {p.text(p.maximum)}",
                "automatable": moving.get(p.name),
            }
            for p in synth.space
        ]
        head = f"{synth.name}: {len(rows)} parameters, {synth.fingerprint}"
        if info is not None:
            head += f", {info.kind}, {info.reproducibility}"
    if as_json:
        click.echo(json.dumps(rows))
        return
    click.echo(head)
    for row in rows:
        click.echo(f"{row['name']:<32} {row['minimum']:g} … {row['maximum']:g}  {row['text']}")


def _texts(texts: tuple[str, ...], unit: str) -> str:
    """What a continuous one shows from end to end."""
    return f"{texts[0]} … {texts[-1]} {unit}".rstrip() if texts and any(texts) else ""
