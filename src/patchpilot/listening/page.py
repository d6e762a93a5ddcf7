"""The page that whoever listens opens: one HTML file, with its sounds, that needs nothing else and asks nobody.

It knows codes only; what they stand for is in `test.json`, which stays with the maker. A content security policy
forbids it every connection and every script but its own, whatever a test may be called.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from patchpilot.listening.build import Bundle
from patchpilot.listening.trials import MUSHRA, Trial

if TYPE_CHECKING:
    from jinja2 import Template


def page_html(bundle: Bundle) -> str:
    """The whole page; the same test gives the same bytes."""
    test = bundle.test
    said = {
        "test": test.id,
        "kind": test.kind,
        "no_difference": test.no_difference,
        "trials": [_said(trial) for trial in test.trials],
        "sounds": {code: base64.b64encode(data).decode() for code, data in sorted(bundle.sounds.items())},
    }
    return _template().render(
        name=test.name,
        question=test.question,
        is_mushra=test.kind == MUSHRA,
        no_difference=test.no_difference,
        has_reference=any(trial.reference is not None for trial in test.trials),
        n_trials=len(test.trials),
        # "<" may end the element that holds it
        data=json.dumps(said, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c"),
        style=_text("listen.css"),
        script=_text("listen.js"),
        policy=policy(),
    )


def policy() -> str:
    """What browsers let the page do: run its own script and be read; nothing else, no connection above all."""
    digest = base64.b64encode(hashlib.sha256(_text("listen.js").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _said(trial: Trial) -> dict[str, Any]:
    """A trial by its codes, in an order that says nothing."""
    return {
        "code": trial.code,
        "reference": trial.reference.code if trial.reference is not None else None,
        "stimuli": sorted(one.code for one in trial.stimuli),
    }


def _text(name: str) -> str:
    return files("patchpilot.listening").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(_text("listen.html.j2"))
