"""`patchpilot render`: a preset in, audio out."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("render")
@click.argument("preset", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--out", type=click.Path(path_type=Path, readable=False), help="WAV file to write; PRESET.wav by default."
)
@click.option("--note", default=60, show_default=True, type=click.IntRange(0, 127), help="MIDI note.")
@click.option(
    "--velocity", default=0.8, show_default=True, type=click.FloatRange(0, 1), help="How hard the key is hit."
)
@click.option("--seconds", default=2.0, show_default=True, type=click.FloatRange(0.01, 120), help="Length.")
@click.option(
    "--hold", type=click.FloatRange(0, 120), help="Seconds the key is held; 3/4 of the length by default."
)
@click.option(
    "--engine-seed", default=0, show_default=True, type=click.IntRange(0, 255), help="Of free phases."
)
@click.option("--instrument", "instrument_name", default="vital", show_default=True, help="What plays it.")
@click.option("--force", is_flag=True, help="Replace an earlier file.")
def command(
    preset: Path,
    out: Path | None,
    note: int,
    velocity: float,
    seconds: float,
    hold: float | None,
    engine_seed: int,
    instrument_name: str,
    force: bool,
) -> None:
    """Play one note of a PRESET and write it as a float32 WAV file."""
    from patchpilot.audio import save
    from patchpilot.errors import OutputError, PatchError
    from patchpilot.files import check_free
    from patchpilot.instruments.base import instrument
    from patchpilot.space import Performance

    if not preset.name:  # "." or "/", which have no other ending
        raise PatchError(f"{preset}: cannot be read as a preset: it is no file")
    place = out or preset.with_suffix(".wav")
    if place.exists() and place.resolve() == preset.resolve():
        raise OutputError(f"{preset} would be overwritten by its own sound: name another file with --out")
    check_free(place, force=force)
    held = seconds * 0.75 if hold is None else hold
    performance = Performance.one_note(note, velocity=velocity, hold_s=held, length_s=seconds)
    with instrument(instrument_name) as synth:
        audio = synth.render(synth.load(preset), performance.with_seed(engine_seed))
    save(audio, place)
    click.echo(click.format_filename(place))
