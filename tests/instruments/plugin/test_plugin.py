from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.errors import EngineError, PatchError, PluginError
from patchpilot.instruments.base import instrument
from patchpilot.instruments.plugin.plugin import Plugin
from patchpilot.space import Note, Patch, Performance
from patchpilot.space.arc import Arc

NOTES = (Note(60, 0.8, 0.0, 0.2), Note(67, 0.5, 0.1, 0.2))
CHORD = Performance(NOTES, length_s=0.5)


@pytest.fixture(scope="module")
def synth(amsynth: Path) -> Iterator[Plugin]:
    with Plugin(str(amsynth), workers=2) as made:
        yield made


@pytest.fixture(scope="module")
def patch(synth: Plugin) -> Patch:
    values = {"filter_cutoff": 0.6, "osc1_waveform": 4.0, "amp_release": 0.3, "reverb_wet": 0.2}
    return Patch.make(synth.space, values, info={"name": "Mine"})


def test_its_space_is_what_the_plugin_says(synth: Plugin) -> None:
    assert synth.name == synth.space.instrument == "plugin:amsynth_vst.so"
    assert len(synth.space) == 41
    assert synth.space["osc1_waveform"].n_categories == 5
    assert synth.space["filter_cutoff"].default == 1.0
    assert "dawdreamer" in synth.fingerprint


def test_notes_are_played_together_and_exactly_as_long_as_was_asked(synth: Plugin, patch: Patch) -> None:
    alone = [synth.render(patch, dataclasses.replace(CHORD, notes=(note,))).samples for note in NOTES]
    together = synth.render(patch, CHORD)
    assert together.samples.shape == (2, 22050)
    assert together.samples.dtype == np.float32
    first, second = alone
    assert np.array_equal(together.samples[:, :4400], first[:, :4400])
    assert not second[:, :4352].any()  # its first block is the one in which the note begins
    assert np.abs(together.samples[:, 5000:8000] - first[:, 5000:8000]).max() > 0.01


def test_the_same_patch_gives_the_same_bytes_in_any_order_and_process(synth: Plugin, amsynth: Path) -> None:
    patches = [synth.priors["uniform-v1"].draw(synth.space, seed=3, index=k) for k in range(4)]
    pairs = [(p, CHORD) for p in patches]
    first = dict(synth.stream(pairs))
    again = dict(synth.stream(reversed(pairs)))
    with Plugin(str(amsynth), workers=1, fork=False) as other:
        spawned = dict(other.stream(pairs[:1]))
    for k in range(4):
        here, there = first[k], again[3 - k]
        assert not isinstance(here, EngineError)
        assert not isinstance(there, EngineError)
        assert np.array_equal(here.samples, there.samples)
    one, same = spawned[0], first[0]
    assert not isinstance(one, EngineError)
    assert not isinstance(same, EngineError)
    assert np.array_equal(one.samples, same.samples)
    assert len({a.samples.tobytes() for a in first.values() if not isinstance(a, EngineError)}) == 4


def test_engine_seeds_are_other_phases(synth: Plugin, patch: Patch) -> None:
    assert synth.is_random(patch)
    plain, other = (synth.render(patch, CHORD.with_seed(seed)).samples for seed in (0, 1))
    assert not np.array_equal(plain, other)
    assert np.std(other) == pytest.approx(np.std(plain), rel=0.5)
    assert np.array_equal(other, synth.render(patch, CHORD.with_seed(1)).samples)


def test_other_rates_are_in_tune(synth: Plugin, patch: Patch) -> None:
    note = Performance((Note(69, 0.8, 0.0, 1.0),), length_s=1.0, sample_rate=22050)
    heard = synth.render(patch, note).samples
    assert heard.shape == (2, 22050)
    spectrum = np.abs(np.fft.rfft(heard[0]))
    peaks = np.flatnonzero(spectrum > 0.2 * spectrum.max())  # Hz, as it is a second
    assert all(abs(peak / 220 - round(peak / 220)) < 0.03 for peak in peaks)


