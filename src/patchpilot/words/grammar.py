"""Words that join and weigh others: how much, which way, what holds; and sentences that go on from an earlier wish."""

from __future__ import annotations

import re


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


AMOUNTS = {
    "barely": 0.5, "slightly": 0.6, "bit": 0.6, "little": 0.6, "touch": 0.6, "tad": 0.6, "hint": 0.6, "subtly": 0.6,
    "marginally": 0.6, "smidge": 0.6, "somewhat": 0.75, "fairly": 1.0, "rather": 1.0, "quite": 1.0, "noticeably": 1.0,
    "clearly": 1.25, "very": 1.75, "really": 1.75, "lot": 2.0, "lots": 2.0, "much": 2.0, "way": 2.0, "far": 2.0,
    "loads": 2.0, "significantly": 2.0, "considerably": 2.0, "super": 2.0, "twice": 2.0, "tons": 2.5,
    "dramatically": 2.5, "drastically": 2.5, "extremely": 2.5, "massively": 2.5, "hugely": 2.5, "totally": 2.5,
    "tiny": 0.4, "insanely": 3.0, "maximally": 3.0, "possible": 3.0, "completely": 3.0,
}  # fmt: skip
"""What words of amount make of the usual step."""
MORE = _set("more add increase raise boost extra increased push bring up give another additional")
LESS = _set(
    "less reduce decrease lower lose losing remove kill eliminate delete rid fewer cut tame drop "
    "dial turn down without minus take away lessen half"
)
GONE = _set("no without remove kill eliminate delete rid")
"""Of less, what means none at all."""
HOLD = _set("keep hold preserve leave retain maintain keeping holding leaving same unchanged")
HARM = _set(
    "lose losing touch touching change changing affect affecting alter altering hurt hurting harm harming ruin ruining "
    "kill killing move moving"
)
"""What after "not" and "without" asks to hold."""
NOT = _set("not neither nor dont don't never no isn't isnt doesn't doesnt won't shouldn't shouldnt")
SO = _set("so as that")
TOO = _set("too overly")
JOINTS = _set("but and while yet though although with plus also then whilst")
FILLERS = _set(
    "a an the it its it's this that these those one sound sounds sounding patch preset tone timbre please "
    "make making  makes get getting gets be become becoming to of in on for i i'd id would want wanted "
    "wish like you can could  should will my me some even still is are was were has have had there just "
    "do does let lets let's now any at all by  if only here try go going need needs feel feels feeling "
    "seem seems there's thing synth note notes than before from  into them they or that's thats kind sort "
    "something somehow ok okay hey well ever what change changing alone being everything else  overall general"
)
"""What means nothing here."""

REFERENCE = re.compile(
    r"\b(?:(?:more|just|sounds?|sounding|similar|close|closer|near|nearer) )*(?:like|to|as) "
    r"(?:that|the (?:other|reference|target|example)|my reference|reference)(?: (?:one|sound|patch|take|preset))?\b"
)
"""Another sound that somebody speaks of."""

UNDO = (
    "undo", "back", "revert", "go back", "undo that", "undo it", "undo this", "take it back", "take that back",
    "put it back", "step back", "undo again", "undo once more", "undo more",
)  # fmt: skip
AGAIN = (
    "again", "once more", "more", "more of that", "more of it", "one more time", "repeat", "repeat that", "further",
    "same again", "the same again", "keep going", "go on", "do it again", "do that again", "go further",
)  # fmt: skip
FOLLOWED = {" but less": 0.5, " but more": 1.5}
"""What "again" may end with, and what becomes of its amount."""
BACK = ("less", "less of that", "less of it", "too much", "not so much", "not that much", "that was too much")
"""Whole sentences, with words of amount left out of the last two."""
EVEN = _set("a even just please")
"""What they may have besides."""


def core(text: str) -> str:
    """A sentence without its commas and politeness."""
    words = re.sub(r"[^a-z' ]+", " ", text.lower().replace("’", "'")).split()
    return " ".join(word for word in words if word not in EVEN)
