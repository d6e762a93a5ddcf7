"""Fetches the JavaScript that the studio's page stands on, from npm, and puts it into the page's `vendor/`.

    python tools/vendor.py           download, compare with the sums below, write (with each package's licence)
    python tools/vendor.py --check   only compare what is there with the sums below; needs no network

There is no build step: a module is written as its package ships it, but for two things. The names of other packages
become the files beside it (`from "preact"` -> `from "./preact.js"`), as a browser wants them, and comments that name
source maps go.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import sys
import tarfile
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "src/patchpilot/studio/page/vendor"
REGISTRY = "https://registry.npmjs.org"
MODULES = {
    "preact": "./preact.js",
    "preact/hooks": "./preact-hooks.js",
    "@preact/signals-core": "./signals-core.js",
}
"""What a bare name in an import stands for."""


@dataclass(frozen=True)
class Package:
    """One package of npm.

    Attributes:
        name: as npm knows it.
        version: exact.
        licence: SPDX identifier; all are compatible with the GPL, version 3.
        sha256: of the archive that npm serves.
        files: path in the archive -> name here, and the sha256 of what is written.
    """

    name: str
    version: str
    licence: str
    sha256: str
    files: Mapping[str, tuple[str, str]]

    @property
    def url(self) -> str:
        """Where the archive is."""
        return f"{REGISTRY}/{self.name}/-/{self.name.rpartition('/')[2]}-{self.version}.tgz"


PACKAGES = (
    Package(
        "preact",
        "11.2.0",
        "MIT",
        "3c4456766bd32b6b534d52bf4e9c2a29b33e7eedf6e96ed479300ba1a7888ebf",
        {
            "dist/preact.mjs": (
                "preact.js",
                "225d7a773766e6fb2cfcc45274fe41d2059f5782f3f2c4569aa5132a2d3a2902",
            ),
            "hooks/dist/hooks.mjs": (
                "preact-hooks.js",
                "5c65ab263688d0805862fd0807c779af02c2799c44fda0873dfcb870d0da70a0",
            ),
            "LICENSE": ("preact.LICENSE", "1fe6958409c8c257a70c587a18b6f7f412b179b456630790d30b2ec9a8e4b7d4"),
        },
    ),
    Package(
        "htm",
        "3.1.1",
        "Apache-2.0",
        "2425b9bee11409177bcabc7f32e319926fc6690c1701c0b257c88bdff2d5ba90",
        {
            "dist/htm.mjs": ("htm.js", "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4"),
            "LICENSE": ("htm.LICENSE", "6f4b0f898d311ca04ccec0721a2bb8684ecec8a2a7131ea291ea8c2155565522"),
        },
    ),
    Package(
        "@preact/signals-core",
        "1.14.5",
        "MIT",
        "94c421ac996214c94f532fb4c43d8ede048a16df0cd9538ffb965174dbe8daba",
        {
            "dist/signals-core.mjs": (
                "signals-core.js",
                "147cdbe5e0e6e9cb35a27f2d4f496f8ba0fbd6beedf9e683e0297a976773b724",
            ),
            "LICENSE": (
                "signals-core.LICENSE",
                "a11fc89e4c6b118854c7a667734a0b2e6bf2af5e45c6686de31adbccc8f3ae8d",
            ),
        },
    ),
    Package(
        "@preact/signals",
        "2.11.4",
        "MIT",
        "66ea8221dd8aaa0da2365d49c3f116b071d56cfb63b2e16c072c6b4e08a928b7",
        {
            "dist/signals.mjs": (
                "signals.js",
                "69f82deb41df25eaf5466981535f517f58f8e4ffff57f456bf16ae9914f9ed2b",
            ),
            "LICENSE": (
                "signals.LICENSE",
                "a11fc89e4c6b118854c7a667734a0b2e6bf2af5e45c6686de31adbccc8f3ae8d",
            ),
        },
    ),
    Package(
        "wavesurfer.js",
        "8.0.1",
        "BSD-3-Clause",
        "f1a63903c1a53591ba24be4aad13d7ae69c6373f359701857135b756b307bf3b",
        {
            "dist/wavesurfer.esm.js": (
                "wavesurfer.js",
                "079f3b142f37737f975b03ea8fd18652a316dc2120a2629aeca0844a0c08f2b1",
            ),
            "dist/plugins/spectrogram.esm.js": (
                "wavesurfer-spectrogram.js",
                "fd898448381fff57ac50216fef287234e82d892ab8efe108084cb5e50e4be6da",
            ),
            "LICENSE": (
                "wavesurfer.LICENSE",
                "0fc992dc27cc34dde78bfeb024b4cadff6320f0dcbee2f1228efaeb533ca1364",
            ),
        },
    ),
)


def archive(package: Package) -> bytes:
    """A package's archive, as npm serves it; ends the program where its sum is another."""
    with urllib.request.urlopen(package.url, timeout=60) as answer:
        data: bytes = answer.read()
    if sha256(data) != package.sha256:
        sys.exit(f"{package.url} is not what it was: sha256 {sha256(data)}, expected {package.sha256}")
    return data


def contents(data: bytes, names: Mapping[str, tuple[str, str]]) -> dict[str, bytes]:
    """What is written of an archive: bytes by name."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        raw = {path: tar.extractfile(f"package/{path}") for path in names}
        return {names[path][0]: as_module(path, file.read()) for path, file in raw.items() if file}


def as_module(path: str, data: bytes) -> bytes:
    """A file of a package as a browser can load it from here."""
    if path == "LICENSE":
        return data.strip() + b"\n"
    text = re.sub(r"//# sourceMappingURL=.*\s*$", "", data.decode())
    text = re.sub(r'(from\s*)"([^".][^"]*)"', lambda found: f'{found[1]}"{MODULES[found[2]]}"', text)
    return text.rstrip().encode() + b"\n"


def differences() -> list[str]:
    """What in the folder is not what it should be, one sentence each."""
    wanted = {name: total for package in PACKAGES for name, total in package.files.values()}
    there = {path.name: sha256(path.read_bytes()) for path in VENDOR.iterdir()}
    return [f"{name} is missing" for name in wanted if name not in there] + [
        f"{name}: sha256 {total}, expected {wanted.get(name, 'no such file')}"
        for name, total in sorted(there.items())
        if total != wanted.get(name)
    ]


def sha256(data: bytes) -> str:
    """Its sum, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    """Write the modules, or with --check compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether they are as they should be")
    if not parser.parse_args().check:
        VENDOR.mkdir(parents=True, exist_ok=True)
        for package in PACKAGES:
            for name, data in contents(archive(package), package.files).items():
                (VENDOR / name).write_bytes(data)
    wrong = differences()
    if wrong:
        sys.exit("\n".join(["the page's vendor/ is not what tools/vendor.py says:", *wrong]))


if __name__ == "__main__":
    main()
