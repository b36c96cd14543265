"""Papers are laid out once, are of this release, are bounded, keep no thread too long, and are gone with a text."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver

from govportal import paper_cache, pdf
from govportal.models import User
from govportal.throttle import Limit
from govportal.views import papers
from tests.threads import at_once

AT = datetime(2026, 11, 30, tzinfo=UTC)
SOURCE = pdf.Source("一", ("paper.css",), "pdf/ua-1", {"qr.svg": b"<svg/>"})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paper_cache, "_folder", lambda: tmp_path / "papers")
    monkeypatch.setattr(paper_cache, "release", lambda: "this")
    monkeypatch.setattr(paper_cache, "_written", paper_cache._Written())
    monkeypatch.setattr(paper_cache, "_desk", paper_cache._Desk(paper_cache.AT_THE_DESK))
    monkeypatch.setattr(pdf, "STATIC", tmp_path)
    for name in ("paper.css", "other.css"):
        (tmp_path / name).write_text("p { color: red }")
    return tmp_path


def kept(make: Callable[[], bytes], words: str = "一", *, title: str = "题") -> bytes:
    source = pdf.Source(words, (), "pdf/ua-1")
    return paper_cache.get_or_make(source, make, title=title, created_at=AT)


def files(folder: Path) -> list[str]:
    return sorted(path.read_text() for path in folder.joinpath("papers").rglob("*") if path.is_file())


def test_paper_is_made_once_and_anew_whatever_of_it_is_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return f"%PDF {len(made)}".encode()

    def get(source: pdf.Source = SOURCE, title: str = "题", at: datetime = AT) -> bytes:
        return paper_cache.get_or_make(source, make, title=title, created_at=at)

    assert get() == get() == b"%PDF 1"
    others: list[dict[str, Any]] = [
        {"source": pdf.Source("二", SOURCE.stylesheets, "pdf/ua-1", SOURCE.resources)},
        {"source": pdf.Source("一", ("other.css",), "pdf/ua-1", SOURCE.resources)},
        {"source": pdf.Source("一", SOURCE.stylesheets, "pdf/a-3a", SOURCE.resources)},
        {"source": pdf.Source("一", SOURCE.stylesheets, "pdf/ua-1", {"qr.svg": b"<svg />"})},
        {"title": "另一个题"},
        {"at": AT + timedelta(days=1)},
    ]
    assert [get(**other) for other in others] == [f"%PDF {n}".encode() for n in range(2, 8)]
    (folder / "paper.css").write_text("p { color: blue }")
    assert get() == b"%PDF 8"
    monkeypatch.setattr(paper_cache, "release", lambda: "next")
    assert get() == b"%PDF 9"


def test_release_is_another_when_a_line_of_ours_is(tmp_path: Path, settings: Any) -> None:
    """The real one, past the fixture."""
    settings.BASE_DIR = tmp_path / "project"
    code = settings.BASE_DIR / "disclosure" / "boards.py"
    code.parent.mkdir(parents=True)
    read = paper_cache._read_release
    releases = []
    for text in ("a = 1", "a = 2", "a = 1"):
        code.write_text(text)
        releases.append(read())

    assert releases[0] == releases[2] != releases[1]


def test_what_nobody_reads_and_what_others_made_is_swept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def age(by: timedelta) -> None:
        then = (AT - by).timestamp() - 1
        for path in paper_cache._files():
            os.utime(path, (then, then))

    kept(b"old".strip, "old")
    kept(b"read".strip, "read")
    age(paper_cache.KEPT)
    kept(b"made anew".strip, "read")
    assert paper_cache.sweep(AT) == 1
    assert files(folder) == ["read"]

    age(paper_cache.KEPT_OF_OTHERS)
    assert paper_cache.sweep(AT) == 0
    next(paper_cache._files()).with_suffix(".new").write_text("of a process that was killed")
    age(paper_cache.KEPT_OF_OTHERS)
    assert paper_cache.sweep(AT) == 1
    monkeypatch.setattr(paper_cache, "release", lambda: "next")
    assert paper_cache.sweep(AT) == 1
    assert not list((folder / "papers").iterdir())

    kept(b"one".strip)
    assert paper_cache.clear() == 1
    assert files(folder) == []


def test_papers_take_no_more_room_than_they_are_given(folder: Path, settings: Any) -> None:
    settings.PAPERS_BYTES = 1600
    for number in range(40):
        kept(lambda: b"x".ljust(100), f"{number}")
        for path in paper_cache._files():  # an hour between one and the next
            about = path.stat()
            os.utime(path, (about.st_atime, about.st_mtime - 3600))
        kept(b"anew".strip, "0")
        assert sum(path.stat().st_size for path in paper_cache._files()) <= 1600
    assert [kept(b"made anew".strip, f"{number}")[:4] for number in (0, 39, 1)] == [b"x   ", b"x   ", b"made"]

    kept(lambda: b"x".ljust(300), "an eighth of all is the most for one")
    assert max(path.stat().st_size for path in paper_cache._files()) == 100
    settings.PAPERS_BYTES = 100
    assert paper_cache.sweep(datetime.now(UTC)) > 10


def test_full_disk_costs_the_reader_time_and_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "replace", fail)

    assert kept(b"%PDF".strip) == b"%PDF"
    assert files(folder) == []


def test_disk_that_may_not_be_written_costs_the_reader_time(folder: Path) -> None:
    (folder / "papers").write_text("a file where the folder would be")

    assert kept(b"%PDF".strip) == b"%PDF"


def test_maker_that_fails_leaves_nothing_and_the_next_one_makes(folder: Path) -> None:
    def fail() -> bytes:
        raise pdf.TooLong("too long")

    with pytest.raises(pdf.TooLong):
        kept(fail)

    assert files(folder) == []
    assert kept(b"%PDF".strip) == b"%PDF"


def test_several_who_come_for_one_paper_at_once_have_it_made_once() -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"%PDF"

    assert at_once(lambda: kept(make), times=6) == [b"%PDF"] * 6
    assert made == [1]


# --- the door ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_door_lets_one_paper_be_made_while_one_reader_waits_and_asks_the_rest_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No clock: makers stand still until they are let go."""
    monkeypatch.setattr(paper_cache, "_desk", paper_cache._Desk(2))
    begun, go = Event(), Event()
    standing: list[int] = []

    def slow() -> bytes:
        standing.append(1)
        begun.set()
        go.wait(120)
        return b"%PDF"

    def reader(words: str) -> Thread:
        def ask() -> None:
            with paper_cache.at_a_door(lambda: None):
                kept(slow, words)

        thread = Thread(target=ask)
        thread.start()
        return thread

    view = papers.paper_door(lambda _request: HttpResponse(kept(b"%PDF".strip, "third")))
    kept(b"warm".strip, "warm")
    threads = [reader("first"), reader("second")]
    try:
        assert begun.wait(120)
        for _moment in range(2_000):
            if not paper_cache._desk._places._value:
                break
            sleep(0.01)
        refused = view(asked(RequestFactory()))
        with paper_cache.at_a_door(lambda: None):
            assert kept(b"anew".strip, "warm") == b"warm"
        assert kept(b"%PDF".strip, "a worker's") == b"%PDF"
        assert standing == [1]
    finally:
        go.set()
        for thread in threads:
            thread.join()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, str(papers.BUSY_SECONDS))
    assert "no-store" in refused.headers["Cache-Control"] and "请过几秒钟" in text(refused)
    assert standing == [1, 1]
    assert view(asked(RequestFactory())).status_code == 200


