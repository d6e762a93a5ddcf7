"""Run many renders of native code that nobody trusts: fast, crash-proof and bit-exact.

An engine (a synthesizer in a native library) may crash, hang, print, leave hidden random state behind, and
set flags of the floating-point unit. So it never runs in the user's process. This package knows callables,
not instruments: a `Program` names three functions:

    boot()                   import the native library
    prepare(base) -> state   what many jobs share: make the synthesizer, load a patch
    run(state, delta)        one job: set what changed, render, return an array (or anything that pickles)

and, if every `prepare` begins alike, a fourth that is done once in each worker (then it is `prepare(base, common)`):

    common() -> common       make the synthesizer

A `Job` is one (base, delta), and a `Pool` of worker processes turns jobs into results:

    with Pool(program, timeout_s=20.0) as pool:
        results = pool.map(jobs)              # in order
        for i, result in pool.imap(jobs):     # as they end; the workers go on meanwhile
            ...

A result is what `run` returned, or a `Failure` that says what happened: a crash or a hang costs one job.

How a job always starts from the same state, on Linux:

    parent ── root (boot,  ─┬── keeper of base A (prepare A) ──┬── child: run(A, delta 1)
             common)        │                                  └── child: run(A, delta 2)
                            └── keeper of base B …

There is one root for each worker. It is a new interpreter, free of the parent's threads and libraries; keepers
and children are forks, so every `run` begins with the very memory that `prepare` left. A worker gets first the
jobs whose base it has prepared. Of a base that will hardly come back, the last job runs in the keeper itself.
Arrays come back through shared memory.

Elsewhere (and with `fork=False` or `PATCHPILOT_FORK=0`) a job whose result depends on hidden state gets a spawned
process of its own, started ahead of need; the others (`pristine=False`) share processes and get a fresh
`prepare`. The results are the same, only slower.

Numbers inside a worker: one thread per process for BLAS and OpenMP; a fixed hash seed.
"""

from patchpilot.engine.job import Failure, Job, Program
from patchpilot.engine.pool import Pool

__all__ = ["Failure", "Job", "Pool", "Program"]
