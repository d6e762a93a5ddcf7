"""The four experiments: a good instrument passes them, and what is wrong with a bad one is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.experiment.viability.examine import examine
from patchpilot.experiment.viability.verdict import Size, Verdict
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance
from tests.datasets.small import Buzzing

SMALL = Size(patches=60, queries=12, repeats=8, parameters=4)
SOUNDS = [Path(__file__).parents[2] / "data" / name for name in ("elec_bell.flac", "elec_ping.flac")]


def verdicts(instrument: Instrument, folder: Path, sounds: Sequence[Path] = ()) -> dict[str, Verdict]:
    return {v.name: v for v in examine(instrument, folder, sounds=sounds, size=SMALL)}


class Deaf(Buzzing):
    """Its knobs reach nothing."""

    def render(self, patch: Patch, performance: Performance) -> Audio:  # noqa: ARG002
        return super().render(Patch.make(self.space), performance)


class Leaky(Buzzing):
    """Gets softer with every render."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        audio = super().render(patch, performance)
        return Audio(audio.samples * 0.999**self.rendered, audio.sample_rate)


class Fragile(Buzzing):
    """Crashes on a tenth of its patches."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        if int(patch.sha256, 16) % 10 == 0:
            raise EngineError("crashed (SIGSEGV)")
        return super().render(patch, performance)


def test_a_good_instrument_passes_what_it_can(tmp_path: Path) -> None:
    found = verdicts(Buzzing(), tmp_path, SOUNDS)
    assert list(found) == ["control", "stability", "closed world", "out of domain"]
    assert [v.passed for v in found.values()][:3] == [True, True, True]
    assert found["control"].said == "2 of 2 parameters change the sound"
    assert found["stability"].numbers == {"failed": 0, "tried": 60, "same": 8, "repeated": 8}
    assert found["closed world"].numbers["top_10"] >= 0.5
    assert found["out of domain"].numbers["sounds"] == 2


def test_what_was_played_is_kept(tmp_path: Path) -> None:
    first = Buzzing()
    verdicts(first, tmp_path)
    again = Buzzing()
    verdicts(again, tmp_path)
    assert again.rendered < first.rendered - 60
    assert verdicts(Buzzing(), tmp_path)["closed world"].passed


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        (Deaf, "control", "0 of 2 parameters change the sound; not: level, transpose"),
        (Leaky, "stability", "0 of 8 patches are the same bytes in three orders"),
        (Fragile, "stability", "renders failed"),
    ],
)
def test_what_is_wrong_is_told(kind: type[Buzzing], name: str, said: str, tmp_path: Path) -> None:
    for verdict in examine(kind(), tmp_path, size=SMALL):
        if verdict.name == name:
            assert not verdict.passed
            assert said in verdict.said
            assert verdict.if_not
            return
    pytest.fail(f"no verdict on {name}")


def test_without_sounds_the_last_one_says_so(tmp_path: Path) -> None:
    last = verdicts(Buzzing(), tmp_path)["out of domain"]
    assert (last.passed, last.said) == (False, "no sounds were given")
