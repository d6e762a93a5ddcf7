"""Words to moves: "darker but more movement" becomes a turn of knobs that was heard to do just that.

    wish = understand("darker but more movement, keep the attack")
    moved = move(wish, patch, instrument, performance)
    moved.patch, moved.said

`vocabulary` lists the words and what they ask for, `understand` reads sentences, `features` and `ear` measure, and
`move` searches on the instrument itself: it turns each knob once, and from what that did to the features it works out
turns of several, which it then listens to.
"""

from patchpilot.words.move import move
from patchpilot.words.moved import Moved
from patchpilot.words.understand import understand, vocabulary
from patchpilot.words.wish import Wish

__all__ = ["Moved", "Wish", "move", "understand", "vocabulary"]
