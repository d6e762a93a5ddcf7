"""`patchpilot play taste`: what is believed of your taste."""

from __future__ import annotations

import dataclasses
import json

import click

from patchpilot.cli._bank import BANK, JSON

_MOST = 128
"""Takes that are looked at for words."""


@click.command("taste")
@BANK
@JSON
def command(place: str | None, as_json: bool) -> None:
    """Say what is believed of your taste after the votes in a bank: "you like: slow attack, wide, dark"."""
    import numpy as np

    from patchpilot.audio.descriptors import described
    from patchpilot.bank.bank import Bank
    from patchpilot.selfplay.preference.from_bank import taste_of
    from patchpilot.selfplay.preference.words import sentence, words

    with Bank.open(place) as bank:
        taste = taste_of(bank)
        numbers = bank.numbers()
        takes = [bank.take(number) for number in numbers[:: max(1, len(numbers) // _MOST)][:_MOST]]
        likes = np.stack([described(take.audio) for take in takes])
        found = words(taste.preference, taste.rows(takes), likes)
    if as_json:
        said = [dataclasses.asdict(word) for word in found]
        click.echo(json.dumps({"votes": len(taste.preference), "words": said}))
        return
    click.echo(sentence(found))
    for word in found:
        click.echo(f"  {word.word:<14} {word.strength:+.2f}  {word.sure:.0%} sure")
