"""`.vital` files: what we write comes back whole, and what others write is kept whole."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.engine import Job
from patchpilot.errors import OutputError
from patchpilot.instruments.vital.assets import lfo, sample, wavetable
from patchpilot.instruments.vital.preset import document
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Patch, Performance, Routing, Space

SHORT = Performance.one_note(48, hold_s=0.3, length_s=0.4)


@pytest.fixture(scope="module")
def rich(space: Space) -> Patch:
    """A patch with everything in it."""
    values = {
        "osc_1_wave_frame": 100.0, "osc_2_on": 1.0, "sample_on": 1.0, "filter_1_on": 1.0, "delay_on": 1.0,
        "oversampling": 2.0, "osc_1_level": 0.1, "effect_chain_order": 3000.0,
    }  # fmt: skip
    ramp = json.dumps({"num_points": 2, "points": [0, 1, 1, 0.5], "powers": [0, 0], "smooth": False})
    routings = [
        Routing("lfo_1", "filter_1_cutoff", 0.7, power=2.0, bipolar=True, stereo=True),
        Routing("env_2", "osc_1_wave_frame", -0.3, mapping=ramp),
        Routing("random_1", "modulation_1_amount", 0.4),
        Routing("velocity", "modulation_2_power", 0.4, bypass=True),
    ]
    assets = {
        "wavetable_1": built_in("Vowels"),
        "wavetable_3": built_in("PWM"),
        "lfo_1": lfo([(0, 0.1), (0.3, 1), (1, 0.2)], [0.0, 3.5, 0.0], smooth=True),
        "sample": sample(np.sin(np.arange(20000) / 10), 48000),
    }
    info: dict[str, Any] = {
        "name": "Rich",
        "author": "Me",
        "comments": "“è”",
        "style": "Lead",
        "macro2": "WET",
    }
    info |= {"assets": {"wavetable_1": "Vowels", "sample": "Sine", "lfo_1": "Bump"}}
    return Patch.make(space, values, routings=routings, assets=assets, info=info)


def direct(vital: Vital, text: str) -> npt.NDArray[np.float32]:
    """What the engine plays when it is given the file itself."""
    delta = {"controls": {}, "pitch": 48, "velocity": 0.8, "hold_s": 0.3, "length_s": 0.4}
    base = {"document": text, "sample_rate": 44100, "engine_seed": 0}
    result = vital._pool.map([Job(base=base, base_key=f"direct {hash(text)}", delta=("render", delta))])[0]
    assert isinstance(result, np.ndarray), result
    return result


def through_a_file(vital: Vital, patch: Patch, folder: Path) -> tuple[Patch, dict[str, Any]]:
    path = folder / "patch.vital"
    vital.export(patch, path)
    return vital.load(path), json.loads(path.read_text())


def test_what_is_exported_loads_as_the_same_patch(vital: Vital, rich: Patch, tmp_path: Path) -> None:
    again, _ = through_a_file(vital, rich, tmp_path)
    assert again.canonical == rich.canonical
    assert again.sha256 == rich.sha256
    assert again.info["assets"].items() >= rich.info["assets"].items()
    told = {name: text for name, text in rich.info.items() if name != "assets"}
    assert again.info.items() >= told.items()


def test_what_is_exported_sounds_the_same(vital: Vital, rich: Patch, tmp_path: Path) -> None:
    again, preset = through_a_file(vital, rich, tmp_path)
    ours = vital.render(rich, SHORT).samples
    assert np.abs(ours).max() > 0.01
    np.testing.assert_array_equal(vital.render(again, SHORT).samples, ours)
    np.testing.assert_array_equal(direct(vital, json.dumps(preset)), ours)


@pytest.mark.parametrize("seed", range(300, 304))
def test_random_patches_survive_a_file(
    vital: Vital, random_patch: Callable[[int], Patch], tmp_path: Path, seed: int
) -> None:
    patch = random_patch(seed)
    again, preset = through_a_file(vital, patch, tmp_path)
    assert again.canonical == patch.canonical
    np.testing.assert_array_equal(direct(vital, json.dumps(preset)), vital.render(patch, SHORT).samples)


def test_a_preset_says_everything_vital_wants_to_know(
    vital: Vital, space: Space, rich: Patch, tmp_path: Path
) -> None:
    _, preset = through_a_file(vital, rich, tmp_path)
    settings = preset["settings"]
    assert preset["synth_version"] == "1.5.5"
    assert preset["preset_name"] == "Rich"
    assert "99999.9.9" not in json.dumps({**preset, "settings": [settings["wavetables"], settings["lfos"]]})
    assert sum(isinstance(value, int | float) for value in settings.values()) == 772
    assert {p.name for p in space} < set(settings)
    assert [len(settings[key]) for key in ("modulations", "wavetables", "lfos")] == [64, 3, 8]
    assert [table["name"] for table in settings["wavetables"]] == ["Vowels", "Init", "PWM"]
    frames = settings["wavetables"][0]["groups"][0]["components"][0]["keyframes"]
    assert base64.b64decode(frames[1]["wave_data"]) == built_in("Vowels").blobs[1]
    assert settings["sample"]["length"] == 20000
    assert len(base64.b64decode(settings["sample"]["samples"])) == 40000


def test_a_built_in_table_without_a_name_goes_by_its_own(vital: Vital, space: Space, tmp_path: Path) -> None:
    own = wavetable(np.linspace(-1.0, 1.0, 2048)[None])
    patch = Patch.make(space, assets={"wavetable_2": built_in("Bell"), "wavetable_3": own})
    _, preset = through_a_file(vital, patch, tmp_path)
    assert [table["name"] for table in preset["settings"]["wavetables"]] == ["Init", "Bell", "Init"]


def test_all_64_routings_survive(vital: Vital, space: Space, tmp_path: Path) -> None:
    assert space.routing is not None
    rng = np.random.default_rng(0)
    destinations = rng.choice(
        [d for d in space.routing.destinations if "modulation" not in d], 44, replace=False
    )
    routings = [
        Routing("lfo_1", d, x) for d, x in zip(destinations.tolist(), rng.uniform(-1, 1, 44), strict=True)
    ]
    routings += [Routing("env_2", f"modulation_{i}_amount", i / 64) for i in range(45, 65)]
    patch = Patch.make(space, routings=routings)
    again, _ = through_a_file(vital, patch, tmp_path)
    assert len(again.routings) == 64
    assert again.canonical == patch.canonical


def foreign(space: Space) -> dict[str, Any]:
    """A preset as a stranger's Vital may have written it: older, with gaps and things we do not know."""
    routings = [Routing("lfo_1", "filter_1_cutoff", 0.5), Routing("lfo_2", "modulation_1_amount", 0.5)]
    preset: dict[str, Any] = document(space, Patch.make(space, {"filter_1_on": 1.0}, routings=routings))
    settings = preset["settings"]
    line = {
        "name": "Bent",
        "num_points": 2,
        "points": [0.0, 1.0, 1.0, 0.25],
        "powers": [1.5, 0.0],
        "smooth": False,
    }
    settings["modulations"][:8] = [
        {"source": "lfo_1", "destination": "a_knob_of_tomorrow"},
        {"source": "", "destination": ""},
        {"source": "env_2", "destination": "modulation_5_amount"},
        {"source": "", "destination": ""},
        {"source": "lfo_1", "destination": "filter_1_cutoff", "line_mapping": line},
        {"source": "a_source_of_tomorrow", "destination": "volume"},
        {"source": "velocity", "destination": "osc_1_level"},
        {"source": "lfo_3", "destination": "modulation_40_power"},  # an empty slot
    ]
    for i, amount in enumerate([0.9, 0.0, 0.8, 0.0, 0.25, 0.7, -0.5, 0.1], start=1):
        settings[f"modulation_{i}_amount"] = amount
    settings["modulation_5_bipolar"] = 1.0
    settings["osc_2_view_2d"] = 0.0
    del settings["reverb_size"]
    settings["from_the_future"] = {"list": [1, 2.5, "x"]}
    recording = (np.sin(np.arange(4096) / 40) * 20000).astype("<i2")
    file_source = {
        "type": "Audio File Source", "interpolation_style": 1, "audio_sample_rate": 44100,
        "normalize_gain": True, "normalize_mult": False, "window_size": 2048.0,
        "fade_style": 2, "phase_style": 0, "random_seed": 1234567891,
        "keyframes": [{"position": 0, "start_position": 0.0, "window_fade": 1.0, "window_size": 2048.0}],
        "audio_file": base64.b64encode(recording.tobytes()).decode(),
    }  # fmt: skip
    settings["wavetables"][0] = {
        "name": "Recorded", "author": "Somebody", "full_normalize": True, "remove_all_dc": True,
        "version": "1.0.7", "mood": "dark", "groups": [{"components": [file_source]}],
    }  # fmt: skip
    settings["lfos"][0] |= {"name": "Triangle 2", "points": [0.0, 1.0, 0.25, 0.0, 1.0, 1.0]}
    return {**preset, "synth_version": "1.0.7", "preset_name": "Foreign", "author": "Somebody", "rating": 5}


