"""What can be said to an instrument: parameters, patches, performances.

Start with `Space` (what an instrument can do), then `Patch` (one thing it was told), `View` (a patch with
some knobs free to move, as a vector) and `Performance` (what is played on it). Encoded values are called
`norm` and lie in [0, 1]; stored ones are called `value` and lie in the engine's own range.

    space = patchpilot.instrument("vital").space
    view = space.view("core")
    patch = view.patch(view.encode(view.base))     # == view.base, for every parameter

What is played may be a `Pattern` (a loop, written or Euclidean) with `Arc`s; `PatternSpace` and `Joint` make vectors of
phrases, and of patch and phrase together.
"""

from patchpilot.space.arc import Arc
from patchpilot.space.assets import Asset, AssetStore
from patchpilot.space.edit import Edit
from patchpilot.space.joint import Always, Joint, OneNotes
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.pattern import Pattern
from patchpilot.space.pattern_space import PatternSpace
from patchpilot.space.performance import PERFORMANCE_SPACE, AudioInput, Note, Performance
from patchpilot.space.prior import Prior
from patchpilot.space.routing import Routing, RoutingSpace
from patchpilot.space.space import Space
from patchpilot.space.view import View

__all__ = [
    "PERFORMANCE_SPACE",
    "Always",
    "Arc",
    "Asset",
    "AssetStore",
    "AudioInput",
    "Edit",
    "Joint",
    "Note",
    "OneNotes",
    "Parameter",
    "Patch",
    "Pattern",
    "PatternSpace",
    "Performance",
    "Prior",
    "Routing",
    "RoutingSpace",
    "Space",
    "View",
]
