"""The promise: the same patch, performance and engine seed give the same bytes, wherever and whenever."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.audio import Audio
from patchpilot.engine import Failure, Job
from patchpilot.errors import EngineError, PatchError
from patchpilot.instruments.vital.dice import is_random
from patchpilot.instruments.vital.preset import document
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Note, Patch, Performance, Routing, Space

SHORT = Performance.one_note(48, hold_s=0.3, length_s=0.4)
F32 = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def dice(space: Space) -> Patch:
    """A patch with all of the engine's randomness on: free phases, the noise sample, a random LFO."""
    values = {
        "osc_1_random_phase": 1.0, "osc_1_unison_voices": 5.0, "osc_1_unison_detune": 4.0,
        "osc_2_on": 1.0, "osc_2_random_phase": 0.5, "sample_on": 1.0, "sample_level": 0.5,
        "sample_random_phase": 1.0, "chorus_on": 1.0, "filter_1_on": 1.0, "random_1_frequency": 3.0,
    }  # fmt: skip
    routings = [Routing("random_1", "filter_1_cutoff", 0.6), Routing("random", "osc_1_tune", 0.5)]
    return Patch.make(space, values, routings=routings)


def sound(vital: Vital, patch: Patch, performance: Performance = SHORT) -> F32:
    return vital.render(patch, performance).samples


def sounds(vital: Vital, patches: Iterable[Patch], performance: Performance = SHORT) -> list[bytes]:
    rendered = vital.render_many((patch, performance) for patch in patches)
    return [
        audio.samples.tobytes() if isinstance(audio, Audio) else str(audio).encode() for audio in rendered
    ]


def raw(vital: Vital, preset: str, controls: dict[str, float] | None = None) -> F32 | Failure:
    """What the engine makes of preset text, past our own reading."""
    delta = {"controls": controls or {}, "pitch": 48, "velocity": 0.8, "hold_s": 0.3, "length_s": 0.4}
    base = {"document": preset, "sample_rate": 44100, "engine_seed": 0}
    result = vital._pool.map([Job(base=base, base_key=f"raw {hash(preset)}", delta=("render", delta))])[0]
    assert isinstance(result, np.ndarray | Failure)
    return result


def test_the_init_patch_is_a_saw_at_the_notes_pitch(vital: Vital, space: Space) -> None:
    audio = vital.render(Patch.make(space), Performance.one_note(69, hold_s=1.2, length_s=1.0))
    spectrum = np.abs(np.fft.rfft(audio.mono() * np.hanning(44100)))
    assert (audio.channels, len(audio), audio.sample_rate) == (2, 44100, 44100)
    assert spectrum.argmax() == 440
    assert spectrum[880] / spectrum[440] == pytest.approx(0.5, rel=0.02)


def test_the_same_bytes_whatever_the_order(
    vital: Vital, space: Space, dice: Patch, random_patch: Callable[[int], Patch]
) -> None:
    patches = [Patch.make(space), dice, *(random_patch(seed) for seed in range(4))]
    forwards = sounds(vital, patches)
    backwards = sounds(vital, patches[::-1])[::-1]
    assert forwards == backwards == sounds(vital, patches)
    assert len(set(forwards)) > 3


@pytest.mark.parametrize("fork", [True, False])
def test_the_same_bytes_whatever_the_workers(
    vital: Vital, space: Space, dice: Patch, random_patch: Callable[[int], Patch], fork: bool
) -> None:
    patches = [dice, random_patch(1), dice, Patch.make(space), random_patch(2)]
    with Vital(workers=1, fork=fork) as other:
        assert sounds(other, patches) == sounds(vital, patches)
        assert sounds(other, [dice], SHORT.with_seed(2)) == sounds(vital, [dice], SHORT.with_seed(2))


def test_another_engine_seed_sounds_different_only_where_there_are_dice(
    vital: Vital, space: Space, dice: Patch
) -> None:
    still = Patch.make(space, {"osc_1_random_phase": 0.0, "sample_on": 1.0, "chorus_on": 1.0})
    for patch, is_different in ((dice, True), (still, False)):
        seeds = [sound(vital, patch, SHORT.with_seed(seed)).tobytes() for seed in (0, 1, 2)]
        assert (len(set(seeds)) == 3) is is_different
        assert is_random(space, patch) is is_different


