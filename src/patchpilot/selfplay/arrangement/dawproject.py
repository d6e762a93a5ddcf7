"""An arrangement as a DAWproject, which music programs open (Bitwig Studio, Studio One, Cubase): XML in a ZIP.

The format is that of Bitwig's and PreSonus's specification 1.0 (Project.xsd, MetaData.xsd). Framed moments are clips
of their own, so that they can be moved; what lies under them is one clip a track. Notes are on tracks of their own,
muted, for those who play the presets. Equal songs have equal bytes.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as Xml

from patchpilot.audio import Audio, wav_bytes
from patchpilot.files import write_bytes
from patchpilot.selfplay.arrangement.arrangement import Arrangement, Clip
from patchpilot.selfplay.arrangement.form import first_beats
from patchpilot.selfplay.arrangement.mixing import SAMPLE_RATE, Song
from patchpilot.selfplay.arrangement.moment import Moment

VERSION = "1.0"
_TIME = (2020, 1, 1, 0, 0, 0)
"""Of the files in the archive: it must not depend on the day."""


def write(
    path: Path,
    arrangement: Arrangement,
    moments: Mapping[str, Moment],
    song: Song,
    *,
    title: str,
    version: str,
) -> None:
    """Write a `.dawproject`.

    Args:
        path: of the file.
        arrangement: what is heard when.
        moments: by name.
        song: its sound.
        title: of the song.
        version: of Patch Pilot.

    Raises:
        OutputError: the file cannot be written.
    """
    files = {f"audio/{role} bed.wav": sound for role, sound in song.beds.items()}
    names = {}
    for number, (clip, sound) in enumerate(song.framed, start=1):
        names[clip] = f"audio/{number:03d} {_safe(clip.moment)}.wav"
        files[names[clip]] = Audio(sound, SAMPLE_RATE)
    project = _project(arrangement, moments, song, names, version)
    meta = Xml.Element("MetaData")
    Xml.SubElement(meta, "Title").text = title
    Xml.SubElement(meta, "Comment").text = f"Made by Patch Pilot {version}, seed {arrangement.seed}"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("metadata.xml", _bytes(meta)), ("project.xml", _bytes(project))):
            archive.writestr(zipfile.ZipInfo(name, _TIME), data, zipfile.ZIP_DEFLATED)
        for name, audio in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _TIME), wav_bytes(audio), zipfile.ZIP_STORED)
    write_bytes(path, buffer.getvalue())


class _Ids:
    """Names of elements, each once."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def __call__(self) -> str:
        return f"id{next(self._numbers)}"


def _project(
    arrangement: Arrangement,
    moments: Mapping[str, Moment],
    song: Song,
    names: Mapping[Clip, str],
    version: str,
) -> Xml.Element:
    new = _Ids()
    root = Xml.Element("Project", version=VERSION)
    Xml.SubElement(root, "Application", name="Patch Pilot", version=version)
    transport = Xml.SubElement(root, "Transport")
    Xml.SubElement(
        transport, "Tempo", id=new(), name="Tempo", unit="bpm", min="20.0", max="300.0",
        value=f"{arrangement.tempo_bpm:.6f}",
    )  # fmt: skip
    Xml.SubElement(transport, "TimeSignature", id=new(), numerator="4", denominator="4")
    structure = Xml.SubElement(root, "Structure")
    master = new()
    lanes: list[Xml.Element] = []
    for role in song.stems:
        if role in song.beds:
            track = _track(structure, new, f"{role} bed", "audio", master)
            lanes.append(
                _lane(new, track, [_whole(arrangement, song.beds[role], f"audio/{role} bed.wav", new)])
            )
        framed = [(clip, sound) for clip, sound in song.framed if clip.role == role]
        if framed:
            track = _track(structure, new, role, "audio", master)
            lanes.append(
                _lane(
                    new,
                    track,
                    [_piece(arrangement, clip, sound.shape[1], names[clip], new) for clip, sound in framed],
                )
            )
        notes = [clip for clip, _ in framed if moments[clip.moment].pitches]
        if notes:
            track = _track(structure, new, f"{role} notes", "notes", master, is_muted=True)
            lanes.append(_lane(new, track, [_notes(clip, moments[clip.moment], new) for clip in notes]))
    _master(structure, new, master)
    arranged = Xml.SubElement(root, "Arrangement", id=new())
    all_lanes = Xml.SubElement(arranged, "Lanes", id=new(), timeUnit="beats")
    all_lanes.extend(lanes)
    markers = Xml.SubElement(arranged, "Markers", id=new())
    for section, beat in zip(arrangement.sections, first_beats(arrangement.sections), strict=False):
        Xml.SubElement(markers, "Marker", name=f"{section.name} ({section.key})", time=f"{float(beat)}")
    return root


