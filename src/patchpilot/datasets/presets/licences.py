"""Which licence a collection of presets says it has: a guess from its own files, by phrases that only one has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from patchpilot.space.canonical import Json

UNKNOWN = "unknown: ask the author"
_FILES = re.compile(r"^(licen[cs]e|copying|copyright|unlicense|notice|terms|readme|read me)", re.IGNORECASE)
_ENDINGS = {"", ".txt", ".md", ".markdown", ".rst", ".html", ".rtf", ".cc0", ".mit", ".gpl"}
_README = re.compile(r"^read", re.IGNORECASE)

_CC_TERMS = ("by-nc-sa", "by-nc-nd", "by-nc", "by-sa", "by-nd", "by")
_CC_WORDS = {
    "by": "attribution",
    "nc": "non-?commercial",
    "sa": "share-? ?alike",
    "nd": "no-? ?deriv(ative)?s",
}


def _creative_commons(terms: str, version: str) -> tuple[str, str]:
    """SPDX name and phrases of one of the Creative Commons licences."""
    number = re.escape(version)
    words = "[- ]".join(_CC_WORDS[term] for term in terms.split("-"))
    short = terms.replace("-", "[- ]")
    phrases = (rf"{words} {number}", rf"\bcc[- ]{short}[- ]{number}", rf"licenses/{terms}/{number}")
    return f"CC-{terms.upper()}-{version}", "|".join(phrases)


_PHRASES = (
    ("CC0-1.0", r"cc0 1\.0|cc-?0\b|creative commons zero|publicdomain/zero"),
    *(_creative_commons(terms, version) for version in ("4.0", "3.0") for terms in _CC_TERMS),
    ("Unlicense", r"this is free and unencumbered software released into the public domain|unlicense\.org"),
    ("AGPL-3.0", r"gnu affero general public license"),
    ("LGPL-3.0", r"gnu lesser general public license.{0,40}version 3|\blgpl-?v?3"),
    ("LGPL-2.1", r"gnu lesser general public license.{0,40}version 2\.1|\blgpl-?v?2"),
    ("GPL-3.0", r"gnu general public license.{0,40}version 3|\bgpl-?v?3"),
    ("GPL-2.0", r"gnu general public license.{0,40}version 2|\bgpl-?v?2"),
    ("Apache-2.0", r"apache license,? version 2\.0|apache-2\.0"),
    ("MPL-2.0", r"mozilla public license,? (version|v\.) ?2\.0|mpl-2\.0"),
    ("MIT", r"permission is hereby granted, free of charge, to any person obtaining a copy|\bmit license\b"),
    ("BSD-3-Clause", r"redistribution and use in source and binary forms.{0,1500}neither the name"),
    ("BSD-2-Clause", r"redistribution and use in source and binary forms"),
    ("ISC", r"permission to use, copy, modify, and/?\s?or distribute this software for any purpose"),
    ("WTFPL", r"do what the fuck you want to public license"),
)  # fmt: skip
"""SPDX names and what their texts say. What is said first counts: the GPL also speaks of other licences. Of two that
begin alike the first one here is meant."""


def is_licence_file(path: str) -> bool:
    """Whether a file of a collection may say its licence: LICENSE, COPYING, README and the like."""
    name = PurePosixPath(path).name
    return bool(_FILES.match(name)) and PurePosixPath(name).suffix.lower() in _ENDINGS


def licence(texts: Mapping[str, str]) -> Json:
    """What a collection's files say of its licence.

    Args:
        texts: by the files' paths in the collection.

    Returns:
        "spdx": an SPDX name, or None where none is recognised or the licence files name several;
        "said": the same for people, with all that were recognised; "files": what was looked at;
        "from": the file that it was read in, or None. It is a guess: read the file.
    """
    found = {path: name for path in sorted(texts) if (name := recognised(texts[path])) is not None}
    plain = {path: name for path, name in found.items() if not _README.match(PurePosixPath(path).name)}
    chosen = plain or found  # a readme may name the licence of something else
    names = list(dict.fromkeys(chosen.values()))
    said = UNKNOWN if not names else names[0] if len(names) == 1 else f"several: {', '.join(names)}"
    return {
        "spdx": names[0] if len(names) == 1 else None,
        "said": said,
        "from": next(iter(chosen)) if len(names) == 1 else None,
        "files": sorted(texts),
    }


def recognised(text: str) -> str | None:
    """The SPDX name of the licence that a text is or names, None where it is none of the common ones."""
    plain = " ".join(text.lower().replace("_", " ").split())[:50_000]
    found = [
        (match.start(), place, name)
        for place, (name, phrase) in enumerate(_PHRASES)
        if (match := re.search(phrase, plain)) is not None
    ]
    return min(found)[2] if found else None
