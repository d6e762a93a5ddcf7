"""The real client of Anthropic, at a stand-in of its service."""

from __future__ import annotations

import json
import sys
import time
import typing
from typing import Any

import pytest

from patchpilot.assist import ProviderError, orchestrator
from patchpilot.assist.limits import Limits
from patchpilot.assist.providers import Message, provider
from patchpilot.assist.providers.anthropic import MODEL, AnthropicProvider
from patchpilot.errors import PluginError
from patchpilot.workspace import Workspace
from tests.assist.scripted import Play, tools_of
from tests.assist.standin import KEY, Service, error, message, text, tool_use

pytest.importorskip("anthropic")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_BASE_URL",
        "ANTHROPIC_PROFILE",
        "HTTP_PROXY",
        "http_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


def said_by(service: Service, workspace: Workspace, **options: Any) -> Any:
    model = AnthropicProvider(base_url=service.url)
    given = {"may_call": True, "timeout_s": 10.0, **options}
    return model.reply("Be brief.", [Message("user", "Hello.")], tools_of(workspace).all, **given)


def test_a_model_works_through_the_client(workspace: Workspace, take: int) -> None:
    thinking = {"type": "thinking", "thinking": "A vote, then.", "signature": "c2lnbmVk"}
    with Service(
        message(thinking, text("I vote."), tool_use("vote", {"take": take, "vote": "yes"}), stop="tool_use"),
        message(
            tool_use("votee", {}, "toolu_02"), tool_use("vote", {"take": 0}, "toolu_03"), stop="tool_use"
        ),
        message(text("Done.")),
    ) as service:
        play = Play(workspace, AnthropicProvider(model="claude-sonnet-5-5", base_url=service.url))
        ending = play.run("Say yes.")
    assert (ending.why, ending.text) == ("done", "Done.")
    assert ending.usage == {"input_tokens": 36, "output_tokens": 15}
    assert workspace.entry(take).vote == 1
    first, second, third = service.asked
    assert first["model"] == "claude-sonnet-5-5"
    assert first["tool_choice"] == {"type": "auto"}
    assert "You work in Patch Pilot" in first["system"]
    assert {"name", "description", "input_schema"} == set(first["tools"][0])
    assert (
        second["messages"][1]["content"][0] == thinking
    )  # what only the service understands comes back unchanged
    result = second["messages"][2]["content"][0]
    assert (result["tool_use_id"], result["is_error"]) == ("toolu_01", False)
    assert json.loads(result["content"])["vote"] == "yes"
    assert [block["is_error"] for block in third["messages"][4]["content"]] == [True, True]
    assert all(headers["authorization"] == f"Bearer {KEY}" for headers in service.headers)


def test_arguments_that_are_no_object_are_told_and_sent_back_as_one(workspace: Workspace) -> None:
    """The service refuses them in what it is given, even if its model made them."""
    with Service(message(tool_use("vote", "take 3"), stop="tool_use"), message(text("Sorry."))) as service:
        ending = Play(workspace, AnthropicProvider(base_url=service.url)).run()
    assert ending.text == "Sorry."
    assert service.asked[1]["messages"][1]["content"][0]["input"] == {}
    assert (
        "expected its arguments as a JSON object" in service.asked[1]["messages"][2]["content"][0]["content"]
    )