@pytest.fixture(scope="module")
def stranger(
    vital: Vital, space: Space, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Patch, dict[str, Any]]:
    path = tmp_path_factory.mktemp("foreign") / "foreign.vital"
    preset = foreign(space)
    path.write_text(json.dumps(preset))
    return vital.load(path), preset


def test_a_strangers_preset_sounds_as_in_the_engine_itself(
    vital: Vital, stranger: tuple[Patch, dict[str, Any]]
) -> None:
    patch, preset = stranger
    ours = vital.render(patch, SHORT).samples
    assert np.abs(ours).max() > 0.01
    np.testing.assert_array_equal(ours, direct(vital, json.dumps(preset)))


def test_a_strangers_routings_are_all_there(stranger: tuple[Patch, dict[str, Any]]) -> None:
    patch, _ = stranger
    by_source = {routing.source: routing for routing in patch.routings}
    assert set(by_source) == {"env_2", "lfo_1", "velocity", "lfo_3"}
    lfo_1, env_2 = by_source["lfo_1"], by_source["env_2"]
    assert (lfo_1.amount, lfo_1.bipolar, json.loads(lfo_1.mapping)["powers"]) == (0.25, True, [1.5, 0])
    assert env_2.target == patch.routings.index(lfo_1)
    assert by_source["lfo_3"].target == len(patch.routings)


