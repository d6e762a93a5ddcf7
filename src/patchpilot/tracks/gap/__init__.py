"""What a track lacks beside a profile: by how much, where, and how audibly.

    found = gaps(measured(track, stems), profile.usual_for(measured(track, stems)))
    found = [placed(gap, track, {MIX: Listened(audio)}) for gap in found]

Levels are matched before colours are compared, and drops are compared with drops.
"""

from patchpilot.tracks.gap.cutting import reference_for, snippets
from patchpilot.tracks.gap.find import gaps
from patchpilot.tracks.gap.gap import Gap, Span
from patchpilot.tracks.gap.where import placed

__all__ = ["Gap", "Span", "gaps", "placed", "reference_for", "snippets"]
