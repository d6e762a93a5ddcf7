"""What a file is built for, read from its first bytes: before anything loads it."""

from __future__ import annotations

import hashlib
import platform
import struct
import sys
from pathlib import Path

_ELF = {3: "x86", 40: "ARM", 62: "x86_64", 183: "aarch64", 243: "RISC-V", 21: "PowerPC 64", 8: "MIPS"}
_PE = {0x14C: "x86", 0x8664: "x86_64", 0xAA64: "aarch64", 0x1C4: "ARM"}
_MACH = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbf")


def built_for(path: Path) -> tuple[str, str]:
    """(system, machine) that a program file is made for, ("", "") for no program; raises `OSError`."""
    with path.open("rb") as file:
        head = file.read(64)
        if head[:4] == b"\x7fELF" and len(head) >= 20:
            (number,) = struct.unpack("<H" if head[5] == 1 else ">H", head[18:20])
            bits = "" if head[4] == 2 or number != 62 else " (32 bit)"
            return "Linux", _ELF.get(number, f"machine {number}") + bits
        if head[:2] == b"MZ" and len(head) == 64:
            file.seek(struct.unpack("<I", head[60:64])[0])
            mark = file.read(6)
            if mark[:4] == b"PE\0\0" and len(mark) == 6:
                (number,) = struct.unpack("<H", mark[4:6])
                return "Windows", _PE.get(number, f"machine {number}")
        if head[:4] in _MACH:
            return "Darwin", ""  # one file may serve several machines
    return "", ""


def is_program(path: Path) -> bool:
    """Whether it is a program of any system."""
    try:
        return bool(built_for(path)[0])
    except OSError:
        return False


def objection(path: Path) -> str:
    """Why a file cannot be loaded here, in words that go on after "PATH: "; "" where nothing speaks against it."""
    from patchpilot.modules.hosting.folders import program_of

    program = program_of(path)
    if program.is_dir():
        return "expected a plug-in, got a folder without one"
    try:
        system, machine = built_for(program)
    except FileNotFoundError:
        return "there is no such file"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    here = platform.machine().replace("AMD64", "x86_64").replace("arm64", "aarch64")
    if not system:
        return "expected a plug-in, got a file that is no program: is it damaged, or something else of that name?"
    if system != platform.system():
        return f"is a plug-in for {system}, and this is {platform.system()}"
    if machine and machine != here:
        return f"is a plug-in for {machine}, and this machine is {here}: install the one for {here}"
    if path.suffix == ".so" and not sys.platform.startswith("linux"):
        return "VST2 plug-ins are played on Linux only"
    return ""


def stamp(path: Path) -> tuple[int, int]:
    """(latest change in ns, bytes) of a file, or of all programs of a bundle; raises `OSError`."""
    from patchpilot.modules.hosting.folders import programs_of

    files = (programs_of(path) or [path]) if path.is_dir() else [path]
    stats = [file.stat() for file in files]
    return max(stat.st_mtime_ns for stat in stats), sum(stat.st_size for stat in stats)


def digest(path: Path) -> str:
    """sha256 of the code that is loaded here; raises `OSError`."""
    from patchpilot.modules.hosting.folders import program_of

    with program_of(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
