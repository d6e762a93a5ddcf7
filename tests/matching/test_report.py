from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from patchpilot.audio import Audio, Target, loudness_lufs, peak, pictures
from patchpilot.instruments.take import Origin, Take
from patchpilot.matching.knobs import modulations, modules, settings
from patchpilot.matching.report import equally_loud, facts, pitch_words, report_html
from patchpilot.matching.result import Match, MatchResult
from patchpilot.space import Asset, Note, Parameter, Patch, Performance, Routing, RoutingSpace, Space

RATE = 44100
NASTY = '"><script>alert(1)</script>&<img src=x onerror=alert(2)>'
VOID = {"meta", "link", "img", "input", "br", "hr"}
FIELDS = tuple(
    Parameter(f"modulation_1_{name}", -1.0, 1.0, 0.0, is_categorical=False)
    for name in ("amount", "power", "bipolar", "stereo", "bypass")
)
OFF_ON = ("Off", "On")


def option(name: str, group: str, *options: str) -> Parameter:
    return Parameter(name, 0.0, len(options) - 1.0, 0.0, is_categorical=True, options=options, group=group)


SPACE = Space(
    instrument="vital",
    version="1",
    parameters=(
        Parameter(
            "env_1_attack", 0.0, 2.0, 0.15, is_categorical=False, curve="quartic", unit="s", group="env_1"
        ),
        Parameter(
            "filter_1_cutoff", 8.0, 136.0, 60.0, is_categorical=False, unit="semitones", group="filter_1"
        ),
        option("filter_1_on", "filter_1", *OFF_ON),
        Parameter("lfo_1_frequency", -7.0, 9.0, 1.0, False, curve="exponential", unit="Hz", group="lfo_1"),
        option("lfo_1_sync", "lfo_1", "Seconds", "Tempo"),
        option("lfo_1_tempo", "lfo_1", "1/1", "1/2", "1/4"),
        Parameter("osc_1_level", 0.0, 1.0, 0.5, is_categorical=False, group="osc_1"),
        Parameter("osc_1_on", 0.0, 1.0, 1.0, is_categorical=True, options=OFF_ON, group="osc_1"),
        Parameter("osc_1_pan", -1.0, 1.0, 0.0, False, unit="%", multiply=100.0, group="osc_1"),
    ),
    routing=RoutingSpace(
        ("lfo_1", "velocity"), ("filter_1_cutoff", "modulation_1_amount", "osc_1_pan"), 8, FIELDS
    ),
    assets={"wavetable_1": Asset("wavetable", "{}")},
)


def tone(hz: float, seconds: float, level: float = 0.3, *, rate: int = RATE) -> Audio:
    t = np.arange(round(seconds * rate)) / rate
    return Audio((level * np.exp(-3 * t) * np.sin(2 * np.pi * hz * t)).astype(np.float32), rate)


def steady(hz: float, seconds: float, level: float = 0.5) -> Audio:
    return Audio((level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)), RATE)


TARGET = Target(
    audio=tone(131.1, 0.5),
    source=Path(f"folder/{NASTY}.wav"),
    note=48,
    f0_hz=131.1,
    confidence=0.99,
    tuning_cents=4.0,
    velocity=0.8,
    loudness_lufs=-19.3,
    peak=0.3,
    hold_s=0.4,
    length_s=0.5,
    notes=("only the first sound of 3 was used", NASTY),
)


def make_patch(rank: int) -> Patch:
    return Patch.make(
        SPACE,
        {"osc_1_level": 0.1 * rank, "osc_1_pan": -0.25, "filter_1_on": 1.0, "lfo_1_frequency": 2.0},
        routings=[Routing("lfo_1", "filter_1_cutoff", 1.0)],
        assets={"wavetable_1": Asset("wavetable", '{"own":1}')} if rank == 1 else {},
        info={"name": NASTY},
    )


