"""The files of a git repository's newest commit.

A repository is a stranger's data. Nothing of it is checked out: its files are read from git's own store, so that no
link, hook, filter or submodule of it has any effect.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from patchpilot.datasets.presets._source import Entry, Limits, shown
from patchpilot.errors import DatasetError, PluginError

_SAFE = (
    "protocol.allow=never", "protocol.https.allow=always", "protocol.ssh.allow=always",
    "protocol.file.allow=always", "core.hooksPath=/dev/null", "core.fsmonitor=false",
    "submodule.recurse=false", "fetch.recurseSubmodules=false", "gc.auto=0", "maintenance.auto=false",
    "advice.detachedHead=false",
)  # fmt: skip


def clone(url: str, folder: Path, limits: Limits) -> str:
    """Bring a repository's newest commit into an empty folder, without files; returns the commit's name.

    Raises:
        DatasetError: it cannot be had; OutputError: the folder cannot be written; PluginError: there is no git.
    """
    git(
        ["clone", "--bare", "--depth", "1", "--single-branch", "--no-tags", "--template=",
         "--quiet", "--", url, str(folder)],
        limits, url,
    )  # fmt: skip
    if not any((folder / "objects").glob("[0-9a-p]*/*")):
        raise DatasetError(f"{shown(url)}: the repository is empty")
    return git(["--git-dir", str(folder), "rev-parse", "HEAD"], limits, url).decode().strip()


@contextlib.contextmanager
def git_entries(
    folder: Path, url: str, limits: Limits, wanted: Callable[[str], bool]
) -> Iterator[list[Entry]]:
    """The plain files of a cloned repository that are wanted: no links, no submodules, none that is too large."""
    here = ["--git-dir", str(folder)]
    lines = git([*here, "ls-tree", "-r", "-l", "-z", "HEAD"], limits, url).split(b"\0")[:-1]
    if len(lines) > limits.files:
        raise DatasetError(f"{shown(url)}: expected up to {limits.files} files, got {len(lines)}")
    found = []
    with _started([*here, "cat-file", "--batch"], stdin=subprocess.PIPE) as process:
        for line in lines:
            about, _, name = line.partition(b"\t")
            mode, kind, blob, size = about.split()
            path = name.decode(errors="replace")
            plain = kind == b"blob" and mode in (b"100644", b"100755")
            # Of a file that did not come along git knows no size.
            if plain and wanted(path) and size.isdigit() and int(size) <= limits.most(path):
                found.append(Entry(path, int(size), partial(_blob, process, blob, url)))
        if sum(entry.size for entry in found) > limits.total:
            raise DatasetError(f"{shown(url)}: its presets are more than {limits.total >> 20} MB")
        yield found


def _blob(process: subprocess.Popen[bytes], blob: bytes, url: str) -> bytes:
    """A file's content from a running `git cat-file --batch`."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(blob + b"\n")
        process.stdin.flush()
        _, kind, size = process.stdout.readline().split()
        data = process.stdout.read(int(size) + 1)[:-1]
    except (OSError, ValueError) as error:
        raise DatasetError(f"{shown(url)}: git cannot read a file of it: {error}") from None
    if kind != b"blob" or len(data) != int(size):
        raise DatasetError(f"{shown(url)}: git cannot read a file of it; was the download cut off?")
    return data


def git(arguments: Sequence[str], limits: Limits, url: str) -> bytes:
    """What a git command prints. It asks nobody for anything, and runs nobody's hooks.

    Raises:
        DatasetError: it fails, or takes too long; PluginError: there is no git.
    """
    with _started(arguments, stdin=subprocess.DEVNULL) as process:
        try:
            out, told = process.communicate(timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            raise DatasetError(
                f"{shown(url)}: git took longer than {limits.seconds:g} s; is the network or the repository slow?"
            ) from None
    if process.returncode:
        lines = [line.strip() for line in told.decode(errors="replace").splitlines() if line.strip()]
        why = next(
            (line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else ""
        )
        why = why.replace(url, shown(url)).removeprefix("fatal: ").removeprefix("error: ")
        raise DatasetError(f"{shown(url)}: git cannot fetch it: {why or f'exit code {process.returncode}'}")
    return out


_KEPT = ("GIT_SSH_COMMAND", "GIT_SSH", "GIT_SSL_CAINFO", "GIT_SSL_NO_VERIFY", "GIT_PROXY_COMMAND",
         "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH")  # fmt: skip
"""What of a user's settings for git still counts; a GIT_DIR of theirs would name another repository."""


@contextlib.contextmanager
def _started(arguments: Sequence[str], *, stdin: int) -> Iterator[subprocess.Popen[bytes]]:
    """A git that runs, and that is ended with all that it started."""
    settings = [part for setting in _SAFE for part in ("-c", setting)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "LC_ALL": "C"}
    environment.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=30")
    try:
        process = subprocess.Popen(
            ["git", *settings, *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise PluginError(f"git cannot be run ({error.strerror}); install it: https://git-scm.com") from None
    with process:  # closes its pipes
        try:
            yield process
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    if sys.platform == "win32":
                        process.kill()
                    else:
                        os.killpg(process.pid, signal.SIGKILL)
                process.wait()
