from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from patchpilot.assist import ProviderError
from patchpilot.assist.conversation import Conversation
from patchpilot.assist.limits import Limits
from patchpilot.assist.providers import Call, Message, Reply
from patchpilot.assist.undoing import undo
from patchpilot.workspace import MissingError, Workspace
from tests.assist.scripted import Play, Scripted, calls, kinds, says
from tests.workspace.toys import Slow, sound_file, until, workspace_of

QUICK = {"instrument": "toy", "effort": "quick", "top": 2, "renders": 8}


def nonsense(text: Any, stop: Any = "done", *wanted: tuple[Any, Any]) -> Reply:
    made = tuple(Call(f"x{i}", name, arguments) for i, (name, arguments) in enumerate(wanted))
    return Reply(Message("model", text, made), stop)


def test_a_model_works_with_the_real_verbs(workspace: Workspace, sound: str) -> None:
    def votes(messages: Any) -> Reply:
        best = json.loads(messages[-1].results[0].text)["matches"][0]["take"]
        return calls(("tag", {"take": best, "add": ["darker"]}), ("vote", {"take": best, "vote": "yes"}))

    model = Scripted(
        calls(("match", {**QUICK, "sound": sound}), text="I look for it."), votes, says("There it is.")
    )
    play = Play(workspace, model)
    ending = play.run("Find this.")
    assert (ending.why, ending.text) == ("done", "There it is.")
    assert ending.usage == {"tokens": 5}
    best = next(number for number in ending.takes if workspace.entry(number).vote == 1)
    assert workspace.entry(best).tags == ("darker",)
    assert play.shown("said") == ["I look for it.", "There it is."]
    assert [text.split()[0] for text in play.shown("call")] == ["match", "tag", "vote"]
    assert play.shown("progress")
    assert play.shown("action") == [f"tagged take {best}: +darker", f"voted yes on take {best}"]
    assert play.steps[-1].kind == "end"
    assert kinds(play.conversation.lines) == [
        "head", "user", "model", "results", "model", "results", "results", "model", "end",
    ]  # fmt: skip
    assert sound in model.system
    assert "lead.wav" in model.system
    assert not any(is_error for _, is_error in model.answers)


def test_what_a_conversation_did_is_undone_and_nothing_else(workspace: Workspace, take: int) -> None:
    workspace.do("tag", {"take": take, "add": ["mine"]})
    play = Play(
        workspace,
        Scripted(calls(("vote", {"take": take, "vote": "no"}), ("star", {"take": take})), says("Done.")),
    )
    play.run()
    entry = workspace.entry(take)
    assert (entry.vote, entry.golden, entry.tags) == (-1, True, ("mine",))
    undone, left = undo(workspace, Conversation(play.conversation.path))
    assert [action["text"] for action in undone] == [
        f"gave a star to take {take}",
        f"voted no on take {take}",
    ]
    assert left == []
    entry = workspace.entry(take)
    assert (entry.vote, entry.golden, entry.tags) == (0, False, ("mine",))
    assert undo(workspace, play.conversation) == ([], [])


def test_what_somebody_did_after_it_is_not_undone(workspace: Workspace, take: int) -> None:
    play = Play(workspace, Scripted(calls(("vote", {"take": take, "vote": "no"})), says("Done.")))
    play.run()
    workspace.do("tag", {"take": take, "add": ["mine"]})
    undone, left = undo(workspace, play.conversation)
    assert undone == []
    assert [action["verb"] for action in left] == ["vote"]
    assert workspace.entry(take).vote == -1


def test_a_model_that_calls_what_does_not_exist_is_told(workspace: Workspace) -> None:
    model = Scripted(
        calls(("make_it_darker", {"much": True}), ("__import__", {}), ("", None), ("matsch", "rm")),
        says("I see."),
    )
    ending = Play(workspace, model).run()
    assert ending.why == "done"
    assert [is_error for _, is_error in model.answers] == [True] * 4
    assert all("there is no tool" in text and "match" in text for text, _ in model.answers)


def test_a_model_that_gives_malformed_arguments_is_told(workspace: Workspace) -> None:
    malformed = [
        "{sound: ",
        {"sound": None},
        {"sound": {"id": 1}},
        [],
        3.5,
        {"sound": "0" * 16, "top": "five"},
    ]
    model = Scripted(calls(*(("match", each) for each in malformed)), says("I give up."))
    ending = Play(workspace, model).run()
    assert ending.why == "done"
    assert [is_error for _, is_error in model.answers] == [True] * len(malformed)
    assert all("match" in text and "sound (needed)" in text for text, _ in model.answers)


