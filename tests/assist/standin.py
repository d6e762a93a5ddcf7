"""A stand-in for Anthropic's service: the Messages API over HTTP on this machine, as its client's types describe it.

It refuses what the service is documented to refuse: a wrong key, roles that do not fit, calls of tools without results
right after them, results without calls, tools that are not described while calls are in the messages.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "sk-ant-test"
Answer = dict[str, Any] | tuple[int, Any] | Callable[[dict[str, Any]], Any]


def message(*blocks: dict[str, Any], stop: str = "end_turn", **more: Any) -> dict[str, Any]:
    return {
        "id": "msg_01", "type": "message", "role": "assistant", "model": "claude-opus-5-5", "content": list(blocks),
        "stop_reason": stop, "stop_sequence": None, "usage": {"input_tokens": 12, "output_tokens": 5}, **more,
    }  # fmt: skip


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def tool_use(name: str, given: Any, id: str = "toolu_01") -> dict[str, Any]:  # noqa: A002 (the service's name)
    return {"type": "tool_use", "id": id, "name": name, "input": given}


def error(status: int, kind: str, said: str) -> tuple[int, Any]:
    return status, {"type": "error", "error": {"type": kind, "message": said}, "request_id": "req_01"}


class Service:
    """The service; answers one after another, the last one again and again.

    Attributes:
        asked: the bodies of all requests.
        headers: of all requests, in small letters.
    """

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, answer = service._answer(self.path, headers, body)
                data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header(
                    "content-type", "text/html" if isinstance(answer, str) else "application/json"
                )
                self.send_header("content-length", str(len(data)))
                self.send_header("request-id", "req_01")
                self.send_header("x-should-retry", "false")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        self.asked.append(body)
        self.headers.append(headers)
        if path != "/v1/messages":
            return error(404, "not_found_error", "Not found")
        if headers.get("authorization") != f"Bearer {KEY}":
            return error(401, "authentication_error", "invalid API key")
        if wrong := _wrong(headers, body):
            return error(400, "invalid_request_error", wrong)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if callable(answer):
            answer = answer(body)
        return answer if isinstance(answer, tuple) else (200, answer)


def _wrong(headers: dict[str, str], body: dict[str, Any]) -> str:
    """What the service would refuse."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", headers.get("anthropic-version", "")):
        return "anthropic-version: header is required"
    if not isinstance(body.get("max_tokens"), int) or not isinstance(body.get("model"), str):
        return "max_tokens, model: Field required"
    for at, tool in enumerate(body.get("tools", [])):
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", tool["name"]):
            return f"tools.{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        if tool["input_schema"].get("type") != "object":
            return f"tools.{at}.custom.input_schema.type: Input should be 'object'"
    return _wrong_messages(body["messages"], has_tools=bool(body.get("tools")))


def _wrong_messages(messages: list[dict[str, Any]], *, has_tools: bool) -> str:
    if not messages or messages[0]["role"] != "user":
        return 'messages: first message must use the "user" role'
    waiting: set[str] = set()
    for at, each in enumerate(messages):
        blocks = [text(each["content"])] if isinstance(each["content"], str) else each["content"]
        if not blocks:
            return f"messages.{at}: all messages must have non-empty content"
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if set(results) != waiting or len(results) != len(set(results)):
            return f"messages.{at}: `tool_use` ids without `tool_result` blocks right after: {waiting}, {results}"
        if results and any(block["type"] != "tool_result" for block in blocks[: len(results)]):
            return f"messages.{at}: `tool_result` blocks must come first"
        if any(block["type"] == "text" and not block["text"].strip() for block in blocks):
            return f"messages.{at}: text content blocks must contain non-whitespace text"
        waiting = {block["id"] for block in blocks if block["type"] == "tool_use"}
        if waiting and (each["role"] != "assistant" or not has_tools):
            return f"messages.{at}: `tool_use` blocks need role assistant and `tools`"
        if any(not isinstance(block["input"], dict) for block in blocks if block["type"] == "tool_use"):
            return f"messages.{at}: tool_use.input: Input should be a valid dictionary"
    return "messages: a tool is waited for" if waiting else ""
