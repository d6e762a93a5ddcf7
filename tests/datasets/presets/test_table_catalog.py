"""A catalog has each wavetable of a folder once, by name; a prior with a catalog draws from it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from patchpilot.datasets.presets.files import PatchStore
from patchpilot.datasets.presets.wavetables import FILE, Catalog, with_tables
from patchpilot.errors import DatasetError, ParameterError, PatchError
from patchpilot.instruments.vital.assets import wavetable
from patchpilot.instruments.vital.priors import CORE
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Asset, Patch, Space
from tests.datasets.presets.shelf import Shelf
from tests.toy import Toy


class Knowing(Shelf):
    """A shelf that knows what is built in."""

    def is_built_in(self, asset: Asset) -> bool:
        return asset.sha256 == built_in("Vowels").sha256


@pytest.fixture
def shelf(space: Space, tmp_path: Path) -> Shelf:
    return Knowing(space, tmp_path / "assets")


@pytest.fixture
def store(tmp_path: Path) -> PatchStore:
    return PatchStore(tmp_path / "store")


def table(seed: int, frames: int = 3) -> Asset:
    return wavetable(np.random.default_rng(seed).uniform(-1, 1, (frames, 2048)))


def preset(space: Space, **tables: tuple[str, Asset]) -> Patch:
    """A patch with tables by slot, each under a name."""
    return Patch.make(
        space,
        assets={slot: asset for slot, (_, asset) in tables.items()},
        info={"assets": {slot: name for slot, (name, _) in tables.items()}},
    )


@pytest.fixture
def folder(shelf: Shelf, space: Space, tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    made = {
        "A": preset(space, wavetable_1=("Glass", table(1)), wavetable_2=("Vowels", built_in("Vowels"))),
        "B": preset(space, wavetable_1=("Other name", table(1)), wavetable_3=("glass", table(2, 5))),
        "in/C": preset(space, wavetable_1=("Init", table(3)), wavetable_2=("Init", table(3))),
    }
    for name, patch in made.items():
        shelf.export(patch, folder / f"{name}.vital")
    (folder / "bad.vital").write_text("{")
    return folder


def test_each_table_is_there_once_under_a_name_of_its_own(
    shelf: Shelf, folder: Path, store: PatchStore, tmp_path: Path
) -> None:
    made = Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store)
    assert [(t.name, t.frames, t.presets) for t in made.tables] == [
        ("Glass", 3, ("pack/A.vital", "pack/B.vital")),
        ("glass (2)", 5, ("pack/B.vital",)),
        ("C", 3, ("pack/in/C.vital",)),
    ]
    assert [path.name for path in made.refused] == ["bad.vital"]
    assert made.n_presets == 3
    loaded = Catalog.load(tmp_path / "catalog")
    assert loaded.tables == made.tables
    assert loaded.sha256 == made.sha256
    assert [loaded.asset(t.name) for t in loaded.tables] == [table(1), table(2, 5), table(3)]


def test_another_folder_is_added_to_what_is_there(
    shelf: Shelf, folder: Path, space: Space, store: PatchStore, tmp_path: Path
) -> None:
    first = Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store)
    again = Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store)
    assert again.tables == first.tables
    more = tmp_path / "more"
    shelf.export(
        preset(space, wavetable_1=("Glass", table(9)), wavetable_2=("X", table(3))), more / "D.vital"
    )
    merged = Catalog.collect(tmp_path / "catalog", shelf, [more], store=store)
    assert [t.name for t in merged.tables] == [
        "Glass", "glass (2)", "C", "Glass (3)",
    ]  # fmt: skip
    assert merged.tables[2].presets == ("pack/in/C.vital", "more/D.vital")
    assert merged.sha256 != first.sha256


def test_real_presets_have_their_tables_and_no_built_in_ones(
    vital: Vital, store: PatchStore, tmp_path: Path
) -> None:
    patch = preset(vital.space, wavetable_1=("Mine", table(1)), wavetable_2=("Vowels", built_in("Vowels")))
    (tmp_path / "pack").mkdir()
    vital.export(patch, tmp_path / "pack" / "one.vital")
    made = Catalog.collect(tmp_path / "catalog", vital, [tmp_path / "pack"], store=store)
    assert [(t.name, t.sha256) for t in made.tables] == [("Mine", table(1).sha256)]


def test_a_prior_draws_from_the_catalog_by_its_share(
    shelf: Shelf, folder: Path, space: Space, store: PatchStore, tmp_path: Path
) -> None:
    catalog = Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store)
    ours = {t.sha256 for t in catalog.tables}
    prior = with_tables(CORE, catalog, share=0.25)
    drawn = [prior.draw(space, 0, i) for i in range(300)]
    n_ours = sum(patch.assets["wavetable_1"].sha256 in ours for patch in drawn)
    assert 0.17 < n_ours / len(drawn) < 0.33
    seen = Counter(patch.info["assets"]["wavetable_1"] for patch in drawn)
    assert {"Glass", "glass (2)", "C", "PWM"} <= set(seen)
    plain = CORE.draw(space, 0, 5)
    assert prior.draw(space, 0, 5).values == plain.values, "nothing but the tables is drawn otherwise"


def test_priors_with_other_tables_have_other_names_and_texts(
    shelf: Shelf, folder: Path, space: Space, store: PatchStore, tmp_path: Path
) -> None:
    catalog = Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store)
    half, less = with_tables(CORE, catalog), with_tables(CORE, catalog, share=0.1)
    shelf.export(preset(space, wavetable_1=("New", table(9))), folder / "D.vital")
    more = with_tables(CORE, Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store))
    assert len({prior.name for prior in (CORE, half, less, more)}) == 4
    assert len({prior.sha256 for prior in (CORE, half, less, more)}) == 4
    assert with_tables(CORE, Catalog.load(tmp_path / "catalog")).sha256 == more.sha256


def test_a_table_named_as_a_built_in_one_hides_it_not(
    shelf: Shelf, space: Space, store: PatchStore, tmp_path: Path
) -> None:
    shelf.export(preset(space, wavetable_1=("PWM", table(1))), tmp_path / "pack" / "A.vital")
    prior = with_tables(CORE, Catalog.collect(tmp_path / "catalog", shelf, [tmp_path / "pack"], store=store))
    assert prior.asset is not None
    assert prior.asset("PWM") == built_in("PWM")
    assert prior.asset("PWM *") == table(1)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_a_part(
    shelf: Shelf, folder: Path, store: PatchStore, tmp_path: Path, share: float
) -> None:
    catalog = Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store)
    with pytest.raises(ParameterError, match="share"):
        with_tables(CORE, catalog, share=share)


def test_all_or_none_may_be_the_catalogs(
    shelf: Shelf, folder: Path, store: PatchStore, tmp_path: Path
) -> None:
    catalog = Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store)
    assert set(with_tables(CORE, catalog, share=1.0).assets["wavetable_1"]) == {"Glass", "glass (2)", "C"}
    assert (
        with_tables(CORE, catalog, share=0.0).assets["wavetable_1"].keys()
        == CORE.assets["wavetable_1"].keys()
    )
    with pytest.raises(ParameterError, match="draws no wavetables"):
        with_tables(Toy().priors["toy-v1"], catalog)


def test_what_is_no_catalog_says_so(shelf: Shelf, folder: Path, store: PatchStore, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"has no catalog\.json"):
        Catalog.load(tmp_path)
    Catalog.collect(tmp_path / "catalog", shelf, [folder], store=store)
    for text in ("{", '{"format": 9}', "[]", '{"format": 1, "instrument": "shelf", "tables": [{}]}'):
        (tmp_path / "catalog" / FILE).write_text(text)
        with pytest.raises(DatasetError, match="catalog"):
            Catalog.load(tmp_path / "catalog")


def test_a_folder_without_presets_makes_no_catalog(shelf: Shelf, store: PatchStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PatchError, match=r"no \.vital files"):
        Catalog.collect(tmp_path / "catalog", shelf, [tmp_path / "empty"], store=store)
    assert not (tmp_path / "catalog").exists()
