"""The queue: each part once, each file whole, nothing of what was taken back, nothing left behind."""

import errno
import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from disclosure import print_files, print_volumes, tasks
from disclosure.enums import PrintFormat, PrintKind, PrintState
from disclosure.models import PrintJob, PrintPart
from disclosure.services import print_jobs
from govportal import pdf
from govportal.models import AuditEvent
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.print.making import AT, files, make, make_done, of_number, states
from tests.factories import make_agency, make_member, make_user
from tests.factories.prints import make_job, make_wish
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rung")]


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


def test_boards_are_put_together_for_those_who_keep_them() -> None:
    county = make_agency()
    wish = print_jobs.Wish(
        PrintKind.BUNDLE, PrintFormat.ZIP, "汇编", make_wish(1).volumes, {"agency": county.pk, "half": "2026-1"}
    )

    for actor in (None, make_user(), make_member(Role.PUBLISHER)):
        with pytest.raises(ValidationError, match="没有管理公开栏的角色"):
            print_jobs.order(wish, actor=actor, at=AT)
    job = print_jobs.order(wish, actor=make_member(Role.PUBLISHER, county), at=AT)
    assert job.state == PrintState.WAITING


FAULTS: list[tuple[Exception, PrintFormat, str]] = [
    (pdf.TooLong("2 MB"), PrintFormat.ZIP, print_jobs.TOO_LONG),
    (MemoryError(), PrintFormat.ZIP, print_jobs.TOO_LONG),
    (SoftTimeLimitExceeded(), PrintFormat.ZIP, print_jobs.TOO_SLOW),
    (pdf.TooLong("2 MB"), PrintFormat.PDF, print_jobs.TOO_MUCH_FOR_ONE),
    (MemoryError(), PrintFormat.PDF, print_jobs.TOO_MUCH_FOR_ONE),
    (OSError(errno.ENOSPC, "no space left"), PrintFormat.ZIP, print_jobs.NO_ROOM),
    (FileNotFoundError(errno.ENOENT, "no such file"), PrintFormat.ZIP, print_jobs.BROKEN),
    (KeyError("someone"), PrintFormat.PDF, print_jobs.BROKEN),
]


def test_whatever_goes_wrong_is_said() -> None:
    for number, (fault, form, words) in enumerate(FAULTS):

        def fail(_part: PrintPart, fault: Exception = fault) -> bytes:
            raise fault

        job = make_job(1, at=AT, title=f"清单{number}")
        PrintJob.objects.filter(pk=job.pk).update(format=form)
        assert not make(job.parts.get(), fail)
        assert states(job) == ("failed", ["failed"])
        assert job.fault == words, (fault, form)


def test_file_that_could_not_be_written_whole_is_not_left(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:2])
        raise OSError(errno.ENOSPC, "no space left")

    job, whole = make_job(1, at=AT), make_job(2, at=AT)
    for part in whole.parts.all():
        make(part)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", half)
        make(job.parts.get())
    assert states(job) == ("failed", ["failed"]) and job.fault == print_jobs.NO_ROOM
    assert len(files(settings)) == 2

    def slow(*_args: object) -> str:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(print_files, "_readme", slow)
    assert not print_jobs.finish(whole.pk, at=AT)
    assert states(whole)[0] == "failed" and whole.fault == print_jobs.TOO_SLOW
    assert not [path for path in files(settings) if path.name.startswith("whole")]


def test_whole_is_held_by_one_and_given_up_when_workers_die_over_it() -> None:
    job = make_job(1, at=AT)
    make(job.parts.get())
    for attempt in range(print_jobs.MOST_TRIES):
        at = AT + attempt * print_jobs.LEASE
        assert print_jobs._take_whole(job.pk, at)
        assert print_jobs._take_whole(job.pk, at + print_jobs.LEASE - timedelta(seconds=1)) is None

    assert not print_jobs.finish(job.pk, at=AT + print_jobs.MOST_TRIES * print_jobs.LEASE)

    job.refresh_from_db()
    assert (job.state, job.fault) == (PrintState.FAILED, print_jobs.GIVEN_UP)


def test_retrying_what_was_ordered_anew_is_refused() -> None:
    actor = make_user()
    job = make_job(1, at=AT, actor=actor)
    PrintJob.objects.filter(pk=job.pk).update(state=PrintState.FAILED)
    assert make_job(1, at=AT) != job

    with pytest.raises(ValidationError, match="正在生成"):
        print_jobs.retry(job.pk, actor=actor, at=AT)


def test_lost_bell_is_rung_again_and_a_whole_job_put_together(rung: list[tuple[str, int]]) -> None:
    waiting, whole = make_job(1, at=AT), make_job(2, at=AT)
    for part in whole.parts.all():
        make(part)
    rung.clear()

    print_jobs.ring_again(AT + timedelta(seconds=30))
    assert not rung
    print_jobs.ring_again(AT + print_jobs.PATIENCE)

    assert rung == [(print_jobs.PART, waiting.parts.get().pk), (print_jobs.FINISH, whole.pk)]


def test_bells_are_few_while_no_worker_is_there(rung: list[tuple[str, int]]) -> None:
    make_job(30, at=AT)
    rung.clear()

    for minute in range(1, 61):
        print_jobs.ring_again(AT + timedelta(minutes=minute))
    in_an_hour = len(rung)
    for minute in range(61, 24 * 60):
        print_jobs.ring_again(AT + timedelta(minutes=minute))

    assert in_an_hour == 5 * print_jobs.RUNG_AT_ONCE  # after 2, 4, 8, 16 and 32 minutes
    assert len(rung) <= (5 + 24) * print_jobs.RUNG_AT_ONCE


def test_what_needs_more_memory_than_it_may_fails_with_words(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.PRINT_MEMORY_MB = 2_000
    job = make_job(1, at=now())
    monkeypatch.setattr(print_volumes, "make", lambda _part: bytes(8_000 * 2**20))

    tasks.print_part(job.parts.get().pk)

    assert states(job) == ("failed", ["failed"]) and job.fault == print_jobs.TOO_LONG


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
    assert print_files.safe_name('a/b\\c:*?"<>|\x00d. ') == "a_b_c_______d"
    assert print_files.safe_name("...") == "print"
    assert len(print_files.safe_name("长" * 300)) == 80


def test_rules_of_the_database_refuse_what_is_none() -> None:
    job = make_done()
    other = make_job(3, at=AT)
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


@pytest.mark.django_db(transaction=True)
def test_failed_job_is_begun_again_by_one_of_several() -> None:
    actor = make_user()
    job = make_job(2, at=AT, actor=actor)
    PrintJob.objects.filter(pk=job.pk).update(state=PrintState.FAILED)

    outcomes = at_once(lambda: print_jobs.retry(job.pk, actor=actor, at=AT), times=3)

    assert sum(isinstance(each, PrintJob) for each in outcomes) == 1, outcomes
    assert AuditEvent.objects.filter(action="printjob.retry").count() == 1