def test_a_preset_is_readable_and_the_same_patch_again(synth: Plugin, patch: Patch, tmp_path: Path) -> None:
    path = tmp_path / "mine.plugin.json"
    synth.export(patch, path)
    said = json.loads(path.read_text())
    assert said["plugin"]["file"] == "amsynth_vst.so"
    assert said["values"]["amp_release"] == {"value": pytest.approx(0.3), "text": "0.422375 s"}
    assert said["values"]["osc1_waveform"]["text"] == "4"
    assert synth.load(path) == patch
    assert synth.load(path).name == "Mine"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda said: said.update(format="other"), "of format patchpilot-plugin-1"),
        (lambda said: said["plugin"].update(file="zyn.so"), "preset of zyn.so, and this is amsynth_vst.so"),
        (lambda said: said["values"].update(knob={"value": 0.5}), "no parameter 'knob'"),
        (
            lambda said: said["values"]["amp_decay"].update(value=7.0),
            "amp_decay: expected a number from 0 to 1",
        ),
        (lambda said: said["values"]["amp_decay"].update(value=float("nan")), "amp_decay: expected a number"),
        (lambda said: said["values"].update(amp_decay=3), "missing or damaged"),
        (lambda said: said.pop("values"), "missing or damaged: KeyError"),
    ],
)
def test_a_bad_preset_is_told(
    synth: Plugin, patch: Patch, tmp_path: Path, change: Callable[[dict[str, object]], object], message: str
) -> None:
    path = tmp_path / "bad.plugin.json"
    synth.export(patch, path)
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))
    with pytest.raises(PatchError, match=message) as told:
        synth.load(path)
    assert str(told.value).count(str(path)) == 1


@pytest.mark.parametrize("content", [b"", b"not json", b"\xff\xfe\0", b"[]", b"[" * 100_000])
def test_a_file_that_is_no_preset_is_told(synth: Plugin, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.plugin.json"
    path.write_bytes(content)
    for bad in (path, tmp_path, tmp_path / "none"):
        with pytest.raises(PatchError, match="plug-in's preset"):
            synth.load(bad)


def test_an_arc_that_nothing_can_follow_is_told(synth: Plugin, patch: Patch) -> None:
    moved = dataclasses.replace(CHORD, arcs=(Arc("filter_cutoff", ((0.0, 0.2), (1.0, 0.9))),))
    with pytest.raises(EngineError, match="filter_cutoff cannot move within a performance"):
        synth.render(patch, moved)
    unknown = dataclasses.replace(CHORD, arcs=(Arc("cutof", ((0.0, 0.2),)),))
    results = dict(synth.stream([(patch, unknown), (patch, CHORD)]))
    assert isinstance(results[0], EngineError)
    assert not isinstance(results[1], EngineError)  # one bad performance harms no other


def test_knobs_and_edits_are_those_of_the_space(synth: Plugin, patch: Patch) -> None:
    assert set(synth.knobs(patch)) | {e.name.split(":")[0] for e in synth.edits(patch)} == set(
        synth.space.by_name
    )
    (to_sine,) = [e for e in synth.edits(patch) if e.name == "osc1_waveform: 0"]
    assert to_sine.apply(synth.space, patch).values["osc1_waveform"] == 0.0
    assert not [e for e in synth.edits(patch) if e.values == {"osc1_waveform": 4.0}]


def test_it_is_opened_by_its_name_wherever_it_is(synth: Plugin) -> None:
    for name in ("amsynth", "AMSYNTH", "amsynth_vst", "amsynth_vst.so", "amsy"):
        with instrument(f"plugin:{name}", workers=1) as made:
            assert made.space == synth.space


@pytest.mark.usefixtures("synth")
def test_one_that_is_missing_or_none_is_told(tmp_path: Path) -> None:
    text = tmp_path / "text.so"
    text.write_text("text")
    for argument, message in (
        ("amsinth", "did you mean amsynth"),
        ("", "got nothing"),
        (str(tmp_path / "gone.so"), "there is no such file"),
        (str(tmp_path), "got the folder"),
        (str(text), "no program"),
    ):
        with pytest.raises(PluginError, match=message):
            instrument(f"plugin:{argument}")
    with pytest.raises(PluginError, match="say which"):
        instrument("plugin")
    with pytest.raises(PluginError, match="only one such"):
        instrument("vital:loud")
