"""The `Verb` noun: one thing that can be done with a workspace, whoever asks for it.

    @request
    class VoteRequest:
        '''Say whether a take is liked.'''
        take: Annotated[int, Field(ge=1, description="Number of the take.")]
        vote: Annotated[Literal["yes", "no"] | None, Field(description="null takes it back.")] = None

    def _vote(workspace, request, report): ...

    VERBS = (Verb("vote", "Say whether a take is liked.", VoteRequest, _vote, undo=_unvote),)

Every module of this folder that has `VERBS` is found by itself.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, dataclass_transform

from pydantic import ConfigDict, TypeAdapter, ValidationError

from patchpilot.errors import ParameterError
from patchpilot.workspace.errors import MissingError

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def request(cls: type[T]) -> type[T]:
    """Make a class a request: a frozen dataclass whose fields pydantic checks, and that takes no others."""
    made = dataclass(frozen=True, kw_only=True)(cls)
    made.__pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)  # type: ignore[attr-defined]
    return made


@dataclass(frozen=True, eq=False)
class Verb:
    """One thing that can be done.

    Attributes:
        name: as it is called everywhere.
        summary: what it does, in a sentence for people and language models.
        request: a class that `request` made.
        do: does it, and answers plain JSON; told to stop, it returns the best so far or raises `KeyboardInterrupt`.
        kind: "now" while who asked waits, or "job" in a thread of its own.
        answer: type of what `do` answers, for schemas: a TypedDict (of `typing_extensions`) or a dataclass.
        lane: jobs of one lane run one after another, those of several side by side.
        check: of a job, refuses what cannot be done before it waits in a line; raises as `do` does.
        undo: undoes it, given what `do` said to `Report.did`; None where nothing is to be undone.
        is_read_only: whether it changes nothing.
    """

    name: str
    summary: str
    request: type[Any]
    do: Callable[[Workspace, Any, Report], dict[str, Any]]
    kind: Literal["now", "job"] = "now"
    answer: Any = dict[str, Any]
    lane: str = "match"
    check: Callable[[Workspace, Any], None] | None = None
    undo: Callable[[Workspace, Any], None] | None = None
    is_read_only: bool = False

    def parsed(self, data: Any) -> Any:
        """A request, from JSON or as it is.

        Raises:
            ParameterError: it is not one; every field that is wrong is named.
        """
        if isinstance(data, self.request):
            return data
        try:
            return TypeAdapter(self.request).validate_python(data)
        except ValidationError as error:
            raise ParameterError(f"{self.name}: {told(error.errors())}") from None

    def schema(self) -> dict[str, Any]:
        """JSON schema of the request."""
        return TypeAdapter(self.request).json_schema()


def told(errors: Any) -> str:
    """What pydantic found wrong, as one sentence."""
    parts = []
    for one in errors:
        place = ".".join(str(part) for part in one["loc"] if part != "body")
        got = one.get("input")
        shown = f", got {got!r:.60}" if isinstance(got, str | int | float | bool) else ""
        parts.append(f"{place + ': ' if place else ''}{one['msg']}{shown}")
    return "; ".join(parts[:5])


@cache
def all_verbs() -> Mapping[str, Verb]:
    """All verbs by their names."""
    import patchpilot.workspace.verbs as folder

    found: dict[str, Verb] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(folder.__path__)):
        for verb in getattr(importlib.import_module(f"{folder.__name__}.{module}"), "VERBS", ()):
            assert verb.name not in found, verb.name
            found[verb.name] = verb
    return found


def verb_of(name: str) -> Verb:
    """The verb of a name; raises `MissingError`."""
    verbs = all_verbs()
    if name not in verbs:
        raise MissingError(f"there is no {name!r}; there are: {', '.join(sorted(verbs))}")
    return verbs[name]