def test_a_model_that_goes_round_in_circles_is_ended(workspace: Workspace) -> None:
    model = Scripted(lambda _: calls(("status", {})))
    play = Play(workspace, model)
    ending = play.run()
    assert ending.why == "round in circles"
    assert len(play.shown("call")) == 6
    texts = [text for text, _ in model.answers]
    assert ["in a row" in text for text in texts] == [False, False, True, True, True, True]
    assert model.asked[-1][0] is False  # it is asked to sum up, without calling


def test_a_model_that_never_ends_reaches_its_limit(workspace: Workspace) -> None:
    numbers = iter(range(1, 1000))
    model = Scripted(lambda messages: _sums_up(messages) or calls(("takes", {"limit": next(numbers)})))
    play = Play(workspace, model, Limits(turns=5))
    ending = play.run()
    assert (ending.why, ending.text) == ("limit", "I made nothing.")
    assert len(play.shown("call")) == 5
    assert "5 answers, as many as it may give" in model.heard[-1][-1].text


def _sums_up(messages: Any) -> Reply | None:
    return says("I made nothing.") if "You have reached a limit" in messages[-1].text else None


def test_a_model_that_calls_although_it_may_not_does_nothing(workspace: Workspace) -> None:
    numbers = iter(range(1, 1000))
    model = Scripted(lambda _: calls(("takes", {"limit": next(numbers)}), text="One more."))
    play = Play(workspace, model, Limits(turns=2))
    assert play.run().why == "limit"
    assert len(play.shown("call")) == 2
    last = play.conversation.messages(provider="scripted", model="script-1")[-1]
    assert [one.text for one in last.results] == ["interrupted before it was done"]


def test_time_that_is_up_ends_what_runs_with_its_best_so_far(tmp_path: Path) -> None:
    toy = Slow(allowed=12)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        sound = workspace.sounds.add(sound_file(tmp_path / "a.wav"), name="a.wav")["id"]
        model = Scripted(calls(("match", {**QUICK, "sound": sound, "renders": 50000})), says("Out of time."))
        threading.Timer(5.0, toy.go_on.set).start()
        ending = Play(workspace, model, Limits(seconds=3.0)).run()
        assert (ending.why, ending.text) == ("limit", "Out of time.")
        answer = json.loads(model.answers[0][0])
        assert answer["state"] == "cancelled"
        assert answer["matches"]
        assert toy.rendered < 5000


def test_renders_are_counted_and_capped(workspace: Workspace, sound: str) -> None:
    ask = ("match", {**QUICK, "sound": sound, "renders": 400})
    model = Scripted(calls(ask), calls(ask), calls(("takes", {})), says("All used up."))
    play = Play(workspace, model, Limits(renders=20))
    assert play.run().why == "done"
    first, second, third = model.answers
    assert json.loads(first[0])["renders"] < 60  # the search, and no more than 20 of refinement
    assert second[1]
    assert "used up" in second[0]
    assert not third[1]
    assert len(workspace.jobs.all()) == 1


def test_many_calls_at_once_are_cut(workspace: Workspace) -> None:
    model = Scripted(calls(*[("takes", {"limit": n}) for n in range(1, 30)]), says("Enough."))
    Play(workspace, model, Limits(calls=3)).run()
    assert [is_error for _, is_error in model.answers] == [False] * 3 + [True] * 26
    assert "at most 3 calls at a time" in model.answers[-1][0]


@pytest.mark.parametrize("text", ["", "   "])
def test_a_model_that_says_nothing_is_asked_once_more(workspace: Workspace, text: str) -> None:
    model = Scripted(nonsense(text.strip()))
    play = Play(workspace, model)
    assert play.run().why == "nothing"
    assert len(model.heard) == 2
    assert "You said nothing" in model.heard[-1][-1].text


def test_a_model_that_refuses_is_not_pressed(workspace: Workspace) -> None:
    model = Scripted(nonsense("I will not.", "refused", ("undo", {})))
    play = Play(workspace, model)
    ending = play.run()
    assert (ending.why, ending.text) == ("refused", "I will not.")
    assert play.shown("call") == []


def test_an_answer_that_was_cut_off_does_nothing(workspace: Workspace, take: int) -> None:
    model = Scripted(nonsense("I vote", "cut", ("vote", {"take": take, "vote": "no"})), says("Better not."))
    assert Play(workspace, model).run().why == "done"
    assert workspace.entry(take).vote == 0
    assert "cut off" in model.heard[-1][-1].text
    assert model.answers == [("interrupted before it was done", True)]


def test_an_answer_that_paused_is_gone_on_with(workspace: Workspace) -> None:
    model = Scripted(nonsense("Hm", "paused"), says("Yes."))
    assert Play(workspace, model).run().text == "Yes."
    assert model.heard[-1][-1].role == "model"


