"""Blind listening tests: which sound do people prefer, and is that more than chance?

    bundle = build("Is refined better?", "pairwise", items, seed=1)
    write(bundle, Path("refined"))              # test.json, audio/, page.html: send the page
    results = evaluated(bundle.test, read_votes([Path("votes-anna.csv")], bundle.test))

What is inside:
    nouns            `ListeningTest`, `Trial`, `Stimulus`; `Item`s become a `Bundle`: a test with sounds
    building         `build`, of `sources` (folders, takes) or `searchers` (the same targets, matched in several ways)
    the page         `page_html`: one file to send, which knows nothing of what is what
    votes            `read_votes`, `parsed` make `Ballot`s
    what came out    `evaluated` makes `Results`: MUSHRA after ITU-R BS.1534-3, pairs with exact tests
"""

from patchpilot.listening.ballots import Ballot, parsed, read_votes
from patchpilot.listening.build import Bundle, Item, build
from patchpilot.listening.evaluate import evaluated
from patchpilot.listening.folder import read, read_test, write
from patchpilot.listening.page import page_html
from patchpilot.listening.results import Results
from patchpilot.listening.trials import KINDS, ListeningTest, Stimulus, Trial

__all__ = [
    "KINDS",
    "Ballot",
    "Bundle",
    "Item",
    "ListeningTest",
    "Results",
    "Stimulus",
    "Trial",
    "build",
    "evaluated",
    "page_html",
    "parsed",
    "read",
    "read_test",
    "read_votes",
    "write",
]
