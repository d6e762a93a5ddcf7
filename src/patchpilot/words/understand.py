"""From a sentence to a wish, without a network: words that are known, and how they are joined.

A sentence is clauses ("darker but more movement, keep the attack"). In each, what stands before a known word says how
much of it is meant and which way: "a bit", "much", "less", "not so", "too", "keep", "don't make it". Comparatives after
"don't" and "not" hold what they are about. What is neither known nor without meaning is an error that names it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from patchpilot.errors import ParameterError
from patchpilot.words import grammar
from patchpilot.words.vocabulary import ADJECTIVES_OF, WORDS, Word, adjectives, forms
from patchpilot.words.wish import BACK, Wish

USUAL = 4.0
"""Just-noticeable steps of a word that stands alone: clearly heard, and the same sound still."""
LONGEST = 500
"""Characters of a sentence."""


@dataclass
class _Said:
    """What was found so far."""

    parts: list[tuple[Word, float, dict[str, float]]] = field(default_factory=list)
    holds: dict[str, None] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    last: _Before | None = None


@dataclass
class _Before:
    """What stood before a known word."""

    amount: float | None = None
    more: bool = False
    less: bool = False
    hold: bool = False
    negated: bool = False
    so: bool = False
    too: bool = False
    no: bool = False
    without: bool = False
    enough: bool = False


def understand(text: str) -> Wish:
    """What a sentence asks for.

    Args:
        text: English, as "darker but more movement, keep the attack".

    Returns:
        The wish. `Wish.after` resolves one that goes on from another ("again", "more").

    Raises:
        ParameterError: there is a word that nobody knows, nothing is asked for, or it asks for both ways at once.
    """
    if len(text) > LONGEST:
        raise ParameterError(f"expected a sentence of at most {LONGEST} characters, got {len(text)}")
    plain = re.sub(r"[^a-z0-9'\- ,.;:!?]+", " ", text.lower().replace("’", "'")).strip()
    if (known := _act(text.strip())) is not None:
        return known
    rest, n_references = grammar.REFERENCE.subn(" ", plain)
    said = _Said()
    for clause in re.split(r"[,.;:!?]+| - ", rest):
        tokens = [one for one in (token.strip("-'") for token in clause.split()) if one]
        _read(tokens, said)
    if said.unknown:
        raise ParameterError(_unknown(said.unknown, text))
    changes = _together(said)
    if not changes and not n_references and said.holds:
        raise ParameterError(
            f"{text.strip()!r} asks to hold {' and '.join(said.holds)} and for no change: say one, as in "
            "'darker, but keep the attack'"
        )
    if not changes and not n_references:
        raise ParameterError(f"{text.strip()!r} asks for no change that is known: {KNOWN}")
    words = tuple(dict.fromkeys(word.name for word, _, _ in said.parts))
    return Wish(
        text.strip(), changes=changes, holds=tuple(said.holds), reference=n_references > 0, words=words
    )


def _act(text: str) -> Wish | None:
    """The wish of "undo", "again", "a bit more", "less of that"; None for what says something itself."""
    said = grammar.core(text)
    if said in grammar.UNDO:
        return Wish(text, "undo")
    if said in grammar.BACK:
        return Wish(text, "again", amount=BACK)
    amounts = [grammar.AMOUNTS[one] for one in said.split() if one in grammar.AMOUNTS]
    bare = " ".join(one for one in said.split() if one not in grammar.AMOUNTS)
    amount = max(amounts, default=1.0)
    for end, factor in grammar.FOLLOWED.items():
        if bare.endswith(end):
            bare, amount = bare.removesuffix(end), amount * factor
    if bare in grammar.BACK:
        return Wish(text, "again", amount=BACK * amount)
    return Wish(text, "again", amount=amount) if bare in grammar.AGAIN else None


def _read(tokens: list[str], said: _Said) -> None:
    """Take in one clause."""
    before, found = _Before(), False
    about = next((one for one in tokens if one in ADJECTIVES_OF), "")
    if any(_beside(one, about) for one in tokens):
        tokens = [one for one in tokens if one != about]  # the adjectives speak of it
    else:
        about = ""
    for i, token in enumerate(tokens, start=1):
        if token in grammar.JOINTS:
            if found or token not in ("with", "and"):
                before = _Before()
        elif (turned := _beside(token, about)) is not None:
            _take(*turned, before, said)
            before, found = _Before(), True
        elif token in forms() and not _is_modifier(token, tokens[i:]):
            word, kind = forms()[token]
            if found and before == _Before() and said.last is not None and _goes_on(kind, said.last):
                before = said.last
            _take(word, kind, before, said)
            said.last, before, found = before, _Before(), True
        else:
            _modify(token, before, said)
    _take_back(before, said)


def _take_back(after: _Before, said: _Said) -> None:
    """What stands behind a word: "darker, a lot", "as dark as possible", "not bright enough"."""
    if not said.parts or (after.amount is None and not after.enough):
        return
    word, part, asks = said.parts.pop()
    if after.amount is not None:
        said.parts.append((word, part * after.amount, asks))
    elif part < 0.0:  # "not bright enough"
        said.parts.append((word, -part, asks))
    else:
        said.holds |= dict.fromkeys(asks)


def _is_modifier(token: str, rest: list[str]) -> bool:
    """Whether a known word says how much of another: "far darker", "still darker", "a touch of hiss"."""
    return token in ("far", "still") and any(one in forms() for one in rest)


def _goes_on(kind: str, last: _Before) -> bool:
    """Whether what was said of one word is said of the next: "more movement and width", "too dark and muddy"."""
    return kind == "noun" or (kind == "adjective" and (last.too or last.so))


def _beside(token: str, about: str) -> tuple[Word, str] | None:
    """What an adjective asks for beside a noun that says when ("" for none), and its kind, as of `forms`."""
    adjective = adjectives().get(token)
    if not about or adjective is None:
        return None
    feature, more, less = ADJECTIVES_OF[about]
    for part, listed in ((1.0, more), (-1.0, less)):
        if adjective in listed.split():
            return Word(
                f"{token} {about}", {feature: part}
            ), "adjective" if token == adjective else "comparative"
    return None


def _modify(token: str, before: _Before, said: _Said) -> None:
    """Take in what is no known word."""
    if token in grammar.HOLD or (token in grammar.HARM and (before.negated or before.without)):
        before.hold = True
    elif token in grammar.MORE:
        before.more = True
    elif token in grammar.LESS:
        before.less, before.no = True, before.no or token in grammar.GONE
        before.without = before.without or token == "without"
    elif token in grammar.NOT:
        before.negated, before.no = True, before.no or token in grammar.GONE
    elif token in grammar.AMOUNTS:
        before.amount = grammar.AMOUNTS[token]
    elif token == "enough":
        before.enough = True
    elif token in grammar.SO:
        before.so = True
    elif token in grammar.TOO:
        before.too = True
    elif token not in grammar.FILLERS:
        said.unknown.append(token)


def _take(word: Word, kind: str, before: _Before, said: _Said) -> None:
    """What a known word asks for, as what stands before it has it."""
    is_so = before.so or before.too
    is_hold = before.hold or (before.negated and not is_so and kind == "comparative")
    is_hold |= before.negated and (before.more or before.less) and not is_so
    is_hold |= before.less and kind == "comparative"  # "without making it brighter"
    if is_hold:
        said.holds |= dict.fromkeys(word.asks)
        return
    is_less = before.less or before.negated or before.too
    amount = before.amount if before.amount is not None else 1.0
    if before.no and kind == "noun":
        amount = max(amount, 2.0)
    said.parts.append((word, -amount if is_less else amount, dict(word.asks)))


def _together(said: _Said) -> dict[str, float]:
    """The changes of all words together.

    Of a word that asks for two features, the one that another word or a hold speaks against is left out.

    Raises:
        ParameterError: it asks for both ways at once, or for a change of what is to be held.
    """
    single = {name: part for _, part, asks in said.parts if len(asks) == 1 for name in asks}
    changes: dict[str, float] = {}
    for word, part, asks in said.parts:
        kept = {
            name: round(USUAL * part * share, 3)
            for name, share in asks.items()
            if len(asks) == 1 or (name not in said.holds and name not in single)
        }
        for name, steps in kept.items():
            if name in said.holds:
                raise ParameterError(
                    f"{name} is to be held, and {word.name!r} changes it: say one of the two"
                )
            if changes.get(name, steps) * steps < 0.0:
                raise ParameterError(f"expected one way for {name}, got both: say only one of the words")
            if abs(steps) > abs(changes.get(name, 0.0)):
                changes[name] = steps
    return changes


def _unknown(tokens: list[str], text: str) -> str:
    """What to say of words that nobody knows, as they were written."""
    unknown = list(dict.fromkeys(tokens))
    written = [text[at : at + len(one)] if (at := text.lower().find(one)) >= 0 else one for one in unknown]
    named = ", ".join(repr(one[:40]) for one in written)
    near = [n for one in unknown for n in difflib.get_close_matches(one, list(forms()), n=2, cutoff=0.75)]
    hint = f" (did you mean {' or '.join(dict.fromkeys(near))}?)" if near else ""
    if any(one[0].isdigit() for one in unknown):
        hint = "; how much is said in words, as a bit, much, twice or as dark as possible"
    return f"no meaning is known for {named}{hint}; {KNOWN}"


def vocabulary() -> Mapping[str, tuple[str, ...]]:
    """All known words by the one that stands for them, with what else says the same."""
    return {word.name: (*word.adjectives, *word.nouns) for word in WORDS}


KNOWN = f"what can be asked for: {', '.join(word.name for word in WORDS)}; or undo, again, more, less of that"
