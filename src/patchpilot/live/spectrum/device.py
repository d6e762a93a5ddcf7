"""The Max for Live device that sends spectra, as files for Max. **Untried**: nobody opened it in Max yet.

An audio effect in three files: the patch, what runs in its `pfft~`, and a script that adds bins up to bands.
"""

from __future__ import annotations

import json
from pathlib import Path

from patchpilot.files import make_folder, write_text
from patchpilot.live.spectrum.bands import CENTRES_HZ, FLOOR_DB, WINDOW
from patchpilot.live.spectrum.protocol import ADDRESS, PORT, VERSION
from patchpilot.space.canonical import Json

PATCH, INNER, SCRIPT = "patchpilot_spectrum.maxpat", "patchpilot_bins.maxpat", "patchpilot_bands.js"
_BUFFER = "patchpilot_power"
_EVERY_MS = 23
_SCRIPT = f"""// Sums the power of the bins in the buffer "{_BUFFER}" to third-octave bands and sends them out.
// Untried in Max. The protocol: {ADDRESS} version sequence sample_rate name level_1 ... level_31
autowatch = 1;
outlets = 1;
var sequence = 0, rate = 44100, name = "track";
var centres = [{", ".join(f"{c:.3f}" for c in CENTRES_HZ)}];
var half = {WINDOW // 2};
// A Hann window's share, so that a sine of full scale sums to 0 dB.
var scale = 4 / ({WINDOW} * {WINDOW} * 0.375);

function samplerate(hz) {{ rate = hz; }}
function called(text) {{ name = "" + text; }}

function bang() {{
    var power = new Buffer("{_BUFFER}").peek(1, 0, half);
    var width = rate / 2 / half, levels = [];
    for (var k = 0; k < centres.length; k++) {{
        var low = centres[k] * Math.pow(2, -1 / 6) / width, high = centres[k] * Math.pow(2, 1 / 6) / width, sum = 0;
        for (var i = Math.max(0, Math.floor(low)); i <= Math.min(half - 1, Math.ceil(high)); i++) {{
            var share = Math.min(i + 0.5, high) - Math.max(i - 0.5, low);
            if (share > 0) sum += power[i] * Math.min(share, 1);
        }}
        levels.push(Math.max({FLOOR_DB:g}, 10 * Math.log(Math.max(sum * scale, 1e-20)) / Math.LN10));
    }}
    outlet(0, ["{ADDRESS}", {VERSION}, sequence, rate, name].concat(levels));
    sequence += 1;
}}
"""


def write(folder: Path) -> list[Path]:
    """Write the three files; raises `OutputError`."""
    make_folder(folder)
    texts = {PATCH: json.dumps(_patch(), indent=1), INNER: json.dumps(_inner(), indent=1), SCRIPT: _SCRIPT}
    for name, text in texts.items():
        write_text(folder / name, text if text.endswith("\n") else text + "\n")
    return [folder / name for name in texts]


def _patch() -> Json:
    boxes = [
        "plugin~",
        "plugout~",
        "+~",
        "*~ 0.5",
        f"pfft~ {INNER.removesuffix('.maxpat')} {WINDOW} 2",
        f"buffer~ {_BUFFER} @samps {WINDOW // 2}",
        "live.thisdevice",
        f"qmetro {_EVERY_MS}",
        f"js {SCRIPT}",
        f"udpsend 127.0.0.1 {PORT}",
        "dspstate~",
        "prepend samplerate",
    ]
    lines = [
        (0, 0, 1, 0),
        (0, 1, 1, 1),
        (0, 0, 2, 0),
        (0, 1, 2, 1),
        (2, 0, 3, 0),
        (3, 0, 4, 0),
        (6, 0, 7, 0),
        (7, 0, 8, 0),
        (8, 0, 9, 0),
        (6, 0, 10, 0),
        (10, 1, 11, 0),
        (11, 0, 8, 0),
    ]
    return _patcher(boxes, lines)


def _inner() -> Json:
    boxes = ["fftin~ 1", "*~", "*~", "+~", f"poke~ {_BUFFER}"]
    lines = [
        (0, 0, 1, 0),
        (0, 0, 1, 1),
        (0, 1, 2, 0),
        (0, 1, 2, 1),
        (1, 0, 3, 0),
        (2, 0, 3, 1),
        (3, 0, 4, 0),
        (0, 2, 4, 1),
    ]
    return _patcher(boxes, lines)


def _patcher(boxes: list[str], lines: list[tuple[int, int, int, int]]) -> Json:
    return {
        "patcher": {
            "fileversion": 1,
            "rect": [100.0, 100.0, 640.0, 480.0],
            "boxes": [
                {
                    "box": {
                        "id": f"obj-{k + 1}",
                        "maxclass": "newobj",
                        "text": text,
                        "patching_rect": [30.0 + 200.0 * (k % 3), 30.0 + 40.0 * k, 180.0, 22.0],
                    }
                }
                for k, text in enumerate(boxes)
            ],
            "lines": [
                {"patchline": {"source": [f"obj-{a + 1}", out], "destination": [f"obj-{b + 1}", into]}}
                for a, out, b, into in lines
            ],
        }
    }
