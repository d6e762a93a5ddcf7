"""The summary of a dataset as a page for people; `--json` has all of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patchpilot.space.canonical import Json

_BARS = "▁▂▃▄▅▆▇█"
_LABEL, _WIDTH = 13, 112
_TELLING = 12
"""Parameters that are shown where none is named."""
_FEW = 6
_LARGE = 0.01
"""Arrays of less than this part of the file are summed up in one line."""


def page(said: Mapping[str, Json], parameters: Sequence[str] = ()) -> str:
    """What `inspect` prints.

    Args:
        said: of `summary`, with "file" and "bytes", and "damaged" where digests were recomputed.
        parameters: names of those whose distribution is shown; the most telling ones by default.
    """
    lines = {
        "dataset": f"{said['instrument']}, tier {said['tier']}, seed {said['seed']}, "
        + ("sealed" if said["sealed"] else "still being written, or stopped"),
        "content": said["content_hash"],
        "rows": _rows(said),
        "tried": _tried(said),
        "played": _played(said),
        "audio": _audio(said),
        "features": ", ".join(said["features"]),
        "levels": _levels(said["levels"]),
        "duplicates": _duplicates(said["duplicates"]),
        "modulations": _modulations(said["routings"]),
        "made": _made(said),
        "sampler": " / ".join(filter(None, (" ".join(line.split()) for line in said["sampler"]))),
        "intact": _intact(said.get("damaged")),
    }
    text = [f"{said['file']} ({_bytes(said['bytes'])})"]
    text += [_wrapped(name, line) for name, line in lines.items() if line]
    text += ["", *_arrays(said), "", *_parameters(said["parameters"], parameters)]
    return "\n".join(text).rstrip()


def spark(counts: Sequence[int]) -> str:
    """A line of bars, as high as the counts; a space where nothing is."""
    most = max(counts, default=0)
    return "".join(" " if not n else _BARS[min(7, (8 * n - 1) // most)] for n in counts)


def _rows(said: Mapping[str, Json]) -> str:
    sources = _listed((f"{n:,}", source) for source, n in said["sources"].items())
    patches = said["patches"]
    alike = f" ({patches['different']:,} different)" if patches["different"] < patches["kept"] else ""
    return (
        f"{said['rows']:,} of {patches['kept']:,} patches{alike}: {sources}"
        if said["rows"]
        else "none yet; what came back waits in the journal until a batch is whole"
    )


def _tried(said: Mapping[str, Json]) -> str:
    reasons = _listed((f"{n:,}", reason) for reason, n in said["rejected"].items())
    return f"{said['tried']:,} patches, {_percent(said['rejected_share'])} rejected" + (
        f": {reasons}" if reasons else ""
    )


def _played(said: Mapping[str, Json]) -> str:
    notes, velocities = said["notes"], said["velocities"]
    if not notes:
        return ""
    numbers = sorted(map(int, notes))
    if len(numbers) <= _FEW:
        which = "notes " + ", ".join(f"{note} ({notes[str(note)]:,})" for note in numbers)
    else:
        every = [notes.get(str(note), 0) for note in range(numbers[0], numbers[-1] + 1)]
        which = f"notes {numbers[0]} {spark(every)} {numbers[-1]}"
    speeds = f"velocities {velocities['low']:.2f} {spark(velocities['bins'])} {velocities['high']:.2f}"
    hold_s = said["audio"]["hold_s"]
    held = f"{hold_s[0]:g} to {hold_s[1]:g}" if isinstance(hold_s, tuple | list) else f"{hold_s:g}"
    return f"{which}; {speeds}; held {held} s of {said['audio']['length_s']:g} s"


def _audio(said: Mapping[str, Json]) -> str:
    audio = said["audio"]
    if audio["format"] == "none":
        return "none is stored"
    return f"{audio['format']}, {audio['channels']} × {audio['samples']:,} samples at {audio['sample_rate']:,} Hz"


def _levels(levels: Json) -> str:
    if not levels:
        return ""
    rms = levels["rms_db"]
    text = (
        f"RMS {_db(rms['5'])} / {_db(rms['50'])} / {_db(rms['95'])} dB (5 % / half / 95 % are below); "
        f"peak {levels['peak']:.2f}, {_percent(levels['above_full_scale'])} of rows above full scale"
    )
    quiet = levels["near_silent"]
    return f"{text}; {quiet['count']:,} near silence (below {_db(levels['near_silent_db'])} dB){_some(quiet)}"


def _duplicates(found: Mapping[str, Json]) -> str:
    patch, sound = found["equal_patch_and_performance"], found["equal_sound"]
    return f"{patch['count']:,} of equal patch and note{_some(patch)}; {sound['count']:,} of equal sound{_some(sound)}"


def _modulations(found: Json) -> str:
    if not found:
        return ""
    counts = sorted(map(int, found["per_patch"]))
    every = [found["per_patch"].get(str(n), 0) for n in range(counts[0], counts[-1] + 1)] if counts else []
    text = (
        f"{counts[0]} {spark(every)} {counts[-1]} a patch, {found['mean']:.1f} in the mean"
        if counts
        else "none"
    )
    for word, names in (("from", found["sources"]), ("to", found["destinations"])):
        if names:
            text += f"; {word} " + ", ".join(f"{name} {n:,}" for name, n in list(names.items())[:_FEW])
    return text


def _made(said: Mapping[str, Json]) -> str:
    parts = [said["fingerprint"]]
    parts += [f"{name} {_flat(value)}" for name, value in said["provenance"].items()]
    return "; ".join(parts)


def _intact(damaged: Json) -> str:
    if damaged is None:
        return ""
    if not damaged:
        return "yes, all digests are as they were written"
    more = f"; and {len(damaged) - _FEW:,} more" if len(damaged) > _FEW else ""
    return f"NO: {'; '.join(damaged[:_FEW])}{more}"


def _arrays(said: Mapping[str, Json]) -> list[str]:
    """A line for each large array, one for all small ones."""
    arrays = said["arrays"]
    total = sum(array["stored_bytes"] for array in arrays)
    large = [array for array in arrays if array["stored_bytes"] >= _LARGE * total]
    small = [array for array in arrays if array["stored_bytes"] < _LARGE * total]
    lines = [
        f"  {array['name']:<26} {' × '.join(f'{n:,}' for n in array['shape']):<20} {array['dtype']:<9} "
        f"{_bytes(array['stored_bytes']):>9}{_ratio(array)}"
        for array in large
    ]
    if small:
        lines.append(
            f"  {f'{len(small)} small ones':<57} {_bytes(sum(array['stored_bytes'] for array in small)):>9}"
        )
    return lines


def _parameters(found: Mapping[str, Json], names: Sequence[str]) -> list[str]:
    """Distributions of the named parameters, or of that of each module which is turned most often."""
    kinds = [histogram["kind"] for histogram in found.values()]
    still = sum(histogram["at_default"] == 1.0 for histogram in found.values())
    head = (
        f"  {kinds.count('continuous')} continuous and {kinds.count('categorical')} categorical parameters, "
        f"{still} of them never move"
    )
    shown = names or _telling(found)
    return [head, *(f"  {name:<26} {_distribution(found[name])}" for name in shown)]


def _telling(found: Mapping[str, Json]) -> list[str]:
    """The parameter of each module that is turned most often, in the order of the parameters."""
    best: dict[str, str] = {}
    for name, histogram in found.items():
        if histogram["at_default"] is None or histogram["at_default"] == 1.0:
            continue
        module = "_".join(
            part for part in name.split("_")[:2] if len(part) == 1 or part == name.split("_")[0]
        )
        if module not in best or histogram["at_default"] < found[best[module]]["at_default"]:
            best[module] = name
    chosen = set(sorted(best.values(), key=lambda name: found[name]["at_default"])[:_TELLING])
    return [name for name in found if name in chosen]


def _distribution(histogram: Mapping[str, Json]) -> str:
    default = "" if histogram["at_default"] is None else f"{_percent(histogram['at_default']):>7} at default"
    if histogram["kind"] == "continuous":
        return f"{'▕' + spark(histogram['bins']) + '▏':<14}{default}"
    counts = sorted(histogram["counts"].items(), key=lambda item: -item[1])
    more = f", {len(counts) - _FEW} more" if len(counts) > _FEW else ""
    return f"{'':<14}{default}   " + ", ".join(f"{name} {n:,}" for name, n in counts[:_FEW]) + more


def _wrapped(name: str, text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=f"  {name:<{_LABEL}}",
        subsequent_indent=" " * (_LABEL + 2),
        break_on_hyphens=False,
        break_long_words=False,
    )


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{n} {what}" for n, what in pairs)


def _flat(value: Json) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_flat(part)}" for name, part in value.items())
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)


def _some(rows: Mapping[str, Json]) -> str:
    """A few of the rows that are meant."""
    if not rows["count"]:
        return ""
    more = ", …" if rows["count"] > _FEW else ""
    return f" (rows {', '.join(map(str, rows['rows'][:_FEW]))}{more})"


def _ratio(array: Mapping[str, Json]) -> str:
    if array["ratio"] is None or not array["compression"]:
        return ""
    return f"  {array['compression']}, 1 : {array['ratio']:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _db(level: float) -> str:
    return f"{level:.0f}".replace("-", "−")


def _bytes(n: int) -> str:
    size, units = float(n), ["B", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.3g} {units[0]}" if size < 1000 else f"{size:.0f} {units[0]}"
