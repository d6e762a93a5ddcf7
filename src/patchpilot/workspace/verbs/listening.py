"""Verbs about blind listening tests: made of takes and sounds, voted on by others, told with their intervals."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from patchpilot.workspace.listening import ListeningTests
from patchpilot.workspace.listening_answers import ListeningAnswer, ListeningList, answer, listed
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.sounds import SOUND

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.listening import Item
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

TEST = Field(
    pattern=r"^[0-9a-f]{16}$", description="Id of a listening test, as `make_listening_test` answers it."
)
Kind = Literal["pairwise", "mushra"]
Text = Annotated[str, Field(max_length=200)]
Seed = Annotated[
    int | None,
    Field(ge=0, le=2**53, description="Of the codes that hide what is what; null: another one each time."),
]
_KIND = "Two sounds at a time (pairwise), or all rated from 0 to 100 beside a reference (mushra, ITU-R BS.1534-3)."


@request
class ListeningTestsRequest:
    """Ask which listening tests are here."""


@request
class ListeningTestRequest:
    """Ask for a listening test: what is compared in it, who voted, and what came out."""

    test: Annotated[str, TEST]


@request
class MakeListeningTest:
    """Make a blind listening test of takes and sounds; its page is one file to send to whoever is to listen."""

    name: Annotated[Text, Field(description="Title, shown to whoever listens.")] = ""
    question: Annotated[Text, Field(description="That they answer; empty: the usual one.")] = ""
    kind: Annotated[Kind, Field(description=_KIND)] = "pairwise"
    takes: Annotated[
        list[Annotated[int, Field(ge=1, le=2**53)]],
        Field(max_length=12, description="Numbers of takes; each is compared with all others."),
    ] = Field(default_factory=list)
    sounds: Annotated[
        list[Annotated[str, SOUND]], Field(max_length=12, description="Sounds that are compared, too.")
    ] = Field(default_factory=list)
    reference: Annotated[
        Annotated[str, SOUND] | None, Field(description="Sound that they are to be like; mushra needs one.")
    ] = None
    no_difference: Annotated[bool, Field(description='Whether "no difference" is an answer.')] = True
    mid_anchor: Annotated[bool, Field(description="Also hide the reference below 7 kHz (mushra).")] = False
    seed: Seed = None


@request
class CompareSearchers:
    """Match sounds in several ways with as many renders each, and make a blind listening test of what they found."""

    sounds: Annotated[
        list[Annotated[str, SOUND]], Field(min_length=1, max_length=50, description="Sounds to be matched.")
    ]
    searchers: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(min_length=2, max_length=6, description='Ways, such as ["retrieval", "retrieval+refinement"].'),
    ]
    renders: Annotated[int, Field(ge=1, le=100_000, description="Of each match.")] = 300
    instrument: Annotated[str, Field(min_length=1, max_length=300, description="What plays.")] = "vital"
    name: Annotated[Text, Field(description="Title, shown to whoever listens.")] = ""
    question: Annotated[Text, Field(description="That they answer; empty: the usual one.")] = ""
    kind: Annotated[Kind, Field(description=_KIND)] = "pairwise"
    no_difference: Annotated[bool, Field(description='Whether "no difference" is an answer.')] = True
    mid_anchor: Annotated[bool, Field(description="Also hide the reference below 7 kHz (mushra).")] = False
    seed: Seed = None


def _tests(workspace: Workspace, asked: ListeningTestsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return listed(workspace)


def _test(workspace: Workspace, asked: ListeningTestRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return answer(workspace, asked.test)


def _make(workspace: Workspace, asked: MakeListeningTest, report: Report) -> dict[str, Any]:
    from patchpilot.audio import load
    from patchpilot.listening import Item
    from patchpilot.listening.build import SECONDS
    from patchpilot.workspace.takes import audio_of

    sounds: dict[str, Audio] = {}
    details: dict[str, str] = {}
    for number in dict.fromkeys(asked.takes):
        entry = workspace.entry(number)
        sounds[f"take {number}"] = audio_of(workspace, number)
        details[f"take {number}"] = entry.searcher
    for sound in dict.fromkeys(asked.sounds):
        name = _title(workspace, sound)
        sounds[name if name not in sounds else f"{name} ({sound[:4]})"] = load(
            workspace.sounds.file(sound), seconds=SECONDS
        )
    reference = (
        None if asked.reference is None else load(workspace.sounds.file(asked.reference), seconds=SECONDS)
    )
    title = _title(workspace, asked.reference) if asked.reference else "sounds"
    return _built(workspace, asked, [Item(title, sounds, reference, details)], [], report)


def _title(workspace: Workspace, sound: str) -> str:
    """What a sound is called, without the ending of its file; raises `MissingError`."""
    return Path(workspace.sounds.info(sound)["name"]).stem


def _built(
    workspace: Workspace,
    asked: MakeListeningTest | CompareSearchers,
    items: list[Item],
    remarks: list[str],
    report: Report,
) -> dict[str, Any]:
    from patchpilot.listening import build

    bundle = build(
        asked.name,
        asked.kind,
        items,
        seed=secrets.randbits(48) if asked.seed is None else asked.seed,
        question=asked.question,
        mid_anchor=asked.mid_anchor,
        no_difference=asked.no_difference,
        remarks=remarks,
    )
    test_id = workspace.part(ListeningTests).add(bundle)
    report.did(f"made the listening test {bundle.test.name}", {"test": test_id})
    return answer(workspace, test_id)


def _unmake(workspace: Workspace, back: Any) -> None:
    workspace.part(ListeningTests).remove(back["test"])


def _check_compare(workspace: Workspace, asked: CompareSearchers) -> None:
    from patchpilot.listening.searchers import ways

    for sound in asked.sounds:
        workspace.sounds.info(sound)
    workspace.instruments.check(asked.instrument)
    for way in ways(asked.searchers):
        way.effort(asked.renders)


def _compare(workspace: Workspace, asked: CompareSearchers, report: Report) -> dict[str, Any]:
    from patchpilot.listening.searchers import compared, ways

    report.progress(phase="listening")
    targets = {}
    for sound in dict.fromkeys(asked.sounds):
        name = _title(workspace, sound)
        targets[name if name not in targets else f"{name} ({sound[:4]})"] = workspace.sounds.target(sound)
    synth = workspace.instruments.get(asked.instrument)
    chosen = ways(asked.searchers)
    tried = 0

    def begin(sound: str, way: str, done: int, total: int) -> None:
        nonlocal tried
        tried = done * asked.renders
        report.progress(phase=f"{sound}: {way}", done=tried, total=total * asked.renders)

    def heard(_: object) -> None:
        nonlocal tried
        tried += 1
        report.check()
        report.progress(done=tried)

    items, remarks = compared(
        targets,
        chosen,
        synth,
        renders=asked.renders,
        seed=asked.seed or 0,
        kept=report.folder / "found",
        on_way=begin,
        on_outcome=heard,
    )
    return _built(workspace, asked, items, remarks, report)


VERBS = (
    Verb("listening_tests", "Blind listening tests, the newest first.", ListeningTestsRequest, _tests,
         answer=ListeningList, is_read_only=True),
    Verb("listening_test", "A listening test: trials, votes, and what came out with 95 % intervals.",
         ListeningTestRequest, _test, answer=ListeningAnswer, is_read_only=True),
    Verb("make_listening_test", "Make a blind listening test of takes and sounds: a page to send.",
         MakeListeningTest, _make, answer=ListeningAnswer, undo=_unmake),
    Verb("compare_searchers", "Match sounds in several ways, equal renders, and make a blind listening test of it.",
         CompareSearchers, _compare, kind="job", answer=ListeningAnswer, undo=_unmake, check=_check_compare),
)  # fmt: skip
