"""The words that are known, and what each asks for.

A word asks for a change of one or two features, each with a part of the usual step. Its forms are adjectives, of which
comparatives follow ("dark", "darker"), and nouns ("movement", "warmth"). Some nouns take adjectives that mean something
else beside them: a soft attack is a slow one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Word:
    """What a family of words asks for.

    Attributes:
        name: how it is shown ("darker").
        asks: by feature, which part of the usual step, and which way.
        adjectives: words of that sense.
        nouns: words for what there is more of.
    """

    name: str
    asks: Mapping[str, float]
    adjectives: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()


def _word(name: str, asks: Mapping[str, float], adjectives: str = "", nouns: str = "") -> Word:
    return Word(name, asks, tuple(adjectives.split()), tuple(nouns.split()))


WORDS = (
    _word("darker", {"brightness": -1.0}, "dark dull muffled muddy mellow dim subdued", "darkness"),
    _word("brighter", {"brightness": 1.0},
          "bright brilliant sparkly shiny crisp open glassy", "brightness treble sparkle highs"),
    _word("warmer", {"brightness": -0.75, "low": 0.75}, "warm cosy cozy", "warmth"),
    _word("colder", {"brightness": 0.75, "low": -0.75}, "cold icy cool", "coldness"),
    _word("harsher", {"presence": 1.0},
          "harsh shrill piercing edgy aggressive abrasive strident cutting sharp", "harshness edge bite presence"),
    _word("softer", {"presence": -0.75, "attack": 0.75}, "soft gentle tender", "softness"),
    _word("smoother", {"roughness": -1.0}, "smooth silky creamy", "smoothness"),
    _word("rougher", {"roughness": 1.0}, "rough gritty dirty gnarly growly coarse", "roughness grit dirt growl"),
    _word("buzzier", {"roughness": 1.0, "brightness": 0.75}, "buzzy raspy", "buzz rasp"),
    _word("noisier", {"noise": 1.0}, "noisy hissy breathy airy", "noise hiss breath air"),
    _word("cleaner", {"noise": -1.0}, "clean pure clear", "clarity purity"),
    _word("hollower", {"hollowness": 1.0}, "hollow woody clarinet-like squarish", "hollowness"),
    _word("fatter", {"low": 1.0}, "fat thick bassy boomy heavy deep beefy", "bass fatness weight body lows depth sub"),
    _word("bigger", {"width": 0.75, "low": 0.75}, "big huge massive", "size"),
    _word("thinner", {"low": -1.0}, "thin tinny small light lean", "thinness"),
    _word("fuller", {"fullness": 1.0}, "full rich lush complex", "fullness richness harmonics"),
    _word("more focused", {"fullness": -1.0}, "focused focussed simple plain", "focus"),
    _word("wider", {"width": 1.0}, "wide broad", "width stereo spread"),
    _word("narrower", {"width": -1.0}, "narrow mono centred centered", ""),
    _word("livelier", {"movement": 1.0},
          "moving lively alive animated wobbly evolving restless", "movement motion modulation life wobble flux"),
    _word("stiller", {"movement": -1.0}, "still static steady stable calm", "stillness calm"),
    _word("pluckier", {"sustain": -1.0}, "plucky plucked percussive stabby staccato", "pluck"),
    _word("more sustained", {"sustain": 1.0}, "sustained pad-like padlike droning", "sustain"),
    _word("punchier", {"punch": 1.0}, "punchy snappy hard tough", "punch snap impact"),
    _word("longer", {"length": 1.0}, "long", "length duration"),
    _word("shorter", {"length": -1.0}, "short tight brief", ""),
    _word("roomier", {"tail": 1.0},
          "roomy wet spacious reverberant reverby reverb-like ambient distant far",
          "reverb room space ambience echo tail release"),
    _word("drier", {"tail": -1.0}, "dry close near intimate", "dryness"),
    _word("louder", {"loudness": 1.0}, "loud", "loudness volume level"),
    _word("quieter", {"loudness": -1.0}, "quiet", ""),
    _word("a slower attack", {"attack": 1.0}, "slow"),
    _word("a faster attack", {"attack": -1.0}, "fast quick immediate", "attack onset"),
)  # fmt: skip

ADJECTIVES_OF = {
    "attack": (
        "attack",
        "soft slow long gentle late smooth lazy relaxed big",
        "sharp fast quick hard snappy short tight crisp punchy immediate small",
    ),
    "release": ("tail", "long slow big roomy soft", "short fast quick tight small hard"),
    "decay": ("length", "long slow big", "short fast quick tight small"),
}
"""Of nouns that say when: the feature, adjectives that ask for more of it, and for less."""
ADJECTIVES_OF["onset"] = ADJECTIVES_OF["attack"]
ADJECTIVES_OF["tail"] = ADJECTIVES_OF["reverb"] = ADJECTIVES_OF["release"]

_TWO_SYLLABLES = ("open", "mellow", "narrow", "hollow", "gentle", "simple", "quiet", "tender")
"""Besides those in -y, the adjectives of two syllables with comparatives of one word."""
_IRREGULAR = {"far": ("farther", "farthest"), "dry": ("drier", "dryer", "driest")}


def comparatives(adjective: str) -> tuple[str, ...]:
    """Its comparative and superlative, "darker" and "darkest", where English has such of one word."""
    if adjective in _IRREGULAR:
        return _IRREGULAR[adjective]
    n_syllables = len(re.findall("[aeiouy]+", adjective.removesuffix("e")))
    if n_syllables > 1 and adjective not in _TWO_SYLLABLES and not re.fullmatch("[^-]{1,8}y", adjective):
        return ()
    stem = re.sub("y$", "i", adjective.removesuffix("e"))
    if n_syllables == 1 and re.fullmatch("[^aeiou]*[aeiou][^aeiouwxy]", adjective):
        stem += stem[-1]
    return stem + "er", stem + "est"


@cache
def forms() -> Mapping[str, tuple[Word, str]]:
    """Every form: the word it belongs to, and whether it is an "adjective", a "comparative" or a "noun"."""
    made: dict[str, tuple[Word, str]] = {}
    for word in WORDS:
        for form, kind in _forms(word):
            made.setdefault(form, (word, kind))
    return made


def adjectives() -> Mapping[str, str]:
    """Comparatives and superlatives by themselves, with their adjectives; adjectives are their own."""
    said = {one for word in WORDS for one in word.adjectives}
    said |= {one for _, more, less in ADJECTIVES_OF.values() for one in f"{more} {less}".split()}
    return {form: one for one in sorted(said) for form in (one, *comparatives(one))}


def _forms(word: Word) -> Iterator[tuple[str, str]]:
    for adjective in word.adjectives:
        yield adjective, "adjective"
        for form in comparatives(adjective):
            yield form, "comparative"
    for noun in word.nouns:
        yield noun, "noun"
