"""Without Live: a list to work off by hand."""

from __future__ import annotations

from patchpilot.live.offline import limits, written
from patchpilot.tracks.moves import Move


def test_the_list_goes_by_track_and_device() -> None:
    moves = [
        Move("Lead", "EQ Eight", "3 Gain A", -2.5, "dB", 0.0, "too much there", 0.8),
        Move("Bass", "Saturator", "Drive", 6.0, "dB"),
        Move("Lead", "EQ Eight", "3 Filter Type A", option="Bell"),
    ]
    assert written(moves) == (
        "Lead → EQ Eight\n"
        "  1. 3 Gain A: -2.5 dB (now 0 dB)\n"
        "     too much there\n"
        "     confidence 80%\n"
        "  2. 3 Filter Type A: Bell\n"
        "Bass → Saturator\n"
        "  3. Drive: 6 dB"
    )
    assert written([]) == "nothing to turn"


def test_the_limits_are_said() -> None:
    assert "insert, move or replace devices" in limits()
    assert "side chain" in limits()
