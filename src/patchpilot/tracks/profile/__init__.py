"""The profile of a collection: what your tracks have in common, and how much they differ.

    profile = Profile.build(analyze(path) for path in paths)
    profile.likeness(analyze("wip.wav"))      # 0..1
    review(profile)                           # sentences

Every feature of a track is compared by robust statistics, section by section: drops with drops.
"""

from patchpilot.tracks.profile.kinds import MIX, WHOLE, Feature
from patchpilot.tracks.profile.measuring import Measured, measured
from patchpilot.tracks.profile.profile import Profile, load_profile
from patchpilot.tracks.profile.reviewing import review
from patchpilot.tracks.profile.usual import Usual
from patchpilot.tracks.profile.validation import Validation, validate

__all__ = [
    "MIX", "WHOLE", "Feature", "Measured", "Profile", "Usual", "Validation", "load_profile", "measured", "review",
    "validate",
]  # fmt: skip
