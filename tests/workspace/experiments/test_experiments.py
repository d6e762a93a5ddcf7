"""Experiments of a workspace: listed, opened from files, gone on with, played again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.errors import ParameterError
from patchpilot.workspace import ConflictError, MissingError, Workspace
from patchpilot.workspace.experiments import opened
from patchpilot.workspace.experiments.curves import thinned
from patchpilot.workspace.experiments.racks import graph
from tests.experiment.registered import registered
from tests.workspace.toys import sound_file, workspace_of

TOML = """
name = "loud ones"
instrument = "toy"
searcher = "strayer"
objective = [{ kind = "loud", weight = 0.5 }, "valid"]
batch = 4
target = "in.wav"
performance = { note = 48, hold_s = 0.2, length_s = 0.25 }
budget = { renders = 12 }
parameters = { fixed = { transpose = 3 } }
"""
PROGRAM = """
from patchpilot.space import Patch, Performance
from tests.toy import Toy

instrument = Toy()
patch = Patch.make(instrument.space, {"level": 0.3})
performance = Performance.one_note(50, hold_s=0.2, length_s=0.3)
"""


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    with registered():
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws") as made:
        yield made


def written(folder: Path, text: str, name: str) -> Path:
    sound_file(folder / "in.wav")
    (folder / name).write_text(text)
    return folder / name


def test_an_experiment_is_opened_run_and_played_again(workspace: Workspace, tmp_path: Path) -> None:
    one = opened(workspace, written(tmp_path, TOML, "loud.toml"))
    assert opened(workspace, tmp_path / "loud.toml") == one == "loud"
    new = workspace.do("experiment", {"experiment": one})
    assert (new["state"], new["can_resume"], new["can_replay"], new["graph"]) == ("new", True, False, None)
    assert [given["kind"] for given in new["inputs"]] == ["note", "target"]
    assert workspace.do("sound", {"sound": new["inputs"][1]["sound"]})["name"] == "in.wav"
    assert {knob["name"]: knob["role"] for knob in new["knobs"]} == {
        "transpose": "fixed",
        "level": "searched",
    }

    job = workspace.wait(workspace.do("experiment_resume", {"experiment": one})["id"], 60.0)
    assert (job["state"], job["result"]["renders"], job["result"]["ended"]) == ("done", 12, "budget")
    done = workspace.do("experiment", {"experiment": one})
    assert (done["state"], done["renders"], done["kept"] > 0) == ("done", 12, True)
    assert done["curve"][-1] == [12, done["best"]] == [12, pytest.approx(job["result"]["best"])]
    scores = [score for _, score in done["curve"]]
    assert scores == sorted(scores)
    assert set(done["parts"]) == {"0.5*loud", "valid"}
    assert done["takes"][0]["number"] == done["after"]["number"]
    assert [line["id"] for line in workspace.do("experiments", {})["experiments"]] == [one]

    again = workspace.wait(workspace.do("experiment_replay", {"experiment": one})["id"], 60.0)
    assert again["state"] == "done"
    assert again["result"]["identical"] == len(again["result"]["replays"]) == done["kept"]
    with pytest.raises(ConflictError, match="give it more, as renders=24"):
        workspace.do("experiment_resume", {"experiment": one})
    more = workspace.wait(workspace.do("experiment_resume", {"experiment": one, "renders": 20})["id"], 60.0)
    assert more["result"]["renders"] == 20
    assert workspace.do("experiment", {"experiment": one})["curve"][-1][0] == 20


def test_another_experiment_of_the_same_name_gets_a_folder_of_its_own(
    workspace: Workspace, tmp_path: Path
) -> None:
    one = opened(workspace, written(tmp_path, TOML, "loud.toml"))
    workspace.wait(workspace.do("experiment_resume", {"experiment": one})["id"], 60.0)
    assert (
        opened(workspace, written(tmp_path, TOML.replace("batch = 4", "batch = 3"), "loud.toml")) == "loud-2"
    )


def test_a_program_is_opened_its_knobs_turned_and_its_best_kept(workspace: Workspace, tmp_path: Path) -> None:
    one = opened(workspace, written(tmp_path, PROGRAM, "fx.py"))
    shown = workspace.do("experiment", {"experiment": one})
    assert (shown["state"], shown["file"], shown["searcher"]) == ("by hand", "fx.py", "by hand")
    assert {knob["name"]: round(knob["value"], 3) for knob in shown["knobs"]} == {
        "level": 0.3,
        "transpose": 0.0,
    }
    assert (shown["inputs"][0]["text"], shown["after"]) == ("D3, held 0.2 s, of 0.3 s", None)
    draft = workspace.do("draft_begin", {"experiment": one})
    assert (draft["take"], draft["note"]) == (shown["before"]["number"], 50)
    workspace.do("draft_turn", {"draft": draft["id"], "values": {"level": 0.8}})
    kept = workspace.do("draft_keep", {"draft": draft["id"]})["take"]
    workspace.do("vote", {"take": kept, "vote": "yes"})
    after = workspace.do("experiment", {"experiment": one})
    assert (after["before"]["number"], after["after"]["number"]) == (shown["before"]["number"], kept)
    assert [take["number"] for take in after["takes"]] == [shown["before"]["number"], kept]
    with pytest.raises(ConflictError, match="turned by hand"):
        workspace.do("experiment_resume", {"experiment": one})


def test_a_program_that_is_not_open_any_more_says_how_to_open_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    one = opened(workspace, written(tmp_path, PROGRAM, "fx.py"))
    workspace.close()
    with workspace_of(tmp_path / "ws") as again:
        shown = again.do("experiment", {"experiment": one})
        assert shown["knobs"] == []
        assert "is not open: start `patchpilot studio" in shown["why"]
        assert shown["before"]["searcher"] == "by hand"
        with pytest.raises(ConflictError, match="is not open"):
            again.do("draft_begin", {"experiment": one})


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.toml", "objective = 'loud'\nsercher = 'x'", "did you mean 'searcher'"),
        ("a.toml", "= 3", "is no TOML"),
        ("a.py", "1 / 0", "ZeroDivisionError"),
        ("a.py", "x = 3", "expected it to leave its `instrument`"),
        ("a.toml", "objective = 'loud'\n[matrix]\nseed = [1, 2]", "a matrix of 2 experiments"),
        ("a.mp3", "x", "no instrument has presets"),
    ],
)
def test_a_file_that_is_no_experiment(
    workspace: Workspace, tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        opened(workspace, written(tmp_path, text, name))
    assert [line["state"] for line in workspace.do("experiments", {})["experiments"]] == []


def test_a_file_that_is_not_there(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("no.toml", "no.py"):
        with pytest.raises(ParameterError, match="cannot read"):
            opened(workspace, tmp_path / name)


@pytest.mark.parametrize("name", ["", "x", "../bank", "..", "loud/../loud", "."])
def test_an_experiment_that_is_not_there(workspace: Workspace, name: str) -> None:
    for verb in ("experiment", "experiment_resume", "experiment_replay"):
        with pytest.raises(MissingError, match="no experiment"):
            workspace.do(verb, {"experiment": name})


def test_a_damaged_experiment_hides_no_other(workspace: Workspace, tmp_path: Path) -> None:
    one = opened(workspace, written(tmp_path, TOML, "loud.toml"))
    opened(workspace, written(tmp_path, TOML, "other.toml"))
    (workspace.path / "runs" / one / "experiment.toml").write_text("= 3")
    lines = {line["id"]: line for line in workspace.do("experiments", {})["experiments"]}
    assert (lines["other"]["state"], lines["loud"]["state"]) == ("new", "failed")
    assert "no TOML" in lines["loud"]["why"]


def test_a_rack_is_a_graph_with_controls() -> None:
    pytest.importorskip("dawdreamer")
    from patchpilot.instruments.rack.rack import Rack
    from patchpilot.modules import hall, ladder, lfo, node, saw
    from patchpilot.space import Patch

    filter_ = node(ladder, "filter")
    rack = Rack("acid", saw >> filter_, lfo >> filter_["cutoff"], sends={"space": hall})
    rack = rack.pin(filter_resonance=0.6).macro("bright", filter_drive=(1.0, 4.0))
    drawn = graph(rack, Patch.make(rack.space, {"saw_level": 0.25, "bright": 0.5}))
    assert drawn is not None
    nodes = {one["name"]: one for one in drawn["nodes"]}
    assert nodes["saw"]["column"] < nodes["filter"]["column"] < nodes["space"]["column"]
    wires = {(wire["source"], wire["target"]): (wire["port"], wire["kind"]) for wire in drawn["wires"]}
    assert wires["lfo", "filter"] == ("cutoff", "control")
    assert wires["saw", "filter"][1] == "audio"
    controls = {one["name"]: one for node in drawn["nodes"] for one in node["controls"]}
    assert controls["saw_level"]["value"] == 0.25
    assert controls["filter_resonance"]["pinned"]
    assert controls["filter_drive"]["pinned"]
    assert not controls["filter_cutoff"]["pinned"]
    assert [(one["name"], one["value"]) for one in drawn["macros"]] == [("bright", 0.5)]
    rack.close()


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    curve = [(i, float(i)) for i in range(5000)]
    some = thinned(curve)
    assert (len(some), some[0], some[-1]) == (200, (0, 0.0), (4999, 4999.0))
