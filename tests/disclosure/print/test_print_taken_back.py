"""What was taken back or deleted by law is in no file that the queue gives."""

import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from disclosure import print_files
from disclosure.models import PrintPart
from disclosure.services import print_jobs, redact
from govportal.models import AuditEvent
from govportal.permissions import Role
from tests.disclosure.print.making import AT, files, make, make_done, states, take_back
from tests.factories import make_item, make_member, make_user
from tests.factories.prints import make_job
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rung")]


def test_same_wish_is_made_once_within_an_hour_and_never_with_what_was_taken_back() -> None:
    item = make_item()
    job = make_done()
    job.parts.filter(number=1).update(wanted={"items": [item.pk]})
    soon = AT + print_jobs.FRESH - timedelta(seconds=1)

    assert make_job(2, at=soon) == job
    assert make_job(3, at=AT) != job
    take_back(item, soon)
    again = make_job(2, at=soon)
    assert again != job
    assert make_job(2, at=AT + timedelta(days=1)) == again  # under way
    for part in again.parts.all():
        make(part, at=soon)
    assert print_jobs.finish(again.pk, at=soon)
    assert make_job(2, at=soon + timedelta(minutes=1)) == again
    again.refresh_from_db()
    print_files.path_of(again.file).unlink()
    lost = make_job(2, at=soon)
    assert lost != again
    for part in lost.parts.all():
        make(part, at=soon)
    assert print_jobs.finish(lost.pk, at=soon)
    assert make_job(2, at=soon + print_jobs.FRESH) != lost


def test_job_is_tried_again_from_its_first_part(settings: Settings, rung: list[tuple[str, int]]) -> None:
    def fail(_part: PrintPart) -> bytes:
        raise KeyError

    actor, item = make_user(), make_item()
    job = make_job(2, at=AT, actor=actor)
    first, second = job.parts.all()
    PrintPart.objects.filter(pk=first.pk).update(wanted={"items": [item.pk]})
    make(first, lambda _part: b"text of the item")
    make(second, fail)
    take_back(item, AT + timedelta(hours=1))
    later = AT + timedelta(hours=3)

    for stranger in (make_user(), make_member(Role.PUBLISHER)):
        with pytest.raises(ValidationError, match="只有申请人"):
            print_jobs.retry(job.pk, actor=stranger, at=later)
    rung.clear()
    print_jobs.retry(job.pk, actor=actor, at=later)

    assert states(job) == ("waiting", ["waiting", "waiting"])
    assert not files(settings) and rung == [(print_jobs.PART, first.pk), (print_jobs.PART, second.pk)]
    for part in (first, second):
        assert make(part, lambda _part: b"anew", at=later)
    assert print_jobs.finish(job.pk, at=later)
    job.refresh_from_db()
    with zipfile.ZipFile(print_files.path_of(job.file)) as archive:
        assert [archive.read(name) for name in archive.namelist()[:2]] == [b"anew", b"anew"]
    with pytest.raises(ValidationError, match="只有未能生成"):
        print_jobs.retry(job.pk, actor=actor, at=later)


def test_part_with_what_was_taken_back_meanwhile_is_made_anew(rung: list[tuple[str, int]]) -> None:
    item, job = make_item(), make_job(2, at=AT)
    first, second = job.parts.all()
    PrintPart.objects.filter(pk=first.pk).update(wanted={"items": [item.pk]})
    make(first)
    take_back(item, AT + timedelta(minutes=3))
    late = AT + timedelta(minutes=10)
    make(second, at=late)
    rung.clear()

    assert not print_jobs.finish(job.pk, at=late)

    assert states(job) == ("running", ["waiting", "done"])
    print_jobs.ring_again(late)
    assert rung == [(print_jobs.PART, first.pk)]
    make(first, at=late)
    assert print_jobs.finish(job.pk, at=late)
    job.refresh_from_db()
    assert not print_jobs.is_outdated(job)


def test_what_was_made_after_a_deletion_stays() -> None:
    before = make_done()
    after = make_job(3, at=AT)
    for part in after.parts.all():
        make(part, at=AT + timedelta(hours=1))
    print_jobs.finish(after.pk, at=AT + timedelta(hours=1))

    assert print_jobs.clear(AT + timedelta(minutes=1)) == 1

    assert states(before)[0] == "failed" and states(after)[0] == "done"
    assert print_jobs.file_of(after)


def test_night_after_a_deletion_clears_what_was_begun_before_it() -> None:
    before, after = make_done(), make_job(3, at=AT)
    AuditEvent.objects.create(at=AT + timedelta(minutes=5), action="item.redact", after={"files": []})
    for part in after.parts.all():
        make(part, at=AT + timedelta(minutes=10))
    print_jobs.finish(after.pk, at=AT + timedelta(minutes=10))

    redact.sweep_files(AT + timedelta(hours=8))

    assert states(before)[0] == "failed" and states(after)[0] == "done"


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
    assert not files(settings)


def test_file_is_outdated_once_something_in_it_is_taken_back() -> None:
    inside, outside = make_item(), make_item()
    job = make_done()
    job.parts.filter(number=1).update(wanted={"items": [inside.pk]})

    found = [print_jobs.is_outdated(job)]
    for item in (outside, inside):
        take_back(item, AT + timedelta(hours=1))
        found.append(print_jobs.is_outdated(job))

    assert found == [False, False, True]


@pytest.mark.django_db(transaction=True)
def test_deletion_while_parts_are_put_together_leaves_nothing_of_them(settings: Settings) -> None:
    job = make_job(3, at=AT)
    for part in job.parts.all():
        make(part)

    at_once(lambda: print_jobs.finish(job.pk, at=AT), print_jobs.clear)
    print_jobs.clear()  # SQLite may have told one of them to come again

    state, parts = states(job)
    assert (state, set(parts)) in [("failed", {"done"}), ("running", {"waiting"})]
    assert not files(settings)
