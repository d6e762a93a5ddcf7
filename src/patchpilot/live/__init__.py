"""Ableton Live, turned from outside and set back: over AbletonOSC, a control surface that answers OSC messages.

    from patchpilot.live.connection import connect
    from patchpilot.live.transaction import apply
    from patchpilot.live.undoing import undo

    with connect() as live:
        done = apply(live, moves)      # snapshot, journal, set, read back; all of it or nothing
        undo(live)                     # as it was; also after a crash in the middle, from the journal

`wire` speaks OSC, `port` is the socket, `link` asks and repeats, `connection` knows what AbletonOSC can do, `session`
is what a set holds, `finding` takes names to places, `display` sets what Live's display shows, `journal`,
`transaction` and `undoing` do and undo, `clips` places notes, `sending` sends matches, `offline` is the written list
for when there is no Live, `spectrum/` listens to a Max for Live device.
"""
