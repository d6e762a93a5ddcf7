import doctest
import subprocess
import sys

import patchpilot.audio
import patchpilot.distance


def test_public_names_are_all_there_and_sorted() -> None:
    for package in (patchpilot.audio, patchpilot.distance):
        here = {name for name in vars(package) if not name.startswith("_")}
        public = {
            name for name in here if f"{package.__name__}.{name}" not in sys.modules
        }  # those are modules
        assert public == set(package.__all__)


def test_examples_in_the_docstrings_work() -> None:
    for package in (patchpilot.audio, patchpilot.distance):
        result = doctest.testmod(package)
        assert result.attempted > 0
        assert result.failed == 0


def test_importing_is_light() -> None:
    code = "import sys, patchpilot.audio, patchpilot.distance; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"scipy", "soundfile", "soxr", "pyloudnorm", "librosa", "numba"} & set(loaded)