def test_a_conversation_is_gone_on_with_after_an_interrupt(
    workspace: Workspace, take: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    no = tool_use("vote", {"take": take, "vote": "no"})
    with Service(message(no, stop="tool_use"), message(text("Yes."))) as service:
        play = Play(workspace, AnthropicProvider(base_url=service.url))
        with monkeypatch.context() as patch:
            patch.setattr(orchestrator, "in_background", interrupted)
            with pytest.raises(KeyboardInterrupt):
                play.run("Say no.")
        for model in (None, "claude-sonnet-5-5"):  # another model is told what was called, too
            made = AnthropicProvider(model=model, base_url=service.url)
            assert Play(workspace, made, earlier=play.conversation.path).run("Leave it.").text == "Yes."
    for asked in service.asked[1:]:
        assert asked["messages"][1]["content"] == [no]
        following = asked["messages"][2]["content"]
        assert [block["type"] for block in following] == ["tool_result", "text"]
        assert following[0]["content"] == "interrupted before it was done"


def test_at_a_limit_the_model_may_not_call(workspace: Workspace) -> None:
    with Service(message(tool_use("status", {}), stop="tool_use"), message(text("That far."))) as service:
        play = Play(workspace, AnthropicProvider(base_url=service.url), Limits(turns=1))
        assert play.run().text == "That far."
    assert service.asked[1]["tool_choice"] == {"type": "none"}
    assert service.asked[1]["tools"]


@pytest.mark.parametrize(
    ("answer", "stop", "words"),
    [
        (message(text("Half a"), stop="max_tokens"), "cut", "Half a"),
        (message(text("Hm"), stop="pause_turn"), "paused", "Hm"),
        (message(text("Full"), stop="model_context_window_exceeded"), "cut", "Full"),
        (message(text("No."), stop="refusal"), "refused", "No."),
        (
            message(
                stop="refusal", stop_details={"type": "refusal", "category": None, "explanation": "Not this."}
            ),
            "refused",
            "Not this.",
        ),
        (message(), "done", ""),
        (message(text("New."), stop="something_new"), "done", "New."),
    ],
)
def test_why_a_model_stopped_is_known(workspace: Workspace, answer: Any, stop: str, words: str) -> None:
    with Service(answer) as service:
        reply = said_by(service, workspace)
    assert (reply.stop, reply.message.text) == (stop, words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(401, "authentication_error", "invalid API key"), "refuses the key in ANTHROPIC_API_KEY"),
        (error(404, "not_found_error", "model: claude-opus-0"), "name another with --model"),
        (error(429, "rate_limit_error", "Number of requests"), "go on a little later"),
        (error(400, "invalid_request_error", "prompt is too long"), "400: prompt is too long"),
        (error(402, "billing_error", "credit balance is too low"), "402: credit balance is too low"),
        (error(500, "api_error", "Internal server error"), "500: Internal server error"),
        (error(529, "overloaded_error", "Overloaded"), "529: Overloaded"),
        ((200, "<html>a proxy says hello</html>"), "cannot be read"),
        ((200, {"hello": "world"}), "cannot be read"),
        ((200, {**message(), "content": None}), "cannot be read"),
        ((200, {**message(), "content": [{"type": "tool_use"}]}), "cannot be read"),
        ((200, [1, 2]), "cannot be read"),
    ],
)
def test_what_the_service_does_wrong_is_told(workspace: Workspace, answer: Any, words: str) -> None:
    with Service(answer) as service, pytest.raises(ProviderError) as raised:
        said_by(service, workspace)
    assert words in str(raised.value)
    assert KEY not in str(raised.value)


def test_a_service_that_is_not_there_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import anthropic

    monkeypatch.setattr(anthropic._base_client, "INITIAL_RETRY_DELAY", 0.01)
    with Service(message()) as service:
        pass
    with pytest.raises(ProviderError, match="cannot be reached"):
        said_by(service, workspace)


def test_a_service_that_is_slow_is_given_up(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import anthropic

    monkeypatch.setattr(anthropic._base_client, "INITIAL_RETRY_DELAY", 0.01)

    def slowly(_: Any) -> Any:
        time.sleep(0.6)
        return message(text("Late."))

    with Service(slowly) as service, pytest.raises(ProviderError, match="in time"):
        said_by(service, workspace, timeout_s=0.15)


def test_without_a_key_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "another way in, which is not taken")
    for value in (None, "", "  "):
        if value is None:
            monkeypatch.delenv("ANTHROPIC_API_KEY")
        else:
            monkeypatch.setenv("ANTHROPIC_API_KEY", value)
        with pytest.raises(ProviderError, match="export ANTHROPIC_API_KEY=… and try again; nothing was sent"):
            provider("anthropic")


def test_without_the_extra_its_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(PluginError, match=r"pip install 'patchpilot\[anthropic\]'"):
        provider("anthropic")


def test_the_usual_model_is_one_that_the_client_knows() -> None:
    from anthropic.types import Model

    assert MODEL in typing.get_args(typing.get_args(Model)[0])
    assert provider("anthropic").model == MODEL
    assert provider("anthropic", model="claude-x").model == "claude-x"


def test_providers_that_do_not_exist_are_told() -> None:
    with pytest.raises(PluginError, match="no 'nobody' among the providers; there are: anthropic"):
        provider("nobody")
