"""The queue: each part once, each file whole, nothing of what was taken back, nothing left behind."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from disclosure import publication_log
from disclosure.enums import LogKind, PrintFormat, PrintState
from disclosure.models import PrintJob, PrintPart
from disclosure.services import print_jobs
from govportal import jobs, pdf
from govportal.models import AuditEvent, PublicRevision
from tests.factories import make_item, make_user
from tests.factories.prints import make_job, make_wish
from tests.threads import at_once

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The bells, in order: nobody hears them but the test."""
    bells: list[tuple[str, int]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **ids: bells.append((name, *ids.values())))
    return bells


def of_number(part: PrintPart) -> bytes:
    return f"%PDF {part.number}".encode()


def make(part: PrintPart, maker: Callable[[PrintPart], bytes] = of_number, at: datetime = AT) -> bool:
    return print_jobs.make(part.pk, maker, clock=lambda: at)


def make_done(parts: int = 2, title: str = "权力清单") -> PrintJob:
    job = make_job(parts, at=AT, title=title)
    for part in job.parts.all():
        assert make(part)
    assert print_jobs.finish(job.pk, at=AT)
    job.refresh_from_db()
    return job


def states(job: PrintJob) -> tuple[str, list[str]]:
    job.refresh_from_db()
    return job.state, list(job.parts.values_list("state", flat=True))


def test_job_is_made_part_by_part_and_put_together(rung: list[tuple[str, int]], settings: Settings) -> None:
    job = make_job(2, at=AT)
    first, second = job.parts.all()
    assert rung == [(print_jobs.PART, first.pk), (print_jobs.PART, second.pk)]

    assert make(first)
    assert states(job) == ("running", ["done", "waiting"])
    assert not print_jobs.finish(job.pk, at=AT)
    assert make(second)
    assert rung[2:] == [(print_jobs.FINISH, job.pk)]
    assert print_jobs.finish(job.pk, at=AT)
    assert not print_jobs.finish(job.pk, at=AT)

    job.refresh_from_db()
    path = print_jobs.file_of(job)
    assert path is not None and path.stat().st_size == job.size
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.namelist() == ["权力清单-第1册.pdf", "权力清单-第2册.pdf", "manifest.json", "README.txt"]
        for volume in manifest["volumes"]:
            content = archive.read(volume["file"])
            assert hashlib.sha256(content).hexdigest() == volume["sha256"]
            assert volume["sha256"] in archive.read("README.txt").decode()
        assert archive.read("权力清单-第2册.pdf") == b"%PDF 2"
    # The parts are in the whole, and nowhere else.
    assert [file.name for file in Path(settings.PRINT_ROOT, job.key).iterdir()] == [path.name]


def test_single_file_is_its_part() -> None:
    wish = make_wish(1, title="汇编")
    job = print_jobs.order(print_jobs.Wish(wish.kind, PrintFormat.PDF, "汇编", wish.volumes), actor=None, at=AT)
    make(job.parts.get())

    print_jobs.finish(job.pk, at=AT)

    job.refresh_from_db()
    path = print_jobs.file_of(job)
    assert path is not None and path.read_bytes() == b"%PDF 1"
    assert print_jobs.file_name(job) == "汇编.pdf"


def test_same_wish_is_made_once_until_the_records_change() -> None:
    job = make_done()

    assert make_job(2, at=AT + timedelta(hours=1)) == job
    assert make_job(3, at=AT) != job
    path = print_jobs.file_of(job)
    assert path is not None
    path.unlink()
    again = make_job(2, at=AT)
    assert again != job
    assert make_job(2, at=AT) == again  # under way
    PublicRevision.raise_number()
    assert make_job(2, at=AT) not in {job, again}


def test_public_queue_is_bounded_and_staff_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_jobs, "MOST_OPEN", 1)
    make_job(1, at=AT)

    with pytest.raises(ValidationError, match="太多"):
        make_job(2, at=AT)
    job = make_job(2, at=AT, actor=make_user())

    event = AuditEvent.objects.get(action="printjob.order")
    assert (event.subject_id, event.subject_name) == (str(job.pk), job.key)