def test_an_asset_is_had_by_its_sha256(vital: Vital, space: Space) -> None:
    assert vital.asset(built_in("Vowels").sha256) == built_in("Vowels")
    assert vital.asset(space.assets["wavetable_1"].sha256) == space.assets["wavetable_1"]
    with pytest.raises(PatchError, match=r"asset 000000000000… is not one that comes with Vital"):
        vital.asset(64 * "0")


def test_a_patch_without_dice_does_not_hear_the_seed(
    vital: Vital, space: Space, random_patch: Callable[[int], Patch]
) -> None:
    still = [_stilled(space, random_patch(seed)) for seed in range(6)]
    assert not any(is_random(space, patch) for patch in still)
    assert sounds(vital, still) == sounds(vital, still, SHORT.with_seed(3))


def _stilled(space: Space, patch: Patch) -> Patch:
    """The patch without its dice; oscillators that are off keep theirs."""
    playing = [i for i in (1, 2, 3) if patch.values.get(f"osc_{i}_on", space[f"osc_{i}_on"].default)]
    values = {"sample_random_phase": 0.0, **{f"osc_{i}_random_phase": 0.0 for i in playing}}
    routings = [r for r in patch.routings if "random" not in r.source + r.destination and r.target is None]
    return patch.changed(space, values, routings=routings)


@pytest.mark.parametrize(
    ("values", "routings"),
    [
        ({"osc_1_random_phase": 0.1}, []),
        ({"osc_3_on": 1.0, "osc_3_random_phase": 1.0}, []),
        ({"sample_on": 1.0, "sample_random_phase": 1.0}, []),
        ({}, [Routing("random", "osc_1_tune", 0.8)]),
        ({}, [Routing("random_2", "osc_1_tune", 0.8)]),
        ({}, [Routing("velocity", "osc_1_random_phase", 0.8)]),
    ],
)
def test_each_kind_of_dice_is_known(
    vital: Vital, space: Space, values: dict[str, float], routings: list[Routing]
) -> None:
    patch = Patch.make(space, {"osc_1_random_phase": 0.0, **values}, routings=routings)
    assert is_random(space, patch)
    assert sound(vital, patch).tobytes() != sound(vital, patch, SHORT.with_seed(1)).tobytes()


