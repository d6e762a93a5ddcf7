"""Everything that the description of the interface allows, and much that it does not: no crash, no 5xx, no surprise.

Half of the calls name a sound, a take, a draft and a job that are really there, so that they get further.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from patchpilot.errors import PatchError
from patchpilot.space import Patch
from patchpilot.studio.app import make_api
from patchpilot.workspace import Limits, Workspace
from tests.toy import Toy
from tests.workspace.toys import a_take, sound_file, workspace_of

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/api/v1/events"
"""Server-sent events do not end: `test_events_api` has them."""


class Reading(Toy):
    """A toy that no file is a preset of."""

    def load(self, path: Path | str) -> Patch:
        raise PatchError(f"{path} is no preset of the toy")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("fuzz")
    with workspace_of(folder / "ws", Reading(), limits=Limits(queued=100_000)) as made:
        yield made


@pytest.fixture(scope="module")
def real(workspace: Workspace) -> dict[str, Any]:
    """Names of what is there, by what requests call them."""
    sound = workspace.sounds.add(sound_file(workspace.path / "in.wav"), name="a.wav")["id"]
    takes = [workspace.keep(a_take(Toy(), level), scores={"close_to": -level}) for level in (0.3, 0.6)]
    draft = workspace.do("draft_begin", {"take": takes[0]})["id"]
    job = workspace.do("match", {"sound": sound, "instrument": "toy", "effort": "quick"})["id"]
    return {
        "sound": sound, "sound_id": sound, "number": takes[0], "take": takes[1], "draft": draft, "draft_id": draft,
        "job_id": job, "name": "toy", "instrument": "toy", "start_from": takes, "effort": "quick", "using": None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def schema(workspace: Workspace) -> Any:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", make_api(workspace)).exclude(path=ENDLESS)


def called(schema: Any, real: dict[str, Any], examples: int) -> None:
    """Call each operation so often; all that fail are told together."""
    wrong = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=examples, derandomize=True, database=None, deadline=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(), is_real=st.booleans())
        def once(case: Any, is_real: bool) -> None:
            if is_real:
                for part in (case.path_parameters, case.body):
                    if isinstance(part, dict):
                        part.update({name: value for name, value in real.items() if name in part})
            case.call_and_validate(checks=CHECKS)

        try:
            once()
        except Exception as error:
            wrong.append(f"{operation.label}: {error}")
    assert not wrong, "\n\n".join(wrong)


def test_a_few_of_each(schema: Any, real: dict[str, Any]) -> None:
    called(schema, real, 2)


@pytest.mark.slow
def test_many_of_each(schema: Any, real: dict[str, Any]) -> None:
    called(schema, real, 100)
