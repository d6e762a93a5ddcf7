from __future__ import annotations

import pytest

from patchpilot.errors import PluginError
from patchpilot.instruments.base import instrument, is_knobs_only
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Asset, Patch


def test_an_instrument_that_is_not_there_is_named_beside_those_that_are() -> None:
    with pytest.raises(PluginError, match=r"'trombone'.*vital"):
        instrument("trombone")


def test_one_asset_that_is_not_built_in_is_more_than_knobs(vital: Vital) -> None:
    plain = Patch.make(vital.space)
    saw = built_in("Saw to Square")
    own = Asset(saw.kind, saw.header, (*saw.blobs[:-1], bytes(len(saw.blobs[-1]))))
    assert is_knobs_only(vital, plain)
    assert is_knobs_only(vital, plain.changed(vital.space, {}, assets={"wavetable_1": saw}))
    assert not is_knobs_only(
        vital, plain.changed(vital.space, {}, assets={"wavetable_1": saw, "wavetable_2": own})
    )
