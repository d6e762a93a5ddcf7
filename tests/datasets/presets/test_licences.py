"""Licences are recognised by what only they say; the rest is said to be unknown."""

from __future__ import annotations

import pytest

from patchpilot.datasets.presets.licences import UNKNOWN, is_licence_file, licence, recognised

GPL3 = """GNU GENERAL PUBLIC LICENSE
Version 3, 29 June 2007
... 13. Use with the GNU Affero General Public License. ... the GNU Lesser General Public License instead"""


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("All presets are CC0.", "CC0-1.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        ("Attribution-NonCommercial-ShareAlike\n4.0 International", "CC-BY-NC-SA-4.0"),
        ("under https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("licensed as CC BY-NC-ND 3.0", "CC-BY-NC-ND-3.0"),
        (GPL3, "GPL-3.0"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3, 19 November 2007", "AGPL-3.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007", "LGPL-3.0"),
        ("MIT License\n\nPermission is hereby granted, free of charge, to any person", "MIT"),
        ("Apache License\n  Version 2.0, January 2004", "Apache-2.0"),
        ("Redistribution and use in source and binary forms … Neither the name of …", "BSD-3-Clause"),
        ("Redistribution and use in source and binary forms, with", "BSD-2-Clause"),
        ("This is free and unencumbered software released into the public domain.", "Unlicense"),
        ("You may use these presets in your music. Do not sell them.", None),
        ("", None),
        ("permit, submitted, commitment", None),
    ],
)
def test_common_licences_are_recognised(text: str, spdx: str | None) -> None:
    assert recognised(text) == spdx


def test_a_licence_file_counts_before_a_readme() -> None:
    said = licence(
        {"README.md": "The tool that packs them has an MIT License", "LICENSE": "CC0 1.0 Universal"}
    )
    assert said == {
        "spdx": "CC0-1.0",
        "said": "CC0-1.0",
        "from": "LICENSE",
        "files": ["LICENSE", "README.md"],
    }
    assert licence({"README.md": "MIT License"})["spdx"] == "MIT"


def test_several_or_none_are_not_guessed_at() -> None:
    several = licence({"a/LICENSE": "MIT License", "b/LICENSE": "CC0 1.0"})
    assert several["spdx"] is None
    assert several["said"] == "several: MIT, CC0-1.0"
    assert licence({"LICENSE": "Ask me."})["said"] == UNKNOWN
    assert licence({}) == {"spdx": None, "said": UNKNOWN, "from": None, "files": []}


@pytest.mark.parametrize("name", ["LICENSE", "licence.txt", "pack/COPYING", "ReadMe.md", "Read Me.txt"])
def test_licence_and_readme_files_are_known_by_their_names(name: str) -> None:
    assert is_licence_file(name)


@pytest.mark.parametrize("name", ["LICENSE.exe", "preset.vital", "my licence/a.wav", "README.pdf"])
def test_other_files_are_none(name: str) -> None:
    assert not is_licence_file(name)