@pytest.mark.django_db
def test_door_counts_what_is_made_for_strangers_and_not_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "COLD", Limit("cold", 2, timedelta(minutes=10)))

    def answer(words: str, user: User | None = None) -> Any:
        view = papers.paper_door(lambda _request: HttpResponse(kept(words.encode, words)))
        return view(asked(RequestFactory(), user))

    assert [answer(words).status_code for words in "一二一二三"] == [200, 200, 200, 200, 429]
    refused = answer("三")
    assert 0 < int(refused.headers["Retry-After"]) <= 600 and "请过一会儿" in text(refused)
    assert answer("三", User(username="staff")).status_code == 200


def test_every_public_paper_is_behind_the_door() -> None:
    """A receipt is made for one person, who has the code."""
    papers_of_one = {"complaint_receipt", "request_receipt"}

    def found(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            address = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from found(pattern.url_patterns, address)
            elif address.endswith(".pdf") and not address.startswith("admin/"):
                yield pattern.name, pattern.callback.__code__

    doors = dict(found(get_resolver().url_patterns))
    behind = papers.paper_door(lambda _request: HttpResponse()).__code__
    assert {name for name, code in doors.items() if code is not behind} == papers_of_one
    assert len(doors) > 10


def asked(factory: RequestFactory, user: User | None = None) -> HttpRequest:
    request = factory.get("/")
    request.user = user or AnonymousUser()
    return request


def text(response: Any) -> str:
    return str(response.content.decode())


def test_reader_waits_no_longer_than_he_can_for_what_another_process_makes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_cache, "PATIENCE", 0.0)
    path = folder / "aa" / "paper.pdf"
    path.parent.mkdir(parents=True)

    with (
        paper_cache._alone(path, is_at_a_door=False),
        pytest.raises(paper_cache.Busy),
        paper_cache._alone(path, is_at_a_door=True),
    ):
        pytest.fail("two are inside")

    with paper_cache._alone(path, is_at_a_door=True):
        assert path.with_suffix(".lock").exists()