def test_a_strangers_assets_and_names_are_kept(stranger: tuple[Patch, dict[str, Any]]) -> None:
    patch, _ = stranger
    assert set(patch.assets) == {"wavetable_1", "lfo_1"}
    assert patch.assets["wavetable_1"].blobs[0][:2] == b"\x00\x00"
    assert len(patch.assets["wavetable_1"].blobs[0]) == 8192
    assert patch.info["assets"]["wavetable_1"] == "Recorded"
    assert (patch.name, patch.info["author"]) == ("Foreign", "Somebody")


def test_what_we_do_not_know_is_kept(
    vital: Vital, stranger: tuple[Patch, dict[str, Any]], tmp_path: Path
) -> None:
    patch, preset = stranger
    again, written = through_a_file(vital, patch, tmp_path)
    assert again.canonical == patch.canonical
    assert written["rating"] == 5
    assert [written["settings"][f"osc_{i}_view_2d"] for i in (1, 2, 3)] == [1.0, 0.0, 1.0]
    assert written["settings"]["from_the_future"] == preset["settings"]["from_the_future"]
    assert written["settings"]["wavetables"][0]["mood"] == "dark"
    entries = written["settings"]["modulations"]
    for source, amount in (("lfo_1", 0.9), ("a_source_of_tomorrow", 0.7)):
        unknown = [
            i for i, e in enumerate(entries, 1) if e["source"] == source and "cutoff" not in e["destination"]
        ]
        assert written["settings"][f"modulation_{unknown[0]}_amount"] == pytest.approx(amount)
    np.testing.assert_array_equal(direct(vital, json.dumps(written)), vital.render(patch, SHORT).samples)


@pytest.mark.parametrize("version", ["0.5.0", "0.7.6", "0.9.0", "1.5.5", "1.6.0"])
def test_presets_of_every_version_are_read_as_the_engine_reads_them(
    vital: Vital, space: Space, tmp_path: Path, version: str
) -> None:
    values = {"filter_1_on": 1.0, "flanger_on": 1.0, "lfo_1_smooth_mode": 1.0, "osc_1_level": 0.3}
    patch = Patch.make(space, values, routings=[Routing("lfo_1", "filter_1_cutoff", 0.5)])
    path = tmp_path / "old.vital"
    path.write_text(json.dumps({**document(space, patch), "synth_version": version}))
    loaded = vital.load(path)
    np.testing.assert_array_equal(vital.render(loaded, SHORT).samples, direct(vital, path.read_text()))
    again, _ = through_a_file(vital, loaded, tmp_path)
    assert again.canonical == loaded.canonical
    assert (loaded.canonical == patch.canonical) is (version >= "0.9")


def test_spelling_does_not_count(vital: Vital, space: Space, rich: Patch, tmp_path: Path) -> None:
    """Integers for whole numbers, another order of keys, the engine's own version in the tables."""
    preset = json.loads(json.dumps(document(space, rich)), parse_int=float)
    for table in preset["settings"]["wavetables"]:
        table["version"] = "99999.9.9"
    preset["settings"]["sample"] |= {"length": 20000, "sample_rate": 48000}
    path = tmp_path / "spelt.vital"
    path.write_text(json.dumps(dict(reversed(preset.items())), indent=2))
    assert vital.load(path).sha256 == rich.sha256


def test_the_init_preset_of_the_engine_is_the_init_patch(vital: Vital, space: Space, tmp_path: Path) -> None:
    init = json.loads(vital._ask(None, "read"))
    init["settings"]["sample"] = document(space, Patch.make(space))["settings"][
        "sample"
    ]  # other noise each time
    path = tmp_path / "init.vital"
    path.write_text(json.dumps(init))
    assert vital.load(path) == Patch.make(space)


def test_an_export_into_nowhere_says_so(vital: Vital, space: Space, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write .*patch\.vital: its folder does not exist"):
        vital.export(Patch.make(space), tmp_path / "nowhere" / "patch.vital")
