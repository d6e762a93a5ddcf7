from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.document import load_all, text_of
from patchpilot.experiment.experiment import Experiment, Goal, Named
from patchpilot.experiment.keeping import Keep
from patchpilot.experiment.roles import Parameters
from patchpilot.space import Arc, Note, Performance
from tests.experiment.registered import registered


@pytest.fixture(autouse=True)
def _toys() -> Iterator[None]:
    with registered():
        yield


def file(folder: Path, text: str) -> Path:
    path = folder / "e.toml"
    path.write_text(text)
    return path


FULL = Experiment(
    name="all of it",
    instrument=Named("toy"),
    searcher=Named("portfolio", {"size": 4, "kind": "x", "weight": 3.0}),
    objective=(
        Goal(Named("novel", {"k": 3}), 0.3),
        Goal(Named("close_to_set", {"golden": "default", "kind": "bar", "weight": 2, "options": {}})),
        Goal(Named("close_to")),
    ),
    bank="/somewhere/mine.bank",
    seed=7,
    budget=Budget(500, 60.0),
    performance=Performance(
        (Note(48, 0.5, 0.0, 0.4), Note(60, 0.9, 0.5, 0.2)), 1.0, arcs=(Arc("level", ((0, 0), (1, 1))),)
    ),
    target=Path("/somewhere/lead.wav"),
    base=Path("/somewhere/init.toy"),
    parameters=Parameters(fixed={"level": 0.5}, pinned=("routings",), by_hand=("transpose",)),
    keep=Keep(8, 0, "heard"),
    batch=3,
)


@pytest.mark.parametrize(
    "made", [FULL, Experiment(), Experiment(performance=Performance.one_note(36, hold_s=1.0))]
)
def test_what_is_written_is_what_is_read(tmp_path: Path, made: Experiment) -> None:
    made.save(tmp_path / "e.toml")
    assert Experiment.load(tmp_path / "e.toml") == made
    assert tomllib.loads(text_of(made))["format"] == 1


def test_a_short_file_says_all_that_is_needed(tmp_path: Path) -> None:
    made = Experiment.load(
        file(
            tmp_path,
            """
            instrument = "toy"
            searcher = { kind = "drawn", n = 5 }
            objective = "valid"
            bank = "mine.bank"
            target = "sounds/lead.wav"
            budget = { renders = 10, minutes = 2 }
            performance = { note = 40, hold_s = 1.0 }
            """,
        )
    )
    assert made.searcher == Named("drawn", {"n": 5})
    assert made.objective == (Goal(Named("valid")),)
    assert made.bank == str(tmp_path / "mine.bank")
    assert made.target == tmp_path / "sounds/lead.wav"
    assert made.budget == Budget(10, 120.0)
    assert made.performance == Performance.one_note(40, hold_s=1.0)


def test_an_option_may_be_called_what_its_table_needs_itself(tmp_path: Path) -> None:
    text = 'objective = { kind = "novel", k = 3, weight = 0.5, options = { kind = "bar", golden = "./g" } }'
    made = Experiment.load(file(tmp_path, text)).objective
    assert made == (Goal(Named("novel", {"k": 3, "kind": "bar", "golden": f"{tmp_path}/./g"}), 0.5),)


def test_files_in_options_are_relative_to_the_experiment(tmp_path: Path) -> None:
    text = 'instrument = "rack:./acid.toml"\nobjective = { kind = "novel", golden = "../golden" }'
    made = Experiment.load(file(tmp_path, text))
    assert made.instrument.kind == f"rack:{tmp_path}/./acid.toml"
    assert made.objective[0].part.options == {"golden": f"{tmp_path}/../golden"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('serachr = "drawn"', r"no key of the file is called 'serachr'; did you mean 'searcher'\?"),
        ("[budget]\nrenders = 5\nminuts = 3", r"key of \[budget\] is called 'minuts'; .*"),
        ("[parameters]\nfixd = { level = 1 }", r"did you mean 'fixed'\?"),
        ('searcher = "portfolo"', r"no searcher is called 'portfolo'; did you mean 'portfolio'\?"),
        ('objective = "novl"', r"no objective is called 'novl'; did you mean 'novel'\?"),
        ('instrument = "vitl"', r"no instrument is called 'vitl'; did you mean 'vital'\?"),
        ("format = 2", r"expected format 1, got 2; was it written by a newer version\?"),
        ("seed = -1", r"expected seed >= 0"),
        ('seed = "x"', r"e.toml: "),
        ("objective = []", r"what is good\?"),
        ("[budget]\nrenders = 0", r"at least 1 render"),
        ("[matrix]\nseeds = [1]", r"key of \[matrix\] is called 'seeds'; did you mean 'seed'\?"),
        ("[matrix]\nseed = 3", r"matrix.seed: expected a list"),
        ("[performance]\nnotes = 3", r"e.toml: "),
        ('name = "a/b"', r"a name that a folder can have"),
        ("searcher = 3", r'expected a name, or a table with "kind"'),
        ('searcher = { kind = "drawn", options = 3 }', r"'drawn': expected a table of options, got 3"),
        ('searcher = { kind = "drawn", n = 1, options = { n = 2 } }', r"the option 'n' is said twice"),
        ('objective = { kind = "novel", weight = "x" }', r"e.toml: .*'x'"),
        ("budget = 3", r"expected a table \[budget\], got 3"),
        ("= 3", r"e.toml is no TOML"),
    ],
)
def test_a_mistake_is_told_with_the_nearest_word(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        Experiment.load(file(tmp_path, text))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="No such file"):
        Experiment.load(tmp_path / "none.toml")


def test_a_matrix_is_an_experiment_for_each_combination(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        """
        name = "night"
        instrument = "toy"
        [matrix]
        searcher = ["drawn", { kind = "portfolio", size = 4 }, { kind = "portfolio", size = 8 }]
        objective = ["valid", ["valid", { kind = "novel", weight = 0.5 }]]
        seed = [1, 2]
        """,
    )
    made = load_all(path)
    assert len(made) == 12
    assert [one.name for one in made[:3]] == [
        "night_drawn_valid_seed1",
        "night_drawn_valid_seed2",
        "night_drawn_valid+novel_seed1",
    ]
    assert made[-1].name == "night_portfolio-3_valid+novel_seed2"
    assert made[-1].searcher == Named("portfolio", {"size": 8})
    assert made[-1].objective[1] == Goal(Named("novel"), 0.5)
    assert len({one.sha256 for one in made}) == 12
    with pytest.raises(ParameterError, match="a matrix of 12"):
        Experiment.load(path)


def test_the_digest_is_of_what_the_result_depends_on(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"one")
    (tmp_path / "b.wav").write_bytes(b"one")
    first = Experiment(target=tmp_path / "a.wav")
    assert first.sha256 == Experiment(target=tmp_path / "b.wav", budget=Budget(5)).sha256
    assert first.sha256 != Experiment(target=tmp_path / "a.wav", seed=1).sha256
    (tmp_path / "b.wav").write_bytes(b"two")
    assert first.sha256 != Experiment(target=tmp_path / "b.wav").sha256


def test_a_cell_is_named_after_the_file_of_its_rack(tmp_path: Path) -> None:
    text = '[matrix]\ninstrument = ["vital", "rack:../racks/mono.rack.json"]\nseed = [0]'
    assert [one.name for one in load_all(file(tmp_path, text))] == [
        "experiment_vital_seed0",
        "experiment_rack-mono_seed0",
    ]