def test_a_provider_that_fails_loses_nothing(workspace: Workspace, take: int) -> None:
    def fails(_: Any) -> Reply:
        raise ProviderError("the service is away")

    play = Play(workspace, Scripted(calls(("vote", {"take": take, "vote": "yes"})), fails))
    with pytest.raises(ProviderError, match="away"):
        play.run("Say yes.")
    lines = Conversation(play.conversation.path).lines
    assert kinds(lines) == ["head", "user", "model", "results", "end"]
    assert (lines[-1]["why"], lines[-1]["error"]) == ("failed", "the service is away")
    again = Play(workspace, model := Scripted(says("I said yes.")), earlier=play.conversation.path)
    assert again.run("Go on.").why == "done"
    assert [message.text for message in model.heard[0] if message.text] == ["Say yes.", "Go on."]
    assert model.heard[0][1].raw == {"of": "the script"}
    other = again.conversation.messages(provider="other", model="script-1")
    assert other[1].raw is None
    assert other[1].calls[0].name == "vote"


def test_what_was_long_ago_is_told_again_in_short(workspace: Workspace, take: int) -> None:
    model = Scripted(
        calls(("take", {"take": take}), ("draft_begin", {"take": take})), says("So."), says("And so.")
    )
    play = Play(workspace, model)
    play.run("Look.")
    whole = [text for text, _ in model.answers]
    assert max(len(text) for text in whole) > 440
    play.run("Look again.")
    again = [text for text, _ in model.answers]
    assert all(len(text) < 440 for text in again)
    assert all(one.startswith(each[:400]) for one, each in zip(again, whole, strict=True))


def test_calls_after_the_time_is_up_are_not_done(workspace: Workspace, take: int) -> None:
    def slowly(_: Any) -> Reply:
        time.sleep(1.6)
        return calls(("vote", {"take": take, "vote": "no"}), ("star", {"take": take}))

    model = Scripted(slowly, says("Too late."))
    ending = Play(workspace, model, Limits(seconds=1.5)).run()
    assert (ending.why, ending.text, ending.actions) == ("limit", "Too late.", ())
    assert all("your time is up" in text for text, _ in model.answers)
    assert workspace.entry(take).vote == 0


def test_ctrl_c_ends_the_job_and_keeps_all(tmp_path: Path) -> None:
    toy = Slow(allowed=12)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        sound = workspace.sounds.add(sound_file(tmp_path / "a.wav"), name="a.wav")["id"]
        wanted = ("match", {**QUICK, "sound": sound, "renders": 50000})
        play = Play(workspace, Scripted(calls(wanted, ("status", {})), says("Never said.")))

        def press() -> None:
            toy.is_waiting.wait(20.0)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.7)
            toy.go_on.set()

        threading.Thread(target=press, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            play.run()
        job = until(lambda: next(iter(workspace.jobs.all(state="cancelled")), None))
        assert workspace.jobs.get(job["id"])["result"]["matches"]
        lines = Conversation(play.conversation.path).lines
        assert kinds(lines) == ["head", "user", "model", "results", "end"]
        assert lines[-1]["why"] == "interrupted"
        told = play.conversation.messages(provider="scripted", model="script-1")
        assert json.loads(told[2].results[0].text)["state"] == "cancelled"
        assert told[3].results[0].text == "interrupted before it was done"


def test_ctrl_c_while_the_model_thinks_keeps_all(workspace: Workspace) -> None:
    def interrupted(_: Any) -> Reply:
        raise KeyboardInterrupt

    play = Play(workspace, Scripted(interrupted))
    with pytest.raises(KeyboardInterrupt):
        play.run("Think.")
    assert kinds(Conversation(play.conversation.path).lines) == ["head", "user", "end"]


def test_a_line_that_a_power_cut_tore_is_passed_over(workspace: Workspace) -> None:
    play = Play(workspace, Scripted(says("One.")))
    play.run("First.")
    path = play.conversation.path
    whole = path.read_bytes()
    for cut in (whole[:-10], whole + b'{"kind": "model", "te', whole + b"\xff\xfe"):
        path.write_bytes(cut)
        earlier = Conversation(path)
        earlier.user("Second.")
        texts = [one.text for one in Conversation(path).messages(provider="scripted", model="script-1")]
        assert texts == ["First.", "One.", "Second."]


def test_the_latest_conversation_is_found(workspace: Workspace) -> None:
    with pytest.raises(MissingError, match="the latest: none"):
        Conversation.found(workspace.path)
    made = [Play(workspace, Scripted(says("Hm."))).conversation for _ in range(2)]
    assert Conversation.found(workspace.path).id == made[1].id
    assert Conversation.found(workspace.path, made[0].id).id == made[0].id
    with pytest.raises(MissingError, match=made[1].id):
        Conversation.found(workspace.path, "../../etc/passwd")
