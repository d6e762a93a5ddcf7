"""What the engine is given and what comes back when it fails: plain, frozen, picklable."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from patchpilot.errors import EngineError

Stage = Literal["prepare", "run"]


@dataclass(frozen=True)
class Program:
    """Three functions, by name, so that a worker can import them without unpickling code.

    Each is written `"package.module:function"`. A worker starts clean and imports only these.

    Attributes:
        boot: `() -> None`. Imports native libraries; creates no engine objects. Its only errors are a missing
            library or a broken installation, so they raise `EngineError` in the caller.
        prepare: `(base) -> state`. What many jobs have in common: make the synthesizer, load the patch.
        run: `(state, delta) -> result`. One job; `result` is anything that pickles (arrays travel without a
            copy through the pickle).
        identity: `() -> str`, or "". What results depend on besides the job, such as the engine's version and
            the processor; machines of a cluster must agree on it. By default: the system and its machine type.
        common: `() -> common`, or "". What every `prepare` would begin with, whatever its base; then `prepare` is
            `(base, common) -> state`. It is made once in each worker, before any base, and every `prepare` gets
            it as it was then; one that fails or hangs is a broken installation.
    """

    boot: str
    prepare: str
    run: str
    identity: str = ""
    common: str = ""

    @property
    def names(self) -> tuple[str, str, str, str, str]:
        """All names: `Program(*program.names) == program`."""
        return self.boot, self.prepare, self.run, self.identity, self.common

    def __post_init__(self) -> None:
        required = (self.boot, self.prepare, self.run)
        for name in (*required, *(name for name in (self.identity, self.common) if name)):
            module, _, function = name.partition(":")
            if not module or not function:
                raise EngineError(f'expected "package.module:function", got {name!r}')
            if module == "__main__":
                raise EngineError(
                    f"{name!r} lives in the running script, which a worker cannot import: move it to a module"
                )


@dataclass(frozen=True)
class Job:
    """One thing to compute.

    Attributes:
        base: picklable            handed to `prepare`
        base_key: str              equal keys promise equal bases; they share one prepared process
        delta: picklable           handed to `run` with the prepared state
        pristine: bool             the result depends on what the process did before (a hidden seed that
            counts), so where there is no `fork` the job needs a new process. False: a process may be used
            again, each job with a fresh `prepare`, in a thread of its own.
    """

    base: object
    base_key: str
    delta: object
    pristine: bool = True


@dataclass(frozen=True)
class Failure:
    """What came of a job that gave no result. Returned, not raised: one bad patch of many is no exception.

    Attributes:
        reason: for people: "crashed (SIGSEGV)", "timed out after 20 s", "raised ValueError: no such control"
        stage: where it happened. A base whose `prepare` failed twice is not tried again by the same pool; once
            may have been the machine's bad moment.
        output: the end of what native code wrote on its stdout and stderr, where that was caught
    """

    reason: str
    stage: Stage
    output: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.reason


def make_common(program: Program) -> tuple[object, ...]:
    """What `prepare` gets besides the base: nothing, or what is common to all."""
    return (resolve(program.common)(),) if program.common else ()


def resolve(name: str) -> Callable[..., Any]:
    """The function that `"package.module:function"` names.

    Raises:
        ImportError, AttributeError: there is none.
    """
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def raised(error: BaseException, stage: Stage) -> Failure:
    """A Python exception as a `Failure`; the message is cut, since it crosses a process border."""
    text = f"{type(error).__name__}: {error}".rstrip(": \n")
    return Failure(f"raised {text[:2000]}", stage)