def make_result(n: int = 2) -> MatchResult:
    performance = Performance(notes=(Note(48, 0.8, 0.0, 0.4),), length_s=0.7)
    matches = tuple(
        Match(
            rank=rank,
            take=Take(
                make_patch(rank),
                performance,
                tone(131 + rank, 0.7, 0.1 * rank),
                "x",
                Origin("resynthesis", NASTY),
            ),
            distance={"logmel": 0.2 * rank, "rms_cosine": 0.3 * rank},
            knobs_only=rank == 2,
            remarks=(NASTY,),
        )
        for rank in range(1, n + 1)
    )
    rows = {"silence": {"logmel": 3.5, "rms_cosine": 0.0}, "init patch": {"logmel": 1.6}}
    return MatchResult(TARGET, performance, "vital", matches, rows, 1.8, ("all well",))


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(make_result(), SPACE)


class Tree(HTMLParser):
    """Checks that tags are balanced, and remembers them with their attributes and the text of table rows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def pngs(page: str) -> list[Image.Image]:
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in found]


def test_tags_are_balanced_and_ids_unique(page: str) -> None:
    tree = Tree(page)
    ids = [a["id"] for _, a in tree.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["aria-labelledby"] for _, a in tree.tags if "aria-labelledby" in a} <= set(ids)


def test_nothing_outside_the_page_is_asked_for(page: str) -> None:
    assert not re.search(
        r"https?:|//[a-z]|@import|url\(", re.sub(r"base64,[^\"]+|^\s*//.*$", "", page, flags=re.M)
    )
    for tag, attributes in Tree(page).tags:
        for name in ("src", "href", "srcset", "action"):
            if (value := attributes.get(name)) is not None:
                local = re.fullmatch(r"(#|data:).*|\d+\.(vital|wav)|target\.wav", value, re.S)
                assert local, (tag, value)


def test_policy_forbids_all_but_its_own_script(page: str) -> None:
    script = re.search(r"<script>(.*)</script>", page, re.S)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; script-src "
    assert f"{policy}'sha256-{digest}'" in page


def test_names_are_escaped(page: str) -> None:
    tree = Tree(page)
    assert len(tree.all("script")) == 1
    assert all("onerror" not in attributes for _, attributes in tree.tags)
    assert tree.text.count(NASTY) >= 6


def test_every_sound_has_player_picture_and_files(page: str) -> None:
    tree = Tree(page)
    assert [a["aria-label"] for a in tree.all("audio")] == ["your sound", "match 1", "match 2"]
    assert all((a["src"] or "").startswith("data:audio/flac;base64,ZkxhQ") for a in tree.all("audio"))
    alts = [a["alt"] or "" for a in tree.all("img")]
    assert [alt.split(":")[0] for alt in alts] == [
        f"Spectrogram of {x}" for x in ("your sound", "match 1", "match 2")
    ]
    links = {a["href"] for a in tree.all("a")}
    assert {"target.wav", "1.vital", "1.wav", "2.vital", "2.wav"} <= links


def test_pictures_share_size_and_time_axis(page: str) -> None:
    images = pngs(page)
    assert len(images) == 3
    assert {image.size for image in images} == {(pictures.Frame(1).width, pictures.Frame(1).height)}
    assert Tree(page).all("main")[0]["data-length-s"] == "0.700000"
    axes = re.findall(r'<div class="seconds".*?</div>', page, re.S)
    assert len(axes) == 3
    assert len(set(axes)) == 1


def test_complete_list_of_parameters(page: str) -> None:
    names = {s.name for s in settings(make_patch(1), SPACE)}
    rows = [row for row in Tree(page).rows if row and row[0] in names]
    assert len(names) == len(SPACE) + 5
    assert len(rows) == 2 * len(names)
    listed = {row[0]: row[1:] for row in rows[: len(names)]}
    assert listed["osc_1_pan"] == ["0.3750", "-0.25", "", "-25 %"]
    assert listed["filter_1_cutoff"] == ["0.4062", "60", "semitones", "60 semitones"]
    assert listed["lfo_1_frequency"] == ["0.5625", "2", "log2 Hz", "4 Hz"]
    assert listed["modulation_1_amount"] == ["1.0000", "1", "", "1"]


def test_table_of_metrics_has_all_rows(page: str) -> None:
    rows = {row[0]: row[1:] for row in Tree(page).rows if row}
    assert rows["Match 2"] == ["0.4", "0.6"]
    assert rows["silence"] == ["3.5", "0"]
    assert rows["init patch"] == ["1.6", "–"]


def test_the_closest_of_each_column_is_marked(page: str) -> None:
    """Low is close for a distance, high for a likeness."""
    assert re.findall(r"<td><strong>([^<]+)</strong></td>", page) == ["0.2", "0.6"]


def test_same_result_same_bytes(page: str) -> None:
    assert report_html(make_result(), SPACE) == page


def test_no_matches_is_a_page_too() -> None:
    Tree(report_html(make_result(0), SPACE))


def test_size_of_a_two_second_sound() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 2 * RATE)) * np.exp(-np.arange(2 * RATE) / RATE)
    result = dataclasses.replace(make_result(5), target=dataclasses.replace(TARGET, audio=Audio(noise, RATE)))
    assert len(report_html(result, SPACE)) < 3e6


def test_headline_in_words() -> None:
    assert facts(TARGET) == ("C3, 131.1 Hz, 4 cents sharp", "0.50 s long", "−19.3 LUFS")
    assert pitch_words(dataclasses.replace(TARGET, f0_hz=None, note=60)) == "no clear pitch, played as C4"
    assert pitch_words(dataclasses.replace(TARGET, note=60)) == "C4 as you asked, heard as C3, 131.1 Hz"
    assert pitch_words(dataclasses.replace(TARGET, f0_hz=130.81)) == "C3, 130.8 Hz, in tune"
    assert pitch_words(dataclasses.replace(TARGET, f0_hz=130.74)) == "C3, 130.7 Hz, 1 cent flat"


def test_sounds_are_brought_to_one_loudness_without_clipping() -> None:
    equal = equally_loud([tone(200, 1.0, 0.01), tone(300, 1.0, 1.8), steady(1000, 1.0)])
    levels = [loudness_lufs(sound) for sound in equal]
    assert np.ptp(levels) < 0.1
    assert max(levels) <= -15.9
    assert max(map(peak, equal)) <= 0.9


def test_silence_stays_silent_beside_others() -> None:
    silent, loud = equally_loud([Audio(np.zeros(RATE, np.float32), RATE), steady(400, 0.5)])
    assert peak(silent) == 0
    assert peak(loud) > 0.05


def test_knobs_are_what_differs_and_is_heard() -> None:
    shown = {m.title: {k.label: k.text for k in m.knobs} for m in modules(make_patch(2), SPACE)}
    assert shown == {
        "Oscillator 1": {"Level": "0.2", "Pan": "-25 %"},
        "Filter 1": {},
        "LFO 1": {"Frequency": "4 Hz"},
    }
    pan = modules(make_patch(2), SPACE)[0].knobs[1]
    assert (pan.origin, pan.norm, pan.init_text, pan.modulated) == (0.5, 0.375, "0 %", False)


def test_knobs_of_a_module_that_is_off_are_left_out() -> None:
    off = Patch.make(SPACE, {"filter_1_cutoff": 90.0, "lfo_1_frequency": 2.0, "env_1_attack": 0.5})
    assert [m.title for m in modules(off, SPACE)] == ["Envelope 1"]


def test_free_running_shows_frequency_and_synced_shows_tempo() -> None:
    route = [Routing("lfo_1", "osc_1_pan", 0.5)]
    both = {"lfo_1_frequency": 2.0, "lfo_1_tempo": 2.0}
    synced = Patch.make(SPACE, {**both, "lfo_1_sync": 1.0}, routings=route)
    assert [k.label for k in modules(Patch.make(SPACE, both, routings=route), SPACE)[0].knobs] == [
        "Frequency"
    ]
    assert [k.label for k in modules(synced, SPACE)[0].knobs] == ["Sync", "Tempo"]


def test_modulations_are_sentences() -> None:
    routings = [
        Routing("lfo_1", "filter_1_cutoff", 1.0),
        Routing("velocity", "modulation_1_amount", -0.25, power=2.0, bipolar=True, bypass=True),
    ]
    assert modulations(Patch.make(SPACE, routings=routings)) == (
        "LFO 1 → Filter 1 cutoff, 100 %",
        "Velocity → amount of modulation 1, −25 %, to both sides, curve 2, switched off",
    )