def test_part_that_somebody_has_is_taken_by_nobody_until_he_is_dead() -> None:
    job = make_job(1, at=AT)
    part = job.parts.get()
    held = print_jobs.take(part.pk, at=AT)
    assert held is not None

    assert print_jobs.take(part.pk, at=AT + print_jobs.LEASE - timedelta(seconds=1)) is None
    late = AT + print_jobs.LEASE
    assert print_jobs.ring_again(late) == 1
    assert make(part, at=late)
    # The first was not dead after all: what he brings is thrown away, and the part stays the other's.
    kept = PrintPart.objects.get(pk=part.pk).file
    assert not print_jobs._keep(held, b"late")
    assert PrintPart.objects.get(pk=part.pk).file == kept
    assert states(job) == ("running", ["done"])
    assert not make(part, at=late + print_jobs.LEASE)


def test_part_over_which_workers_die_is_given_up() -> None:
    job = make_job(1, at=AT)
    part = job.parts.get()
    for attempt in range(print_jobs.MOST_TRIES):
        assert print_jobs.take(part.pk, at=AT + attempt * print_jobs.LEASE)

    assert print_jobs.take(part.pk, at=AT + print_jobs.MOST_TRIES * print_jobs.LEASE) is None

    assert states(job) == ("failed", ["failed"])
    assert job.fault == print_jobs.GIVEN_UP
    assert print_jobs.ring_again(AT + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (pdf.TooLong("2 MB"), print_jobs.TOO_LONG),
        (SoftTimeLimitExceeded(), print_jobs.TOO_SLOW),
        (OSError("no space left"), print_jobs.NO_ROOM),
        (KeyError("someone"), print_jobs.BROKEN),
    ],
)
def test_whatever_goes_wrong_is_said_and_can_be_tried_again(fault: Exception, words: str) -> None:
    def fail(_part: PrintPart) -> bytes:
        raise fault

    job, actor = make_job(2, at=AT), make_user()
    first, second = job.parts.all()
    assert make(first)
    assert not make(second, fail)
    assert states(job) == ("failed", ["done", "failed"])
    assert job.fault == words

    print_jobs.retry(job.pk, actor=actor, at=AT)

    assert states(job) == ("waiting", ["done", "waiting"])
    assert make(second)
    assert print_jobs.finish(job.pk, at=AT)
    job.refresh_from_db()
    with pytest.raises(ValidationError, match="只有未能生成"):
        print_jobs.retry(job.pk, actor=actor, at=AT)


def test_retrying_what_was_ordered_anew_is_refused() -> None:
    job = make_job(1, at=AT)
    PrintJob.objects.filter(pk=job.pk).update(state=PrintState.FAILED)
    assert make_job(1, at=AT) != job

    with pytest.raises(ValidationError, match="正在生成"):
        print_jobs.retry(job.pk, actor=make_user(), at=AT)


def test_lost_bell_is_rung_again_and_a_whole_job_put_together(rung: list[tuple[str, int]]) -> None:
    waiting, whole = make_job(1, at=AT), make_job(2, at=AT)
    for part in whole.parts.all():
        make(part)
    rung.clear()

    print_jobs.ring_again(AT + timedelta(seconds=30))
    assert not rung
    print_jobs.ring_again(AT + print_jobs.PATIENCE)

    assert rung == [(print_jobs.PART, waiting.parts.get().pk), (print_jobs.FINISH, whole.pk)]


def test_deleted_text_leaves_no_file_and_what_is_under_way_begins_anew(settings: Settings) -> None:
    done, running = make_done(), make_job(3, at=AT)
    first, second, _third = running.parts.all()
    make(first)
    held = print_jobs.take(second.pk, at=AT)
    assert held is not None

    assert print_jobs.clear() == 1

    assert states(done) == ("failed", ["done", "done"])
    assert done.fault == print_jobs.CLEARED and not done.file
    assert states(running) == ("running", ["waiting"] * 3)
    assert not print_jobs._keep(held, b"old text")
    assert not [path for path in Path(settings.PRINT_ROOT).rglob("*") if path.is_file()]


