"""All or nothing, and back to the last bit: in peace, with losses, and when one side dies in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from patchpilot.errors import LiveError
from patchpilot.live import journal
from patchpilot.live.transaction import apply
from patchpilot.live.undoing import undo
from patchpilot.live.wire import tell
from patchpilot.tracks.moves import MIXER, RAW, SONG, Move, write_moves
from tests.live.conftest import MOVES, Opened, connected
from tests.live.liveset import Track, demo, effect, switch
from tests.live.standin import StandIn, wait_for


def test_twenty_moves_show_what_they_say_and_are_undone_exactly(opened: Opened, tmp_path: Path) -> None:
    server, live = opened(tick_s=0.1)  # as the real one
    before = server.song.state()
    done = apply(live, MOVES, place=tmp_path)
    shown = {entry.spot.title: entry.after_text for entry in done.journal.entries if not entry.is_side}
    assert len(shown) == 20
    assert shown["Lead, EQ Eight, 3 Frequency A"] == "320 Hz"
    assert shown["Lead, EQ Eight, 3 Filter Type A"] == "Bell"
    assert shown["Lead, Reverb, Decay Time"] == "2.40 s"
    assert shown["Lead, Wavetable, Flt 1 Freq"] == "2.50 kHz"
    assert shown["Drums, Compressor, Threshold"] == "-12.0 dB"
    assert shown["Drums, Delay, L 16th"] == "4"
    assert server.song.track("Pad").mute
    assert server.song.tempo == 140.0
    (report,) = undo(live, place=tmp_path)
    assert (report.restored, report.failed) == (20, [])
    assert server.song.state() == before
    with pytest.raises(LiveError, match="there is nothing to undo"):
        undo(live, place=tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_lost_datagrams_change_nothing(opened: Opened, tmp_path: Path, seed: int) -> None:
    server, live = opened(drop=0.05, seed=seed, timeout_s=0.1)
    before = server.song.state()
    apply(live, MOVES, place=tmp_path)
    assert (
        server.song.track("Lead")
        .device("EQ Eight")["3 Gain A"]
        .str_for_value(server.song.track("Lead").device("EQ Eight")["3 Gain A"].value)
        == "-2.50 dB"
    )
    assert not undo(live, place=tmp_path)[0].failed
    assert server.song.state() == before


def test_a_server_that_repeats_no_number_is_enough(opened: Opened, tmp_path: Path) -> None:
    server, live = opened(echoes=False)
    assert not live.link.marks
    before = server.song.state()
    apply(live, MOVES, place=tmp_path)
    assert server.song.tempo == 140.0
    undo(live, place=tmp_path)
    assert server.song.state() == before


def test_another_controller_that_listens_does_no_harm(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    before = server.song.state()
    eq = [p.name for p in server.song.track("Lead").device("EQ Eight").parameters]
    ids = [(0, 1, eq.index(name)) for name in ("3 Gain A", "3 Frequency A")]
    live.link.tell([tell("/live/device/start_listen/parameter/value", *i) for i in ids])
    live.link.tell([tell("/live/song/start_listen/tempo"), tell("/live/track/start_listen/volume", 3)])
    apply(live, MOVES, place=tmp_path)
    assert server.song.tempo == 140.0
    undo(live, place=tmp_path)
    assert server.song.state() == before


def test_one_move_that_goes_nowhere_stops_all(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    before = server.song.state()
    lost = Move("Lead", "EQ Eight", "3 Wobble A", 1.0)
    with pytest.raises(LiveError, match=r"nothing was turned: 1 of 21 moves.*\n.*no parameter '3 Wobble A'"):
        apply(live, [*MOVES, lost], place=tmp_path)
    assert server.song.state() == before
    assert not any("/set/" in address for address, _ in server.received)
    done = apply(live, [*MOVES, lost], place=tmp_path, partial=True)
    assert [move for move, _ in done.skipped] == [lost]


def test_a_move_that_fails_on_the_way_sets_all_back(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    before = server.song.state()
    with pytest.raises(
        LiveError, match=r"from 1\.00 : 1 to 100 : 1: it cannot show 400.*\nEverything was set back"
    ):
        apply(live, [*MOVES[:13], Move("Drums", "Compressor", "Ratio", 400.0)], place=tmp_path)
    assert server.song.state() == before
    assert not journal.unfinished(tmp_path)


def test_two_moves_of_one_knob_are_refused(opened: Opened, tmp_path: Path) -> None:
    _, live = opened()
    move = Move("Lead", MIXER, "volume", 0.5, RAW)
    with pytest.raises(LiveError, match="two moves turn Lead, volume"):
        apply(live, [move, move], place=tmp_path)


def test_what_live_turns_along_is_set_back_too(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    delay = server.song.track("Drums").device("Delay")
    delay["Link"].value = 1.0
    before = server.song.state()
    done = apply(live, [Move("Drums", "Delay", "L Time", 500.0, "ms")], place=tmp_path)
    assert done.remarks == ("turned along with it, by Live: Drums, Delay, R Time",)
    assert delay["R Time"].value == delay["L Time"].value
    undo(live, place=tmp_path)
    assert server.song.state() == before


def test_undo_takes_the_newest_first_and_all_if_asked(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    before = server.song.state()
    for tempo in (120.0, 130.0, 145.0):
        apply(live, [Move("", SONG, "tempo", tempo, "BPM")], place=tmp_path)
    undo(live, place=tmp_path)
    assert server.song.tempo == 130.0
    assert [report.number for report in undo(live, place=tmp_path, every=True)] == [2, 1]
    assert server.song.state() == before


def test_undo_says_what_somebody_changed_since(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    apply(live, [Move("", SONG, "tempo", 120.0, "BPM")], place=tmp_path)
    server.song.tempo = 99.0
    (report,) = undo(live, place=tmp_path)
    assert report.overwritten == ["tempo: 99"]
    assert server.song.tempo == 138.0


def test_undo_finds_places_by_their_names(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    song = server.song
    apply(live, MOVES, place=tmp_path)
    song.tracks.insert(0, Track("Intro", [effect("EQ Eight")]))
    song.track("Lead").devices.insert(0, effect("Compressor"))
    song.track("Bass").device("Low cut").parameters.insert(1, switch("Oversampling"))  # another version
    assert not undo(live, place=tmp_path)[0].failed
    wanted = demo()
    for name in ("Lead", "Bass", "Drums", "Pad"):
        for device in wanted.track(name).devices:
            found = [d for d in song.track(name).devices if d.name == device.name]
            values = [{p.name: p.value for p in d.parameters} for d in found]
            assert any({p.name: p.value for p in device.parameters}.items() <= v.items() for v in values)
    assert [p.value for p in song.track("Intro").devices[0].parameters] == [
        p.value for p in effect("EQ Eight").parameters
    ]


def test_what_is_gone_is_told_and_stays_to_be_undone(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    before = server.song.state()
    apply(live, MOVES[2:12], place=tmp_path)
    lead = server.song.tracks.pop(0)
    (report,) = undo(live, place=tmp_path)
    assert any("no track 'Lead'" in text for text in report.failed)
    assert report.restored == 3
    assert journal.unfinished(tmp_path)[0].state == "partly"
    server.song.tracks.insert(0, lead)
    assert not undo(live, place=tmp_path)[0].failed
    assert server.song.state() == before


@pytest.mark.parametrize("n", [0, 1, 7, 30, 80])
def test_live_that_is_closed_in_the_middle(tmp_path: Path, n: int) -> None:
    song = demo()
    before = song.state()
    with StandIn(song, tick_s=0.01) as server, connected(server, 0.1, 2) as live:
        _after_setters(server, n, server._stop.set)
        with pytest.raises(
            LiveError, match=r"does not answer(?s:.*)run `patchpilot live undo` \(transaction 1\)"
        ):
            apply(live, MOVES, place=tmp_path)
    with StandIn(song, tick_s=0.01) as again, connected(again) as live:
        with pytest.raises(LiveError, match="transaction 1 was interrupted"):
            apply(live, MOVES, place=tmp_path)
        assert not undo(live, place=tmp_path)[0].failed
        assert song.state() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills with a signal")
@pytest.mark.parametrize("address", ["/live/device/set/parameter/value", "/live/track/set/volume"])
def test_a_process_that_is_killed_in_the_middle(tmp_path: Path, address: str) -> None:
    song = demo()
    before = song.state()
    write_moves(MOVES, tmp_path / "moves.json")
    with StandIn(song, tick_s=0.01) as server:
        run = "from patchpilot.cli import main; main()"
        command = [sys.executable, "-c", run, "live", "apply", str(tmp_path / "moves.json")]
        command += ["--port", str(server.port), "--reply-port", str(server.reply_port)]
        child = subprocess.Popen([*command, "--journal", str(tmp_path / "undo")])
        server.before_message = lambda said, _: (
            os.kill(child.pid, signal.SIGKILL) if said == address else None
        )
        assert child.wait(60) == -signal.SIGKILL
        wait_for(lambda: address != "/live/track/set/volume" or song.track("Pad").volume.value < 0.8)
        server.before_message = lambda _address, _params: None
        assert journal.unfinished(tmp_path / "undo")[0].state == "applying"
        with connected(server) as live:
            assert not undo(live, place=tmp_path / "undo")[0].failed
        assert song.state() == before


def test_an_interrupt_sets_all_back(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, live = opened()
    before = server.song.state()
    told = live.link.tell

    def interrupted(*args: object, **options: object) -> list[str]:
        monkeypatch.undo()
        told(*args, **options)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(live.link, "tell", interrupted)
    with pytest.raises(KeyboardInterrupt):
        apply(live, MOVES, place=tmp_path)
    assert server.song.state() == before
    assert not journal.unfinished(tmp_path)


def test_another_set_that_is_opened_in_the_middle(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    song = server.song
    mine = list(song.tracks)
    before = song.state()

    def another() -> None:
        song.tracks[:] = demo().tracks
        for track in song.tracks:
            track.name += " of another set"

    _after_setters(server, 30, another)
    with pytest.raises(LiveError, match=r"(?s)the set changed|does not take|does not stay"):
        apply(live, MOVES, place=tmp_path)
    assert journal.unfinished(tmp_path)[0].state == "partly"
    song.tracks[:] = mine
    assert not undo(live, place=tmp_path)[0].failed
    assert song.state() == before


def test_a_journal_that_is_damaged_is_named(opened: Opened, tmp_path: Path) -> None:
    _, live = opened()
    (tmp_path / "000001.json").write_text("{}")
    with pytest.raises(LiveError, match=r"the journal .*000001\.json cannot be read"):
        undo(live, place=tmp_path)


def _after_setters(server: StandIn, n: int, do: object) -> None:
    """Have something happen when so many setters arrived."""
    seen = 0

    def before(address: str, _params: object) -> None:
        nonlocal seen
        if "/set/" in address:
            seen += 1
            if seen == n + 1:
                assert callable(do)
                do()

    server.before_message = before


def test_old_journals_go_unless_something_is_left_to_set_back(tmp_path: Path) -> None:
    states: list[journal.State] = ["undone", "applying", "applied", "partly"]
    states += ["undone"] * journal.KEPT
    for state in states:
        journal.write(replace(journal.new(tmp_path), state=state), tmp_path)
    (tmp_path / "000000.json").write_text("torn")
    assert journal.new(tmp_path).number == len(states) + 1
    kept = sorted(int(path.stem) for path in tmp_path.iterdir())
    assert kept == [0, 2, 4, *range(5, len(states) + 1)]