def _track(
    structure: Xml.Element, new: _Ids, name: str, content: str, master: str, *, is_muted: bool = False
) -> str:
    """Adds a track; returns its id."""
    track = Xml.SubElement(structure, "Track", id=new(), name=name, contentType=content, loaded="true")
    channel = Xml.SubElement(
        track, "Channel", id=new(), role="regular", audioChannels="2", destination=master, solo="false"
    )
    _mixer(channel, new, is_muted=is_muted)
    return str(track.get("id"))


def _master(structure: Xml.Element, new: _Ids, master: str) -> None:
    track = Xml.SubElement(
        structure, "Track", id=new(), name="Master", contentType="audio notes", loaded="true"
    )
    channel = Xml.SubElement(track, "Channel", id=master, role="master", audioChannels="2", solo="false")
    _mixer(channel, new, is_muted=False)


def _mixer(channel: Xml.Element, new: _Ids, *, is_muted: bool) -> None:
    Xml.SubElement(channel, "Mute", id=new(), name="Mute", value="true" if is_muted else "false")
    Xml.SubElement(channel, "Pan", id=new(), name="Pan", unit="normalized", min="0.0", max="1.0", value="0.5")
    Xml.SubElement(
        channel, "Volume", id=new(), name="Volume", unit="linear", min="0.0", max="2.0", value="1.0"
    )


def _lane(new: _Ids, track: str, clips: list[Xml.Element]) -> Xml.Element:
    lane = Xml.Element("Lanes", id=new(), track=track)
    Xml.SubElement(lane, "Clips", id=new()).extend(clips)
    return lane


def _whole(arrangement: Arrangement, bed: Audio, name: str, new: _Ids) -> Xml.Element:
    return _audio("bed", 0.0, float(arrangement.beats), len(bed), name, new)


def _piece(arrangement: Arrangement, clip: Clip, n: int, name: str, new: _Ids) -> Xml.Element:
    beats = n / SAMPLE_RATE * arrangement.tempo_bpm / 60.0
    return _audio(clip.moment, clip.beat, beats, n, name, new)


def _audio(what: str, beat: float, beats: float, n: int, name: str, new: _Ids) -> Xml.Element:
    clip = Xml.Element(
        "Clip", name=what, time=f"{beat}", duration=f"{beats:.6f}", contentTimeUnit="seconds", playStart="0.0"
    )
    audio = Xml.SubElement(
        clip, "Audio", id=new(), algorithm="raw", channels="2", sampleRate=f"{SAMPLE_RATE}",
        duration=f"{n / SAMPLE_RATE:.6f}",
    )  # fmt: skip
    Xml.SubElement(audio, "File", path=name)
    return clip


def _notes(clip: Clip, moment: Moment, new: _Ids) -> Xml.Element:
    made = Xml.Element(
        "Clip",
        name=clip.moment,
        time=f"{clip.beat}",
        duration=f"{clip.beats}",
        contentTimeUnit="beats",
        playStart="0.0",
    )
    notes = Xml.SubElement(made, "Notes", id=new())
    for pitch in moment.pitches:
        Xml.SubElement(
            notes, "Note", time="0.0", duration=f"{clip.beats}", channel="0",
            key=f"{max(0, min(127, pitch + clip.semitones))}", vel="0.8", rel="0.0",
        )  # fmt: skip
    return made


def _bytes(root: Xml.Element) -> bytes:
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="UTF-8", xml_declaration=True))


def _safe(name: str) -> str:
    """A name as part of a file's name."""
    return "".join(c if c.isalnum() or c in " -_" else "_" for c in name)[:60].strip() or "moment"
