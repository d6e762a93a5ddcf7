"""A test on the disk, and its page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from patchpilot.errors import OutputError, ParameterError
from patchpilot.listening import Item, build, page_html, read, write
from tests.listening.sounds import mushra, pairwise, tone


def test_a_test_is_read_back(tmp_path: Path) -> None:
    bundle = pairwise()
    write(bundle, tmp_path / "test")
    again = read(tmp_path / "test")
    assert (again.test, again.sounds) == (bundle.test, bundle.sounds)
    assert (tmp_path / "test" / "page.html").read_text("utf-8") == page_html(bundle)


def test_a_test_that_is_there_is_kept(tmp_path: Path) -> None:
    write(pairwise(), tmp_path)
    with pytest.raises(OutputError, match="already holds a listening test"):
        write(mushra(), tmp_path)
    write(mushra(), tmp_path, force=True)
    assert read(tmp_path).test.kind == "mushra"
    assert len(list((tmp_path / "audio").iterdir())) == len(mushra().sounds)


def test_damage_is_told(tmp_path: Path) -> None:
    write(pairwise(), tmp_path)
    sound = next((tmp_path / "audio").iterdir())
    sound.write_bytes(b"")
    with pytest.raises(ParameterError, match=r"flac is missing|damaged"):
        read(tmp_path)
    (tmp_path / "test.json").write_text("{", "utf-8")
    with pytest.raises(ParameterError, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(ParameterError, match="cannot be read"):
        read(tmp_path / "nowhere")


def test_neither_the_page_nor_names_of_files_tell_what_is_what(tmp_path: Path) -> None:
    items = [
        Item("the-lead", {"retrieval": tone(220), "refined": tone(330)}, tone(110), {"refined": "a-detail"})
    ]
    for kind in ("pairwise", "mushra"):
        bundle = build("A test", kind, items, seed=3)
        write(bundle, tmp_path / kind)
        page = page_html(bundle)
        body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)  # the same on every page
        for secret in ("retrieval", "refined", "the-lead", "a-detail", "low anchor", '"condition"', '"seed"'):
            assert secret not in body
        assert all(re.fullmatch(r"[0-9a-f]{10}\.flac", p.name) for p in (tmp_path / kind / "audio").iterdir())
        said = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
        assert all(trial["stimuli"] == sorted(trial["stimuli"]) for trial in said["trials"])


def test_the_page_asks_nobody_for_anything_whatever_it_is_called() -> None:
    bundle = build("</script><script>alert(1)</script>", "pairwise", [
        Item("x", {"a": tone(220), "b": tone(330)})
    ], seed=0)  # fmt: skip
    page = page_html(bundle)
    assert page.count("<script") == 2
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|src=|@import|url\(", page)
    assert page == page_html(bundle)
