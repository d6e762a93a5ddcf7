"""Sentences mean what people mean by them, and what nobody knows is named."""

from __future__ import annotations

import re

import pytest

from patchpilot.errors import ParameterError
from patchpilot.words import Wish, understand, vocabulary
from patchpilot.words.features import BY_NAME
from patchpilot.words.vocabulary import WORDS, comparatives, forms


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("darker", {"brightness": -4.0}),
        ("Make it darker!", {"brightness": -4.0}),
        ("could you make this sound a bit brighter please?", {"brightness": 2.4}),
        ("way less harsh", {"presence": -8.0}),
        ("not so harsh", {"presence": -4.0}),
        ("it's too bright", {"brightness": -4.0}),
        ("a little too dark", {"brightness": 2.4}),
        ("not bright enough", {"brightness": 4.0}),
        ("less reverb-like", {"tail": -4.0}),
        ("no noise", {"noise": -8.0}),
        ("darker, a lot", {"brightness": -8.0}),
        ("as dark as possible", {"brightness": -12.0}),
        ("still darker", {"brightness": -4.0}),
        ("far wider", {"width": 8.0}),
        ("softer attack", {"attack": 4.0}),
        ("make the attack sharper", {"attack": -4.0}),
        ("the attack should be a bit faster", {"attack": -2.4}),
        ("longer release", {"tail": 4.0}),
        ("darker but more movement", {"brightness": -4.0, "movement": 4.0}),
        ("more movement and width", {"movement": 4.0, "width": 4.0}),
        ("less noise and reverb", {"noise": -4.0, "tail": -4.0}),
        ("less bass more treble", {"low": -4.0, "brightness": 4.0}),
        ("warmer and brighter", {"low": 3.0, "brightness": 4.0}),
        ("buzzier", {"roughness": 4.0, "brightness": 3.0}),
        ("kill the reverb", {"tail": -8.0}),
        ("get rid of the harshness", {"presence": -8.0}),
        ("half as wide", {"width": -4.0}),
        ("it's too dark and boomy", {"brightness": 4.0, "low": -4.0}),
        ("not so harsh and noisy", {"presence": -4.0, "noise": -4.0}),
        ("a touch darker", {"brightness": -2.4}),
        ("make it huge", {"width": 3.0, "low": 3.0}),
    ],
)
def test_a_sentence_is_changes_of_features(text: str, changes: dict[str, float]) -> None:
    wish = understand(text)
    assert (wish.act, dict(wish.changes), wish.holds) == ("move", changes, ())


@pytest.mark.parametrize(
    ("text", "changes", "holds"),
    [
        ("darker but keep the attack", {"brightness": -4.0}, ("attack",)),
        ("keep the attack and the width but darker", {"brightness": -4.0}, ("attack", "width")),
        ("darker but don't make it thinner", {"brightness": -4.0}, ("low",)),
        ("wider without making it brighter", {"width": 4.0}, ("brightness",)),
        ("noisier but no brighter", {"noise": 4.0}, ("brightness",)),
        ("darker, it is wide enough", {"brightness": -4.0}, ("width",)),
        ("warmer but keep the bass", {"brightness": -3.0}, ("low",)),
        ("don't touch the attack, darker", {"brightness": -4.0}, ("attack",)),
        ("darker without losing the punch", {"brightness": -4.0}, ("punch",)),
        ("wider, but do not change the noise", {"width": 4.0}, ("noise",)),
    ],
)
def test_what_is_to_stay_is_held(text: str, changes: dict[str, float], holds: tuple[str, ...]) -> None:
    wish = understand(text)
    assert (dict(wish.changes), wish.holds) == (changes, holds)


@pytest.mark.parametrize(
    ("text", "act", "amount"),
    [
        ("undo", "undo", 1.0),
        ("take that back", "undo", 1.0),
        ("again", "again", 1.0),
        ("more", "again", 1.0),
        ("a bit more, please", "again", 0.6),
        ("much more", "again", 2.0),
        ("less of that", "again", -0.5),
        ("too much", "again", -0.5),
        ("a bit less", "again", -0.3),
        ("again but less", "again", 0.5),
        ("the same again, but more", "again", 1.5),
        ("undo again", "undo", 1.0),
    ],
)
def test_some_go_on_from_an_earlier_wish(text: str, act: str, amount: float) -> None:
    wish = understand(text)
    assert (wish.act, wish.changes) == (act, {})
    assert wish.amount == pytest.approx(amount)


