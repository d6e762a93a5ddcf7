"""The instrument, on a stand-in with the engine's names and pitfalls."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio, listen
from patchpilot.datasets.presets.files import PatchStore, preset_files, preset_folders, read_all
from patchpilot.distance import LogMel
from patchpilot.errors import EngineError, PatchError
from patchpilot.experiment.budget import Budget
from patchpilot.instruments.contract import check_instrument
from patchpilot.instruments.surge import mark
from patchpilot.instruments.surge.document import fxp, natural, table
from patchpilot.instruments.surge.fxp import Fxp
from patchpilot.instruments.surge.reading import patch_of
from patchpilot.instruments.surge.surge import Surge
from patchpilot.matching.match import match
from patchpilot.space import Patch, Performance
from patchpilot.space.arc import Arc
from patchpilot.space.performance import Note
from patchpilot.space.routing import Routing

SHORT = Performance.one_note(57, hold_s=0.2, length_s=0.4)
RETRIGGERED = {"a_osc1_retrigger": 1.0}


def test_it_keeps_the_promises_of_instruments(standin: Surge, tmp_path: Path) -> None:
    check_instrument(standin, tmp_path)


def test_the_space_is_what_the_engine_says(standin: Surge) -> None:
    space = standin.space
    assert space["a_osc1_type"].options == ("Classic", "Sine", "Wavetable", "Audio In")
    assert space["a_filter1_subtype"].ends == (0.0, 2.0)  # a filter's type caps it
    assert (space["a_env1_attack"].curve, space["a_env1_attack"].unit) == ("exponential", "s")
    assert "fx_bypass" not in space.by_name  # no preset keeps it
    assert {"macro_1", "macro_8"} <= set(space.by_name)
    assert space.routing is not None
    assert "a_osc1_pitch" in space.routing.destinations
    assert set(space.views["core"]) <= set(space.by_name)
    assert not any(space[name].is_categorical for name in space.views["core"])


def test_a_type_decides_what_its_parameters_are(standin: Surge) -> None:
    member = standin.catalogue.member
    sine = {"a_osc1_type": 1.0}
    first, second = member("a_osc1_param0", sine), member("a_osc1_param1", sine)
    assert first is not None
    assert (first.kind, first.maximum) == ("int", 2.0)
    assert second is not None
    assert (second.label, second.minimum) == ("Feedback", -1.0)
    assert member("a_osc1_pitch", sine) is None  # it is always the same
    kinds = [member("fx1_p1", {"fx1_type": 2.0, "fx1_p0": place}) for place in (0.0, 1.0)]
    assert [kind.minimum for kind in kinds if kind is not None] == [0.0, -12.0]  # a type within a type


@pytest.mark.parametrize("place", [0.0, 0.2, 0.5, 0.7, 1.0])
def test_places_and_values_are_inverse(standin: Surge, place: float) -> None:
    member = standin.catalogue.member("fx1_p0", {"fx1_type": 1.0})
    assert member is not None
    assert member.place(member.own(place)) == pytest.approx(place)
    assert member.own(0.5) == member.default


def test_a_chosen_type_begins_as_the_engine_lets_it_begin(standin: Surge) -> None:
    patch = Patch.make(standin.space, {"a_osc1_type": 1.0, "fx1_type": 1.0})
    elements = _elements(fxp(standin.catalogue, patch))
    assert elements["fx1_p0"] == {"type": "2", "value": "-2.0", "extend_range": "0"}
    assert float(elements["fx1_p1"]["value"]) == pytest.approx(0.3)
    assert elements["a_osc1_param0"] == {"type": "0", "value": "0"}
    assert "fx2_type" not in elements  # effects that are off are left out, as Surge does


def test_the_engine_reads_what_was_written(standin: Surge, tmp_path: Path) -> None:
    for index in range(6):
        patch = standin.priors["core-v1"].draw(standin.space, 3, index)
        again = _without_note(standin, patch, tmp_path)
        for name in standin.catalogue.ids:
            wanted, _ = natural(standin.catalogue, patch.values, name)
            assert natural(standin.catalogue, again.values, name)[0] == pytest.approx(wanted, abs=1e-5), name
        assert [(r.source, r.destination) for r in again.routings] == [
            (r.source, r.destination) for r in patch.routings
        ]
        assert again.extra == "{}"
        before, after = (standin.render(each, SHORT).samples for each in (patch, again))
        assert np.abs(before - after).max() < 1e-3


def test_what_the_space_does_not_hold_is_kept(standin: Surge, tmp_path: Path) -> None:
    patch = Patch.make(standin.space, RETRIGGERED, info={"name": "Kept", "author": "Somebody"})
    whole = fxp(standin.catalogue, patch)
    xml = whole.xml
    xml = xml.replace(b'<a_osc1_pitch type="2"', b'<a_osc1_pitch type="2" extend_range="1"')
    xml = xml.replace(b"<a_lfo0_rate", b'<a_lfo0_rate temposync="1"')
    xml = xml.replace(b'<a_osc2_pitch type="2" value="0.0"', b'<a_osc2_pitch type="2" value="0.0"')
    xml = xml.replace(b"</patch>", b'<stepsequences><sequence scene="0" s0="0.5" /></stepsequences></patch>')
    xml = xml.replace(b'v="0.0" label="-"', b'v="0.25" label="Wobble"', 1)
    path = tmp_path / "theirs.fxp"
    path.write_bytes(dataclasses.replace(whole, xml=xml).to_bytes())
    loaded = standin.load(path)
    extra = json.loads(loaded.extra)
    assert extra["attributes"] == {"a_lfo0_rate": {"temposync": "1"}, "a_osc1_pitch": {"extend_range": "1"}}
    assert extra["macros"] == {"0": {"label": "Wobble"}}
    assert "sequence" in extra["sections"]["stepsequences"]
    assert loaded.values["macro_1"] == 0.25
    assert (loaded.name, loaded.info["author"]) == ("Kept", "Somebody")
    again = _without_note(standin, loaded, tmp_path)
    assert again == loaded
    assert again.info == loaded.info


def test_modulation_goes_there_and_back(standin: Surge, tmp_path: Path) -> None:
    routing = Routing("ctrl1", "a_osc1_pitch", 0.5)
    patch = Patch.make(standin.space, {**RETRIGGERED, "macro_1": 1.0}, routings=[routing])
    found = _elements(fxp(standin.catalogue, patch), "a_osc1_pitch/modrouting")
    assert found["modrouting"] == {"source": "7", "depth": "7.0", "source_scene": "0"}
    assert _without_note(standin, patch, tmp_path).routings == (routing,)
    still = Patch.make(standin.space, RETRIGGERED, routings=[routing])
    assert not np.array_equal(standin.render(patch, SHORT).samples, standin.render(still, SHORT).samples)


def test_a_routing_of_a_second_output_is_kept_as_it_is(standin: Surge, tmp_path: Path) -> None:
    patch = Patch.make(standin.space, RETRIGGERED, routings=[Routing("lfo1", "a_osc1_pitch", 0.5)])
    whole = fxp(standin.catalogue, patch)
    xml = whole.xml.replace(b'source="17"', b'source="17" source_index="1"')
    path = tmp_path / "second.fxp"
    path.write_bytes(dataclasses.replace(whole, xml=xml).to_bytes())
    loaded = standin.load(path)
    assert loaded.routings == ()
    assert json.loads(loaded.extra)["routings"]["a_osc1_pitch"][0]["source_index"] == "1"
    assert (
        _elements(fxp(standin.catalogue, loaded), "a_osc1_pitch/modrouting")["modrouting"]["source"] == "17"
    )


def test_wavetables_are_assets(standin: Surge, tmp_path: Path) -> None:
    asset = table(b"vawt" + bytes(range(64)))
    patch = Patch.make(standin.space, {"a_osc2_type": 2.0}, assets={"a_osc2_wavetable": asset})
    assert fxp(standin.catalogue, patch).tables == {"a_osc2": b"\0\0\0\0" + bytes(range(64))}
    assert _without_note(standin, patch, tmp_path).assets == {"a_osc2_wavetable": asset}
    assert not standin.is_built_in(asset)
    assert standin.is_built_in(standin.space.assets["a_osc1_wavetable"])


def test_the_note_counts_only_while_nothing_else_was_changed(standin: Surge, tmp_path: Path) -> None:
    patch = standin.priors["core-v1"].draw(standin.space, 0, 1)
    path = tmp_path / "note.fxp"
    standin.export(patch, path)
    whole = Fxp.from_bytes(path.read_bytes())
    assert mark.patch_said(standin.space, whole) == patch
    turned = re.sub(rb'<volume type="2" value="[^"]*"', b'<volume type="2" value="-9.03"', whole.xml)
    assert turned != whole.xml
    changed = dataclasses.replace(whole, xml=turned)
    assert mark.patch_said(standin.space, changed) is None
    path.write_bytes(changed.to_bytes())
    assert standin.load(path).values["volume"] == pytest.approx(-9.03)


def test_chords_are_one_render(standin: Surge) -> None:
    patch = Patch.make(standin.space, RETRIGGERED)

    def played(*notes: Note) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return standin.render(patch, Performance(notes, length_s=0.4)).samples

    low, high = Note(48, 0.8, 0.0, 0.3), Note(60, 0.8, 0.1, 0.2)
    both = played(low, high)
    assert np.allclose(both, played(low) + played(high), atol=1e-6)
    first = np.flatnonzero(played(high)[0])[0]
    assert abs(first - 4410) <= 32  # notes lie on borders of blocks


def test_velocity_is_heard(standin: Surge) -> None:
    patch = Patch.make(standin.space, RETRIGGERED)
    quiet, loud = (
        np.abs(standin.render(patch, Performance.one_note(velocity=v, length_s=0.2)).samples).max()
        for v in (0.25, 1.0)
    )
    assert quiet == pytest.approx(0.25 * loud, rel=0.05)


def test_an_arc_moves_a_parameter(standin: Surge) -> None:
    patch = Patch.make(standin.space, RETRIGGERED)
    steady = Performance.one_note(57, hold_s=1.0, length_s=1.0)
    moving = dataclasses.replace(steady, arcs=(Arc("volume", ((0.0, 0.0), (0.5, -40.0))),))
    still, moved = (standin.render(patch, p).samples[0] for p in (steady, moving))
    n = len(still) // 10
    assert np.abs(moved[:n]).max() > 0.9 * np.abs(still[:n]).max()
    assert np.abs(moved[-n:]).max() < 0.05 * np.abs(still[-n:]).max()
    with pytest.raises(EngineError, match="an arc moves 'a_osc1_type'"):
        standin.render(patch, dataclasses.replace(steady, arcs=(Arc("a_osc1_type", ((0.0, 0.0),)),)))


def test_dice_are_told_and_rolled_by_the_seed(standin: Surge) -> None:
    free = Patch.make(standin.space)
    assert standin.is_random(free)
    one, same, other = (standin.render(free, SHORT.with_seed(k)).samples for k in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not standin.is_random(Patch.make(standin.space, RETRIGGERED))
    for values in ({"a_drift": 0.5}, {"a_mute_noise": 0.0}, {"fx1_type": 2.0}, {"a_mute_o2": 0.0}):
        assert standin.is_random(Patch.make(standin.space, {**RETRIGGERED, **values})), values
    lfo = Patch.make(
        standin.space, {**RETRIGGERED, "a_lfo0_shape": 4.0}, routings=[Routing("lfo1", "a_osc1_pitch", 0.1)]
    )
    assert standin.is_random(lfo)


def test_hardly_any_patch_of_the_prior_draws_from_dice(standin: Surge) -> None:
    prior = standin.priors["core-v1"]
    for patch in (prior.draw(standin.space, 0, index) for index in range(60)):
        is_airwindows = patch.values.get("fx1_type") == 2.0  # which the prior does not draw from Surge itself
        has_voices = patch.values.get("a_osc1_param6", 0.5) > 0.5
        assert standin.is_random(patch) == is_airwindows or has_voices


def test_knobs_are_of_what_sounds(standin: Surge) -> None:
    plain = standin.knobs(Patch.make(standin.space))
    assert "a_osc1_param0" in plain
    assert not {"a_osc2_param0", "a_filter1_cutoff", "a_osc1_param2"} & set(plain)  # voices are no fraction
    opened = Patch.make(
        standin.space,
        {"a_filter1_type": 1.0, "a_mute_o2": 0.0},
        routings=[Routing("lfo1", "a_osc1_pitch", 0.1)],
    )
    more = standin.knobs(opened)
    assert {"a_filter1_cutoff", "a_osc2_pitch", "a_level_o2", "modulation_1_amount", "a_lfo0_rate"} <= set(
        more
    )


def test_edits_change_what_they_say(standin: Surge) -> None:
    patch = Patch.make(standin.space, {"a_osc1_param0": 0.9})
    edits = {edit.name: edit for edit in standin.edits(patch)}
    sine = edits["scene a, oscillator 1: Sine"].apply(standin.space, patch)
    assert sine.values == {"a_osc1_type": 1.0}  # and its parameters begin anew
    opened = edits["scene a, filter 1: LP 12 dB"]
    assert opened.is_neutral
    assert opened.values["a_filter1_cutoff"] == 70.0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "expected an FXP file"),
        (b"CcnK" + bytes(20), "expected an FXP file"),
        (b"text" * 100, "expected an FXP file"),
    ],
)
def test_a_file_that_is_none_is_refused(standin: Surge, tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "bad.fxp"
    path.write_bytes(content)
    with pytest.raises(PatchError, match=told) as raised:
        standin.load(path)
    assert str(path) in str(raised.value)
    with pytest.raises(PatchError, match="it is no file"):
        standin.load(tmp_path)
    with pytest.raises(PatchError, match="No such file"):
        standin.load(tmp_path / "missing.fxp")


def test_a_number_that_is_none_is_refused(standin: Surge) -> None:
    whole = fxp(standin.catalogue, Patch.make(standin.space))
    broken = dataclasses.replace(whole, xml=re.sub(rb'value="-2[^"]*"', b'value="nan"', whole.xml, count=1))
    with pytest.raises(PatchError, match="expected a number, got 'nan'"):
        patch_of(standin.catalogue, broken)
    with pytest.raises(PatchError, match="volume"):
        Patch.make(standin.space, {"volume": float("nan")})


def test_a_rate_that_the_engine_has_not_is_told(standin: Surge) -> None:
    performance = dataclasses.replace(SHORT, sample_rate=8000)
    with pytest.raises(EngineError, match="from 16000 to 96000 Hz, got 8000"):
        standin.render(Patch.make(standin.space), performance)
    other = standin.render(
        Patch.make(standin.space, RETRIGGERED), dataclasses.replace(SHORT, sample_rate=22050)
    )
    assert other.samples.shape == (2, round(0.4 * 22050))


def test_a_tempo_that_presets_cannot_have_is_told(standin: Surge) -> None:
    patch = Patch.make(standin.space)
    assert isinstance(standin.render(patch, dataclasses.replace(SHORT, tempo_bpm=120.0)), Audio)
    with pytest.raises(EngineError, match="120 beats a minute only, got 90"):
        standin.render(patch, dataclasses.replace(SHORT, tempo_bpm=90.0))


def test_its_folders_are_presets_of_datasets(
    standin: Surge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATCHPILOT_SURGE_PRESETS", str(tmp_path))
    standin.export(Patch.make(standin.space, RETRIGGERED), tmp_path / "mine.fxp")
    assert preset_folders(standin) == [tmp_path]
    (found,) = read_all(standin, preset_files([tmp_path], standin.suffix), PatchStore(tmp_path / "store"))
    assert found[2] == Patch.make(standin.space, RETRIGGERED)


def test_it_can_be_matched(standin: Surge) -> None:
    turned = {"a_osc1_param0": 1.0, "a_env1_decay": -4.0, "a_env1_sustain": 0.1}
    wanted = Patch.make(standin.space, {**RETRIGGERED, **turned})
    performance = Performance.one_note(57, hold_s=0.4, length_s=0.6)
    sound = standin.render(wanted, performance)
    target = dataclasses.replace(listen(sound, note=57, whole=True), hold_s=0.4)
    found = match(target, standin, effort="quick", using=("drawn",), refine=Budget(renders=40))
    best = min(found.matches, key=lambda answer: answer.distance["logmel"])
    init = LogMel(sound)(standin.render(Patch.make(standin.space, RETRIGGERED), performance))
    assert best.distance["logmel"] < 0.6 * init


def _without_note(synth: Surge, patch: Patch, folder: Path) -> Patch:
    """What the engine reads of a preset of ours, once it does not say the patch itself."""
    path = folder / "bare.fxp"
    path.write_bytes(fxp(synth.catalogue, patch).to_bytes())
    assert mark.patch_said(synth.space, Fxp.from_bytes(path.read_bytes())) is None
    return synth.load(path)


def _elements(whole: Fxp, below: str = "*") -> dict[str, dict[str, str]]:
    import xml.etree.ElementTree as ET

    return {e.tag: dict(e.attrib) for e in ET.fromstring(whole.xml).findall(f"parameters/{below}")}
