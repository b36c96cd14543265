"""Papers are laid out once, are never stale, and are gone when a text was deleted."""

import gc
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from govportal import paper_cache, pdf
from tests.threads import at_once

AT = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paper_cache, "_folder", lambda: tmp_path / "papers")
    monkeypatch.setattr(pdf, "STATIC", tmp_path)
    (tmp_path / "paper.css").write_text("p { color: red }")
    return tmp_path


def test_paper_is_made_once_for_the_same_words_sheets_and_makers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def get(*inputs: str) -> bytes:
        def make() -> bytes:
            made.append(1)
            return f"%PDF {len(made)}".encode()

        return paper_cache.get_or_make(inputs, make, stylesheets=["paper.css"])

    assert get("一", "二") == get("一", "二") == b"%PDF 1"
    assert get("一二") == b"%PDF 2"  # where one input ends is part of the digest
    (folder / "paper.css").write_text("p { color: blue }")
    assert get("一", "二") == b"%PDF 3"
    monkeypatch.setattr(paper_cache, "_makers", lambda: ["another WeasyPrint"])
    assert get("一", "二") == b"%PDF 4"


def test_what_nobody_reads_is_swept_and_what_is_read_stays(folder: Path) -> None:
    for words in ("old", "read"):
        paper_cache.get_or_make([words], words.encode, stylesheets=[])
    long_ago = (AT - paper_cache.KEPT).timestamp() - 1
    for path in folder.rglob("*.pdf"):
        os.utime(path, (long_ago, long_ago))
    paper_cache.get_or_make(["read"], lambda: b"made anew", stylesheets=[])

    assert paper_cache.sweep(AT) == 1

    assert [path.read_bytes() for path in folder.rglob("*.pdf")] == [b"read"]
    assert paper_cache.clear() == 1
    assert not list(folder.rglob("*.pdf"))


def test_full_disk_costs_the_reader_time_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(paper_cache, "_write", fail)

    assert paper_cache.get_or_make(["words"], lambda: b"%PDF", stylesheets=[]) == b"%PDF"


def test_maker_that_fails_leaves_nothing(folder: Path) -> None:
    def fail() -> bytes:
        raise pdf.TooLong("too long")

    with pytest.raises(pdf.TooLong):
        paper_cache.get_or_make(["words"], fail, stylesheets=[])

    assert not list(folder.rglob("*.pdf"))


def test_garbage_is_looked_for_again_after_several_at_once() -> None:
    def hold() -> None:
        for _time in range(200):
            with pdf._garbage_left:
                assert not gc.isenabled()

    assert at_once(hold, times=4) == [None] * 4

    assert gc.isenabled()