def test_again_is_the_last_wish_once_more() -> None:
    first = understand("darker, keep the attack")
    more = understand("a bit more").after(first)
    assert (more.act, more.holds) == ("move", ("attack",))
    assert more.changes["brightness"] == pytest.approx(0.6 * first.changes["brightness"])
    assert understand("less of that").after(first).changes["brightness"] == pytest.approx(2.0)
    assert understand("wider").after(first) == understand("wider")
    with pytest.raises(ParameterError, match="goes on from an earlier wish, and there is none"):
        understand("again").after(None)


@pytest.mark.parametrize(
    "text", ["like that one but softer", "softer, like the reference", "closer to that but softer"]
)
def test_another_sound_may_be_spoken_of(text: str) -> None:
    wish = understand(text)
    assert wish.reference
    assert wish.changes == understand("softer").changes
    assert not understand("like this but softer").reference


@pytest.mark.parametrize("text", ["10% darker", "3 dB louder"])
def test_numbers_are_told_how_much_is_said(text: str) -> None:
    with pytest.raises(ParameterError, match="how much is said in words, as a bit, much"):
        understand(text)


def test_nonsense_is_named_beside_what_is_known() -> None:
    with pytest.raises(
        ParameterError, match="no meaning is known for 'Tuesday'; what can be asked for: darker, "
    ) as said:
        understand("make it more Tuesday")
    assert "wider" in str(said.value)
    with pytest.raises(ParameterError, match=re.escape("'darkr' (did you mean dark")):
        understand("darkr")
    with pytest.raises(ParameterError, match="'Tuesday', 'wedensday'"):
        understand("darker but Tuesday and wedensday")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "asks for no change"),
        ("  !!! ", "asks for no change"),
        ("\N{MUSICAL KEYBOARD}", "asks for no change"),
        ("make it sound", "asks for no change"),
        ("don't make it brighter", "asks to hold brightness and for no change"),
        ("darker and brighter", "got both"),
        ("brighter but keep the brightness", "say one of the two"),
        ("dark " * 200, "at most 500 characters"),
    ],
)
def test_what_asks_for_nothing_says_so(text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        understand(text)


def test_every_word_is_known_in_all_its_forms() -> None:
    assert len(vocabulary()) >= 20
    for form, (word, kind) in forms().items():
        wish = understand(form if kind != "noun" else f"more {form}")
        assert set(wish.changes) == set(word.asks), form
        assert {name: steps > 0 for name, steps in wish.changes.items()} == {
            name: part > 0 for name, part in word.asks.items()
        }, form
    assert {name for word in WORDS for name in word.asks} == set(BY_NAME)


@pytest.mark.parametrize(
    ("adjective", "made"),
    [
        ("dark", ("darker", "darkest")),
        ("thin", ("thinner", "thinnest")),
        ("wide", ("wider", "widest")),
        ("noisy", ("noisier", "noisiest")),
        ("hollow", ("hollower", "hollowest")),
        ("close", ("closer", "closest")),
        ("clear", ("clearer", "clearest")),
        ("percussive", ()),
        ("animated", ()),
    ],
)
def test_comparatives(adjective: str, made: tuple[str, ...]) -> None:
    assert comparatives(adjective) == made


def test_a_wish_survives_json_and_says_what_it_is() -> None:
    wish = understand("like that one but much darker, keep the attack")
    assert Wish.from_json(wish.to_json()) == wish
    assert wish.said == "like the other sound, much darker; attack held"
    assert understand("less of that").said == "the last change again, the other way, slightly"
    for damaged in (
        {},
        {**wish.to_json(), "changes": {"tuesday": 1.0}},
        {**wish.to_json(), "act": "sing"},
        None,
    ):
        with pytest.raises(ParameterError, match="expected the JSON of a wish"):
            Wish.from_json(damaged)