@pytest.mark.parametrize("block", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_loading_the_structure_and_setting_the_values_is_loading_it_all(
    vital: Vital, space: Space, random_patch: Callable[[int], Patch], block: int
) -> None:
    patches = [random_patch(seed) for seed in range(100 + 10 * block, 110 + 10 * block)]
    audible = 0
    for patch, ours in zip(patches, sounds(vital, patches), strict=True):
        whole = raw(vital, json.dumps(document(space, patch)))
        assert isinstance(whole, np.ndarray)
        assert whole.tobytes() == ours, patch.canonical
        audible += float(np.abs(whole).max()) > 1e-3
    assert audible > 4


def test_oversampling_takes_effect(vital: Vital, space: Space) -> None:
    values = {"osc_1_random_phase": 0.0, "distortion_on": 1.0, "distortion_drive": 20.0}
    plain, twice = (Patch.make(space, {**values, "oversampling": n}) for n in (0.0, 2.0))
    assert sound(vital, plain).tobytes() != sound(vital, twice).tobytes()


def test_slots_may_be_permuted_without_a_change_of_sound(
    vital: Vital, space: Space, random_patch: Callable[[int], Patch]
) -> None:
    for seed in range(200, 203):
        patch = random_patch(seed)
        order = np.random.default_rng(seed).permutation(len(patch.routings)).tolist()
        place = {old: new for new, old in enumerate(order)}
        moved = [patch.routings[old] for old in order]
        moved = [r if r.target is None else r.retargeted(place.get(r.target, 63)) for r in moved]
        assert sound(vital, patch.changed(space, routings=moved)).tobytes() == sound(vital, patch).tobytes()


def test_two_routings_between_the_same_two_add_up(vital: Vital, space: Space) -> None:
    values = {"filter_1_on": 1.0, "osc_1_random_phase": 0.0}
    once, twice = (
        Patch.make(space, values, routings=[Routing("lfo_1", "filter_1_cutoff", x) for x in amounts])
        for amounts in ([0.75], [0.25, 0.5])
    )
    np.testing.assert_allclose(sound(vital, once), sound(vital, twice), atol=1e-6)


def test_a_remapped_routing_sounds_remapped(vital: Vital, space: Space) -> None:
    flat = json.dumps(
        {"name": "", "num_points": 2, "points": [0, 1, 1, 1], "powers": [0, 0], "smooth": False},
        sort_keys=True,
    )
    values = {"filter_1_on": 1.0, "osc_1_random_phase": 0.0}
    plain, mapped, none = (
        Patch.make(space, values, routings=routings)
        for routings in (
            [Routing("lfo_1", "filter_1_cutoff", 0.5)],
            [Routing("lfo_1", "filter_1_cutoff", 0.5, mapping=flat)],
            [],
        )
    )
    assert np.abs(sound(vital, plain) - sound(vital, mapped)).max() > 0.05
    np.testing.assert_array_equal(sound(vital, mapped), sound(vital, none))


def test_denormal_numbers_of_the_caller_survive_a_render(vital: Vital, space: Space) -> None:
    sound(vital, Patch.make(space))
    tiny = np.full(4, np.finfo(np.float32).smallest_subnormal, np.float32)
    assert (tiny * np.float32(2.0) > 0.0).all()


def test_a_crash_is_one_error_and_the_next_render_works(vital: Vital, space: Space) -> None:
    before = sound(vital, Patch.make(space)).tobytes()
    crash = raw(
        vital, json.dumps(document(space, Patch.make(space))), {"chorus_on": 1.0, "chorus_voices": 99.0}
    )
    assert isinstance(crash, Failure)
    assert crash.stage == "run"
    assert sound(vital, Patch.make(space)).tobytes() == before


def test_a_failed_render_is_an_error_in_its_place(vital: Vital, space: Space) -> None:
    deadly = Patch("vital", {"chorus_on": 1.0, "chorus_voices": 99.0})  # past `make`, which refuses it
    first, second, third = vital.render_many(
        (patch, SHORT) for patch in (Patch.make(space), deadly, Patch.make(space))
    )
    assert isinstance(second, EngineError)
    assert "Vital's engine crashed" in str(second)
    assert isinstance(first, Audio)
    assert isinstance(third, Audio)
    with pytest.raises(EngineError, match=r"crashed .* while rendering note 48"):
        vital.render(deadly, SHORT)


def test_a_stream_draws_what_it_needs_of_an_endless_source(vital: Vital, space: Space) -> None:
    drawn = itertools.count()

    def pairs() -> Iterator[tuple[Patch, Performance]]:
        for i in drawn:
            yield Patch.make(space, {"osc_1_level": 0.5 + 0.4 / (1 + i)}), SHORT

    stream = vital.stream(pairs())
    found = dict(itertools.islice(stream, 4))
    stream.close()  # type: ignore[attr-defined]
    assert len(found) == 4
    assert next(drawn) < 10 * vital._pool.workers + 10
    for i, audio in found.items():
        assert isinstance(audio, Audio)
        alone = Patch.make(space, {"osc_1_level": 0.5 + 0.4 / (1 + i)})
        assert audio.samples.tobytes() == sound(vital, alone).tobytes()


def test_many_structures_in_a_row_sound_as_each_alone(vital: Vital, space: Space) -> None:
    """Where structures come and go, workers treat them in another way."""
    sources = ("lfo_1", "lfo_2", "env_2", "random_1", "velocity", "note")
    targets = ("filter_1_cutoff", "osc_1_level", "osc_1_pan")
    patches = [
        Patch.make(space, {"osc_1_random_phase": 1.0, "filter_1_on": 1.0}, routings=[Routing(a, b, 0.4)])
        for a in sources
        for b in targets
    ]
    low, high = SHORT, Performance.one_note(60, hold_s=0.3, length_s=0.4)
    together = vital.render_many((patch, notes) for patch in patches for notes in (low, high))
    for i in (0, 7, 16, 17):
        for k, notes in enumerate((low, high)):
            audio = together[2 * i + k]
            assert isinstance(audio, Audio)
            assert audio.samples.tobytes() == sound(vital, patches[i], notes).tobytes()


def test_a_preset_the_engine_refuses_is_an_error(vital: Vital) -> None:
    refused = raw(vital, "{}")
    assert isinstance(refused, Failure)
    assert (refused.stage, "refuses this preset" in refused.reason) == ("prepare", True)


def test_notes_are_mixed_at_their_samples(vital: Vital, dice: Patch) -> None:
    notes = (Note(48, 0.8, 0.0, 0.2), Note(55, 0.5, 0.1003, 0.1), Note(48, 0.8, 0.25, 0.1))
    phrase = sound(vital, dice, Performance(notes, length_s=0.6))
    expected = np.zeros((2, 26460), np.float32)
    for note in notes:
        start = round(note.start_s * 44100)
        alone = (Note(note.pitch, note.velocity, 0.0, note.hold_s),)
        expected[:, start:] += sound(vital, dice, Performance(alone, length_s=(26460 - start) / 44100))
    np.testing.assert_array_equal(phrase, expected)


@pytest.mark.parametrize("n_samples", [4409.51, 4410.0, 4410.49])
def test_the_last_sample_is_played_too(vital: Vital, space: Space, n_samples: float) -> None:
    samples = sound(vital, Patch.make(space), Performance.one_note(48, length_s=n_samples / 44100))
    assert samples.shape == (2, 4410)
    assert (samples[:, -1] != 0.0).all()


def test_the_performances_tempo_overrides_the_patchs(vital: Vital, space: Space) -> None:
    values = {"osc_1_random_phase": 0.0, "delay_on": 1.0, "delay_dry_wet": 0.5}  # synced to the tempo
    patch = Patch.make(space, values)
    slow = sound(vital, patch, Performance(SHORT.notes, 1.5, tempo_bpm=60.0))
    fast = sound(vital, patch, Performance(SHORT.notes, 1.5, tempo_bpm=180.0))
    own = sound(vital, patch, Performance(SHORT.notes, 1.5))
    assert np.abs(slow - fast).max() > 0.01
    tempo = Patch.make(space, {**values, "beats_per_minute": 1.0})
    np.testing.assert_array_equal(sound(vital, tempo, Performance(SHORT.notes, 1.5)), slow)
    np.testing.assert_array_equal(own, sound(vital, patch, Performance(SHORT.notes, 1.5, tempo_bpm=120.0)))


@pytest.mark.parametrize("sample_rate", [16000, 48000, 96000])
def test_a_note_has_its_pitch_and_length_at_every_sample_rate(
    vital: Vital, space: Space, sample_rate: int
) -> None:
    audio = vital.render(Patch.make(space), Performance((Note(69, hold_s=1.2),), 1.0, sample_rate))
    assert (audio.sample_rate, len(audio)) == (sample_rate, sample_rate)
    spectrum = np.abs(np.fft.rfft(audio.mono() * np.hanning(sample_rate)))
    assert spectrum.argmax() == 440


def test_every_asset_slot_is_heard(vital: Vital, space: Space) -> None:
    plain = Patch.make(space, {"osc_1_random_phase": 0.0, "sample_on": 1.0})
    assert (
        sound(vital, plain).tobytes()
        != sound(vital, plain.changed(space, assets={"wavetable_1": built_in("PWM")})).tobytes()
    )


def test_the_fingerprint_names_engine_system_and_processor(vital: Vital, space: Space) -> None:
    assert vital.fingerprint.startswith(f"vital {space.version} / ")
    assert vital.fingerprint.count(" / ") == 2


def test_a_stream_may_be_the_first_thing_that_is_asked_for(space: Space) -> None:
    short = Performance.one_note(60, hold_s=0.1, length_s=0.2)
    with Vital(workers=1) as fresh:
        ((_, audio),) = fresh.stream([(Patch.make(space, {"osc_1_level": 0.5}), short)])
    assert isinstance(audio, Audio)