def test_file_is_outdated_once_something_in_it_is_taken_back() -> None:
    inside, outside, actor = make_item(), make_item(), make_user()
    job = make_done()
    job.parts.filter(number=1).update(wanted={"items": [inside.pk]})

    found = [print_jobs.is_outdated(job)]
    for item in (outside, inside):
        with transaction.atomic():
            publication_log.append(
                LogKind.WITHDRAW, item, item.current_edition, actor=actor, at=AT + timedelta(hours=1)
            )
        found.append(print_jobs.is_outdated(job))

    assert found == [False, False, True]


def test_sweep_takes_jobs_past_their_days_with_their_files(settings: Settings) -> None:
    job, open_job = make_done(), make_job(5, at=AT)
    stray = Path(settings.PRINT_ROOT, "nobody")
    stray.mkdir()

    assert print_jobs.sweep(AT + print_jobs.KEPT - timedelta(seconds=1)) == 0
    assert not stray.exists()
    assert print_jobs.file_of(job)
    print_jobs.sweep(AT + print_jobs.KEPT)

    assert list(PrintJob.objects.all()) == [open_job]
    assert not Path(settings.PRINT_ROOT, job.key).exists()


def test_names_of_files_are_names_on_any_system() -> None:
    assert print_jobs.safe_name('a/b\\c:*?"<>|\x00d. ') == "a_b_c_______d"
    assert print_jobs.safe_name("...") == "print"
    assert len(print_jobs.safe_name("长" * 300)) == 80


def test_rules_of_the_database_refuse_what_is_none() -> None:
    job = make_done()
    PublicRevision.raise_number()
    other = make_job(2, at=AT)
    broken: list[Callable[[], object]] = [
        *(lambda name=name: PrintJob.objects.filter(pk=job.pk).update(**{name: "x"}) for name in ("kind", "format")),
        lambda: PrintJob.objects.filter(pk=job.pk).update(state="x"),
        lambda: PrintJob.objects.filter(pk=job.pk).update(file=""),
        lambda: PrintJob.objects.filter(pk=job.pk).update(done_at=None),
        lambda: PrintJob.objects.filter(pk=job.pk).update(digest=other.digest, state=PrintState.WAITING),
        lambda: PrintJob.objects.filter(pk=job.pk).update(key=other.key),
        lambda: PrintPart.objects.filter(job=job).update(state="x"),
        lambda: PrintPart.objects.filter(job=job).update(number=1),
    ]
    for change in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_make_a_part_once_and_a_whole_once() -> None:
    job = make_job(1, at=AT)
    part = job.parts.get()
    made: list[int] = []

    def maker(row: PrintPart) -> bytes:
        made.append(row.pk)
        return of_number(row)

    outcomes = at_once(lambda: make(part, maker), times=4)
    finished = at_once(lambda: print_jobs.finish(job.pk, at=AT), times=3)

    if connection.vendor == "sqlite":  # a writer may be told to come again; the bell is rung anew
        outcomes = [one for one in outcomes if isinstance(one, bool)]
        finished = [one for one in finished if isinstance(one, bool)]
    assert sorted(map(str, outcomes)).count("True") == 1 and made == [part.pk]
    assert sorted(map(str, finished)).count("True") == 1
    job.refresh_from_db()
    path = print_jobs.file_of(job)
    assert path is not None and list(path.parent.iterdir()) == [path]


@pytest.mark.django_db(transaction=True)
def test_order_pressed_by_several_at_once_is_one_job() -> None:
    jobs_made = at_once(lambda: make_job(2, at=AT), times=4)

    assert {job.pk for job in jobs_made if isinstance(job, PrintJob)} == {PrintJob.objects.get().pk}
    if connection.vendor == "postgresql":
        assert all(isinstance(job, PrintJob) for job in jobs_made), jobs_made
