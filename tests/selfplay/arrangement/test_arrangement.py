"""A song frames each golden moment once, in key, with the energy that was planned."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pytest

from patchpilot.errors import OutputError, ParameterError
from patchpilot.selfplay.arrangement import document
from patchpilot.selfplay.arrangement.form import energy_curve, usual_form
from patchpilot.selfplay.arrangement.measures import measured
from patchpilot.selfplay.arrangement.mixing import mixed
from patchpilot.selfplay.arrangement.planning import arrange, places
from patchpilot.selfplay.arrangement.writing import write_song
from patchpilot.space.key import Key, best_key, fits, shift
from tests.selfplay.arrangement.songs import moments


@pytest.mark.parametrize(("n", "minutes"), [(25, 1.0), pytest.param(100, 4.0, marks=pytest.mark.slow)])
def test_each_moment_is_framed_once(n: int, minutes: float) -> None:
    some = moments(n)
    made = arrange(some, tempo_bpm=128.0, minutes=minutes, seed=3)
    by_name = {moment.name: moment for moment in some}
    assert made.seconds == pytest.approx(60.0 * minutes)
    found = measured(made, by_name, mixed(made, by_name))
    assert (found.framed, found.golden, found.exposed) == (n, n, n)
    assert (found.in_key, found.silent) == (1.0, ())
    assert found.keys_apart <= 1
    assert found.energy >= 0.8
    assert 0.1 < found.peak <= 10 ** (-1 / 20) + 1e-6


def test_the_same_seed_is_the_same_song_and_another_is_another(tmp_path: Path) -> None:
    some = moments(12)
    by_name = {moment.name: moment for moment in some}

    def digests(seed: int, folder: Path) -> dict[str, str]:
        made = arrange(some, minutes=0.5, seed=seed)
        song = mixed(made, by_name)
        write_song(folder, made, by_name, song, measured(made, by_name, song), title="x")
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        }

    one, again, other = (digests(seed, tmp_path / f"{k}") for k, seed in enumerate((1, 1, 2)))
    assert one == again
    assert one["arrangement.toml"] != other["arrangement.toml"]
    assert {"song.wav", "song.dawproject", "measures.json", "stems/drums.wav"} <= set(one)


def test_the_text_says_all_of_it() -> None:
    made = arrange(moments(9), minutes=0.5, seed=4)
    assert document.from_text(document.to_text(made)) == made
    edited = document.to_text(made).replace("framed = true", "framed = true\ngain_db = -6.0", 1)
    assert [clip.gain_db for clip in document.from_text(edited).clips if clip.is_framed].count(-6.0) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tempo = ", "expected TOML"),
        ("tempos = 3", "did you mean 'tempo'"),
        ("tempo = 128.0", "at least one section"),
        ("format = 9", "newer version"),
        ('[[section]]\nname = "a"\nbars = 4\nenergy = [0.1]\nkey = "A minor"', "section 1"),
        ('[[section]]\nname = "a"\nbars = 4\nenergy = [0.1, 0.2]\nkey = "H minor"', '"A minor" or "F# major"'),
        ('[[section]]\nname = "a"\nbars = 4\nenergy = [0.1, 0.2]\nkey = "A minor"\n[[clip]]\nmoment = "x"', "clip 1"),
    ],
)  # fmt: skip
def test_mistakes_in_the_text(text: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        document.from_text(text)


def test_what_is_gone_is_named() -> None:
    some = moments(3, beds=0)
    made = arrange(some, minutes=0.5)
    with pytest.raises(ParameterError, match="take 2, which are not there"):
        mixed(made, {moment.name: moment for moment in some[:2]})
    with pytest.raises(ParameterError, match="golden"):
        arrange(moments(0))
    with pytest.raises(ParameterError, match="do not fit"):
        places(200, 64)


def test_places_are_even_and_apart() -> None:
    starts, length = places(100, 512)
    assert length == 4.0
    assert len(set(starts)) == 100
    assert all(start % 4.0 == 0.0 for start in starts)
    assert max(np.diff(starts)) <= 8.0


def test_keys() -> None:
    a_minor = Key.parse("A minor")
    assert str(a_minor) == "A minor"
    assert a_minor.tones == Key.parse("C major").tones
    assert a_minor.apart(a_minor.fifths(1)) == 1
    assert (shift((60,), a_minor), shift((61,), a_minor)) == (0, -1)
    assert shift((61, 64, 68), a_minor) in (-1, 1)  # C sharp minor to C minor is no, to D minor is yes
    assert fits([61 + shift((61, 64, 68), a_minor)], a_minor)
    assert best_key([(60, 64, 67), (62,), (65,), (69,)]).tones == a_minor.tones


def test_energy_goes_from_one_end_to_the_other() -> None:
    form = usual_form(bars=32, key=Key(9))
    assert sum(section.bars for section in form) == 32
    curve = energy_curve(form)
    assert curve.argmax() > curve.argmin()
    assert [section.name for section in form][0::6] == ["intro", "outro"]


def test_a_dawproject_holds_all_clips_and_their_sounds(tmp_path: Path) -> None:
    some = moments(6)
    by_name = {moment.name: moment for moment in some}
    made = arrange(some, minutes=0.5, seed=1)
    song = mixed(made, by_name)
    said = write_song(tmp_path, made, by_name, song, measured(made, by_name, song))
    assert json.loads((tmp_path / "measures.json").read_text())["framed"] == 6
    with zipfile.ZipFile(str(said["dawproject"])) as archive:
        project = Xml.fromstring(archive.read("project.xml"))
        files = {file.get("path") for file in project.iter("File")}
        assert files == {name for name in archive.namelist() if name.startswith("audio/")}
        clips = {clip.get("name") for clip in project.iter("Clip")}
        assert {moment.name for moment in some if moment.is_golden} <= clips
    ids = [element.get("id") for element in project.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert {lane.get("track") for lane in project.iter("Lanes") if lane.get("track")} <= set(ids)
    names = [element.tag for element in project]
    assert names == ["Application", "Transport", "Structure", "Arrangement"]
    with pytest.raises(OutputError):
        write_song(tmp_path, made, by_name, song, measured(made, by_name, song))
