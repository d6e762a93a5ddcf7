"""What a set holds, in bulk, also where replies are too long; and names across versions."""

from __future__ import annotations

import pytest

from patchpilot.errors import LiveError
from patchpilot.live.finding import find_device, find_parameter, find_track
from patchpilot.live.meters import read_meters
from patchpilot.live.parameters import ParameterState, read_parameters
from patchpilot.live.session import read_session
from tests.live.conftest import Opened
from tests.live.liveset import LiveSet, Track, demo, plugin
from tests.live.standin import MAC_LIMIT


def test_a_set_is_read_in_bulk(opened: Opened) -> None:
    server, live = opened()
    session = read_session(live)
    assert session.version == (12, 4)
    assert session.tempo_bpm == 138.0
    assert session.names == ("Lead", "Bass", "Drums", "Pad")
    assert [(d.name, d.class_name, d.kind) for d in session.tracks[1].devices] == [
        ("Saturator", "Saturator", "effect"),
        ("Low cut", "Eq8", "effect"),
    ]
    assert session.tracks[0].devices[0].kind == "instrument"
    assert session.tracks[0].takes_midi
    assert not session.tracks[2].takes_midi
    server.song.track("Drums").output_meter_level = 0.5
    assert [meter.level for meter in read_meters(live, session, 0.0)] == [0.0, 0.0, 0.5, 0.0]


def test_what_an_abletonosc_can_do_beyond_the_usual_is_asked(opened: Opened) -> None:
    server, live = opened()
    assert not live.extras
    assert any("side chain" in text for text in live.cannot)
    server._handlers["/live/track/insert_device"] = lambda params: params[0]
    del live.__dict__["extras"]
    assert live.extras == ("insert devices",)


def test_a_set_of_many_tracks(opened: Opened) -> None:
    _, live = opened(LiveSet([Track(f"Track {k}") for k in range(120)]))
    assert read_session(live).names[-1] == "Track 119"


@pytest.mark.parametrize("limit", [65_507, MAC_LIMIT])
def test_a_plug_in_with_hundreds_of_parameters(opened: Opened, limit: int) -> None:
    song = LiveSet([Track("Synth", [plugin(605)])])
    _, live = opened(song, limit=limit)
    found = read_parameters(live, [(0, 0)])[0, 0]
    assert len(found) == 605
    assert found[604] == ParameterState(604, "Macro parameter number 604", 0.0, 0.0, 1.0, False)
    assert found[0].is_quantized


def test_an_empty_set(opened: Opened) -> None:
    _, live = opened(LiveSet([]))
    session = read_session(live)
    assert session.tracks == ()
    with pytest.raises(LiveError, match=r"this set has no track 'Lead'. There are: none"):
        find_track(session, "Lead")


def test_tracks_by_name(opened: Opened) -> None:
    server, live = opened()
    server.song.tracks.append(Track("Pad"))
    session = read_session(live)
    assert find_track(session, "lead").index == 0
    assert find_track(session, "#5").name == "Pad"
    with pytest.raises(LiveError, match=r"2 tracks are called 'Pad': say which, by its number \(#4, #5\)"):
        find_track(session, "Pad")
    with pytest.raises(LiveError, match="no track 'Leda'; did you mean 'Lead'"):
        find_track(session, "Leda")
    with pytest.raises(LiveError, match="does not reach the main track"):
        find_track(session, "Master")
    with pytest.raises(LiveError, match="from #1 to #5"):
        find_track(session, "#9")


def test_devices_by_what_anybody_calls_them(opened: Opened) -> None:
    _, live = opened()
    session = read_session(live)
    bass, pad = session.tracks[1], session.tracks[3]
    for name in ("Low cut", "low CUT", "EQ Eight", "Eq8"):
        assert find_device(bass, name).index == 1
    assert find_device(pad, "EQ Eight #2").index == 2
    with pytest.raises(LiveError, match="has 2 of 'EQ Eight': say which, as in 'EQ Eight #2'"):
        find_device(pad, "EQ Eight")
    with pytest.raises(
        LiveError, match=r"no device 'Reverb'; there are: 'Saturator', 'Low cut'.*cannot insert devices"
    ):
        find_device(bass, "Reverb")
    with pytest.raises(LiveError, match="no device 'EQ Eight #3'"):
        find_device(pad, "EQ Eight #3")


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(
    ("track", "device", "name"),
    [
        (0, 0, "Flt 1 Freq"),
        (0, 0, "Filter 1 Freq"),
        (0, 0, "filter 1 frequency"),
        (0, 1, "3 Q A"),
        (0, 1, "3 Resonance A"),
        (0, 2, "Dry Wet"),
        (2, 0, "Output Gain"),
        (2, 0, "Output"),
    ],
)
def test_parameters_by_the_names_of_all_versions(
    opened: Opened, old: bool, track: int, device: int, name: str
) -> None:
    _, live = opened(demo(old=old, version=(11, 3) if old else (12, 4)))
    parameters = read_parameters(live, [(track, device)])[track, device]
    found = find_parameter(parameters, name, "here")
    assert found.name in (
        "Flt 1 Freq",
        "Filter 1 Freq",
        "3 Q A",
        "3 Resonance A",
        "Dry/Wet",
        "Dry Wet",
        "Output",
        "Output Gain",
    )


def test_a_parameter_that_was_renamed_is_named(opened: Opened) -> None:
    _, live = opened()
    parameters = read_parameters(live, [(0, 1)])[0, 1]
    with pytest.raises(LiveError, match=r"has no parameter '3 Gane A'; did you mean '3 Gain A'.*live status"):
        find_parameter(parameters, "3 Gane A", "Lead, EQ Eight")
