"""A round: who is told what on which day, once, and what goes into one mail."""

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from govportal import contributions, reminder_reviews, reminders
from govportal.contributions import Deadline, DeadlineSource, Reach, Registry
from govportal.models import Agency, InboxMessage, MutedKind, Notice, Reminder, ReminderLadder, User, Webhook
from govportal.models.notice import Channel
from govportal.permissions import Permission, Role
from tests.factories import make_agency, make_member, make_notice
from tests.threads import at_once

pytestmark = pytest.mark.django_db
DUE = date(2026, 10, 20)  # Tuesday of an ordinary fortnight


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)  # half past eight in Beijing


class Book:
    """A source whose deadlines are a list."""

    def __init__(self, key: str = "book", **values: Any) -> None:
        self.rows: list[Deadline] = []
        self.source = DeadlineSource(key, "测试期限", self.open, self.still_open, **values)
        contributions.deadline_sources.add(self.source)

    def owe(self, agency: Agency, due_on: date = DUE, **values: Any) -> Deadline:
        number = len(self.rows) + 1
        named: dict[str, Any] = {
            "key": f"{self.source.key}:{number}", "label": f"第 {number} 项", "path": f"/admin/x/{number}/", **values
        }  # fmt: skip
        row = Deadline(due_on=due_on, agency_id=agency.pk, permission=Permission.DRAFT_ITEM, **named)
        self.rows.append(row)
        return row

    def open(self, reach: Reach) -> Iterator[Deadline]:
        yield from (row for row in self.rows if row.due_on <= reach.until)

    def still_open(self, keys: Collection[str]) -> dict[str, date]:
        return {row.key: row.due_on for row in self.rows if row.key in keys}


@pytest.fixture(autouse=True)
def _no_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    registry: Registry[DeadlineSource] = Registry()
    monkeypatch.setattr(reminders, "deadline_sources", registry)
    monkeypatch.setattr(reminder_reviews, "deadline_sources", registry)
    monkeypatch.setattr(contributions, "deadline_sources", registry)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def agency() -> Agency:
    return make_agency()


def person(role: Role, agency: Agency) -> User:
    user = make_member(role, agency)
    user.email = f"{user.username}@example.test"
    user.save()
    return user


def told() -> set[tuple[int, int, bool]]:
    return set(Reminder.objects.values_list("recipient_id", "rung", "is_escalation"))


def test_handler_then_office_then_agency(book: Book, agency: Agency) -> None:
    handler, office, head = (person(role, agency) for role in (Role.PUBLISHER, Role.OFFICE_HEAD, Role.AGENCY_HEAD))
    person(Role.PUBLISHER, make_agency())
    book.owe(agency)
    for day in (date(2026, 9, 29) + timedelta(days=n) for n in range(30)):
        reminders.remind(morning(day))

    assert told() == {
        *((handler.pk, rung, False) for rung in (-7, -3, -1, 0, 1, 6)),
        *((office.pk, rung, True) for rung in (0, 1, 6)),
        *((head.pk, rung, True) for rung in (1, 6)),
    }
    assert Notice.objects.count() == InboxMessage.objects.count() == Reminder.objects.exclude(notice=None).count() == 11


def test_a_repeated_round_reads_and_writes_nothing_new(
    book: Book, agency: Agency, django_assert_num_queries: Any
) -> None:
    person(Role.PUBLISHER, agency)
    for _each in range(3):
        book.owe(agency)
    first = reminders.remind(morning(DUE))

    with django_assert_num_queries(8):  # calendar 2, staff 3, webhooks, ladders, ledger
        again = reminders.remind(morning(DUE))

    assert (first.told, first.mails, again.told, again.mails) == (3, 3, 0, 0)


def test_named_handler_alone_is_told_while_he_is_there(book: Book, agency: Agency) -> None:
    handler, other = person(Role.PUBLISHER, agency), person(Role.PUBLISHER, agency)
    book.owe(agency, handlers=(handler.pk,))
    reminders.remind(morning(DUE - timedelta(days=1)))
    User.objects.filter(pk=handler.pk).update(is_active=False)

    reminders.remind(morning(DUE))

    assert told() == {(handler.pk, -1, False), (other.pk, 0, False)}


def test_whoever_did_it_himself_is_left_out(book: Book, agency: Agency) -> None:
    author, other = person(Role.PUBLISHER, agency), person(Role.PUBLISHER, agency)
    book.owe(agency, but=(author.pk,))

    reminders.remind(morning(DUE))

    assert {pk for pk, _rung, _is in told()} == {other.pk}


def test_without_handlers_heads_are_told_from_the_start_and_nobody_is_named(book: Book, agency: Agency) -> None:
    empty = make_agency()
    office = person(Role.OFFICE_HEAD, agency)
    book.owe(agency)
    nobody = book.owe(empty)

    done = reminders.remind(morning(DUE - timedelta(days=1)))

    assert told() == {(office.pk, -1, False)}
    assert done.unheard == (nobody.key,)
    assert nobody.key in str(done)


def test_confidential_kind_stays_with_its_handlers(agency: Agency) -> None:
    book = Book("secret", is_confidential=True)
    Webhook.objects.create(agency=agency, url="https://im.example.test/", secret="s" * 20)
    handler = person(Role.COMPLAINT_OFFICER, agency)
    for role in (Role.OFFICE_HEAD, Role.AGENCY_HEAD, Role.PUBLISHER):
        person(role, agency)
    book.owe(agency, handlers=(handler.pk,))
    nameless = book.owe(agency)

    done = reminders.remind(morning(DUE + timedelta(days=1)))

    assert told() == {(handler.pk, 1, False)}
    assert [notice.is_confidential for notice in Notice.objects.all()] == [True]
    assert nameless.key not in str(done)
    assert (done.told, done.mails, done.unheard, done.confidential) == (0, 0, (), 1)


@pytest.mark.parametrize("count", [1, 6])
def test_confidential_kind_changes_neither_the_note_nor_the_other_mails(agency: Agency, count: int) -> None:
    """Five others of one day are five mails, and stay so beside what is confidential."""
    book, secret = Book(), Book("secret", is_confidential=True)
    both = person(Role.PUBLISHER, agency)
    for _each in range(5):
        book.owe(agency)
    with transaction.atomic():
        alone = str(reminders.remind(morning(DUE)))
        subjects = sorted(Notice.objects.values_list("subject", flat=True))
        transaction.set_rollback(True)
    for _each in range(count):
        secret.owe(agency, handlers=(both.pk,))
    secret.owe(agency)

    done = reminders.remind(morning(DUE))

    assert str(done) == alone
    open_ones = Notice.objects.filter(is_confidential=False)
    assert sorted(open_ones.values_list("subject", flat=True)) == subjects
    assert not open_ones.filter(reminders__kind="secret").exists()
    assert Notice.objects.count() == 6 and Reminder.objects.filter(notice=None).count() == 0


def test_missed_rungs_of_one_person_are_one_mail_and_the_latest_alone(book: Book, agency: Agency) -> None:
    """Three days before everything stood still; on the day after, one summary."""
    person(Role.PUBLISHER, agency)
    for days in range(4):
        book.owe(agency, DUE + timedelta(days=days))

    done = reminders.remind(morning(date(2026, 10, 23)))  # the last of them is due today

    assert sorted(Reminder.objects.values_list("deadline", "rung")) == [
        ("book:1", 1),
        ("book:2", 1),
        ("book:3", 1),
        ("book:4", 0),
    ]
    assert (done.told, done.mails) == (4, 3)  # the one of today and the one of yesterday are in time
    summary = Notice.objects.get(subject__contains="2 项")
    assert set(summary.reminders.values_list("deadline", flat=True)) == {"book:1", "book:2"}
    assert "第 1 项" in summary.body and "第 2 项" in summary.body and "第 4 项" not in summary.body
    assert summary.key == f"reminder:{summary.reminders.earliest('pk').pk}"


def test_more_than_five_of_one_day_are_one_mail(book: Book, agency: Agency) -> None:
    person(Role.PUBLISHER, agency)
    for _each in range(6):
        book.owe(agency)

    done = reminders.remind(morning(DUE))

    assert (done.told, done.mails, InboxMessage.objects.count()) == (6, 1, 6)


def test_quiet_days_are_caught_up(book: Book, agency: Agency) -> None:
    person(Role.PUBLISHER, agency)
    book.owe(agency, date(2026, 10, 5))  # in the holiday: told on 30 September, then on the 8th

    for day in range(1, 8):
        assert reminders.remind(morning(date(2026, 10, day))).is_day_off
    after = reminders.remind(morning(date(2026, 10, 8)))

    assert after.told == 1
    assert list(Reminder.objects.values_list("rung", flat=True)) == [1]


def test_moved_deadline_is_armed_anew(book: Book, agency: Agency) -> None:
    person(Role.PUBLISHER, agency)
    book.owe(agency)
    reminders.remind(morning(DUE))
    moved = DUE + timedelta(days=7)
    book.rows.clear()
    book.owe(agency, moved)

    for day in range(10):
        reminders.remind(morning(DUE + timedelta(days=day)))

    assert sorted(Reminder.objects.filter(version=moved.isoformat()).values_list("rung", flat=True)) == [
        -7,
        -3,
        -1,
        0,
        1,
    ]


def test_muted_kind_is_in_the_inbox_alone_but_for_what_goes_to_heads(book: Book, agency: Agency) -> None:
    handler, head = person(Role.PUBLISHER, agency), person(Role.AGENCY_HEAD, agency)
    silent = make_member(Role.PUBLISHER, agency)  # without an address
    for user in (handler, head):
        MutedKind.objects.create(user=user, kind="book")
    book.owe(agency)

    reminders.remind(morning(DUE + timedelta(days=1)))

    assert [notice.address for notice in Notice.objects.all()] == [head.email]
    assert set(InboxMessage.objects.values_list("user", flat=True)) == {handler.pk, head.pk, silent.pk}


def test_ladder_of_a_kind(book: Book, agency: Agency) -> None:
    person(Role.PUBLISHER, agency)
    ReminderLadder.objects.create(kind="book", before="2", every=3)
    book.owe(agency)

    for day in range(-14, 10):
        reminders.remind(morning(DUE + timedelta(days=day)))

    assert sorted(Reminder.objects.values_list("rung", flat=True)) == [-2, 0, 1, 4, 7]


def test_fault_of_one_source_stops_no_other(book: Book, agency: Agency) -> None:
    def broken(_reach: Reach) -> list[Deadline]:
        raise ImproperlyConfigured("no column")

    contributions.deadline_sources.add(
        DeadlineSource("broken", "坏", broken, lambda keys: dict.fromkeys(keys, DUE), position=1)
    )
    person(Role.PUBLISHER, agency)
    book.owe(agency)

    done = reminders.remind(morning(DUE))

    assert (done.told, done.failed) == (1, ("broken",))
    assert "broken" in str(done)
    assert reminders.remind_source("book", morning(DUE)).told == 0


def test_messenger_of_the_agency_hears_each_rung_once(book: Book, agency: Agency) -> None:
    for role in (Role.PUBLISHER, Role.PUBLISHER, Role.OFFICE_HEAD):
        person(role, agency)
    other = make_agency()
    person(Role.PUBLISHER, other)
    Webhook.objects.create(agency=agency, url="https://im.example.test/", secret="s" * 20)
    Webhook.objects.create(agency=other, url="https://im.example.test/", secret="s" * 20, is_active=False)
    row = book.owe(agency)
    book.owe(other)
    long = book.owe(agency, label="长", key="book:" + "x" * 110)

    reminders.remind(morning(DUE))
    person(Role.PUBLISHER, agency)  # told of the same rung later
    reminders.remind(morning(DUE))

    sent = Notice.objects.filter(channel=Channel.WEBHOOK).order_by("id")
    assert {notice.key for notice in sent} >= {f"hook:book:{row.key}:{DUE}:0"}
    assert {notice.address for notice in sent} == {agency.code}
    assert [json.loads(notice.body)["id"] for notice in sent] == sorted([row.key, long.key])
    assert json.loads(sent[0].body) == {
        "id": row.key, "kind": "book", "label": row.label, "due_on": "2026-10-20", "days": 0,
        "url": "http://testserver/admin/x/1/",
    }  # fmt: skip


def waiting(book: Book, agency: Agency) -> tuple[Notice, list[Notice]]:
    """One mail about seven deadlines, and the seven messages to the messenger."""
    person(Role.PUBLISHER, agency)
    Webhook.objects.create(agency=agency, url="https://im.example.test/", secret="s" * 20)
    for day in (DUE - timedelta(days=1), *[DUE] * 6):  # the first is a day late
        book.owe(agency, day)
    reminders.remind(morning(DUE + timedelta(days=1)))
    mail = Notice.objects.get(channel=Channel.MAIL)
    return mail, list(Notice.objects.filter(channel=Channel.WEBHOOK).order_by("pk"))


def test_waiting_messages_of_what_is_closed_are_not_sent(book: Book, agency: Agency) -> None:
    mail, hooks = waiting(book, agency)
    written = mail.subject, mail.body
    assert reminder_reviews.review(mail) and (mail.subject, mail.body) == written
    del book.rows[1:6]
    assert [reminder_reviews.review(hook) for hook in hooks] == [True, *[False] * 5, True]
    assert reminder_reviews.review(mail)
    book.rows.clear()

    assert not any(reminder_reviews.review(notice) for notice in (mail, *hooks))
    assert reminder_reviews.review(make_notice())


def test_waiting_summary_names_only_what_is_open_on_the_day_it_told(book: Book, agency: Agency) -> None:
    mail, hooks = waiting(book, agency)
    late, *others = book.rows
    moved = replace(others[0], due_on=DUE + timedelta(days=9))
    book.rows[:] = [late, moved, *others[1:3]]

    assert reminder_reviews.review(mail)

    assert mail.subject == "期限提醒：3 项期限，其中逾期 3 项"
    assert mail.body.count("http://testserver/admin/x/") == 3
    assert mail.body.index("第 1 项") < mail.body.index("第 3 项") < mail.body.index("第 4 项")
    assert "第 2 项" not in mail.body and not reminder_reviews.review(hooks[1])
    book.rows[:] = [others[1]]
    assert reminder_reviews.review(mail) and mail.subject.startswith("第 3 项：2026-10-20 到期")
    book.rows[:] = [moved]
    assert not reminder_reviews.review(mail)


@pytest.mark.django_db(transaction=True)
def test_rounds_at_once_tell_each_person_once(book: Book) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer; rounds at once are tested on PostgreSQL")
    for agency in (make_agency() for _each in range(8)):
        for role in (Role.PUBLISHER, Role.PUBLISHER, Role.OFFICE_HEAD, Role.AGENCY_HEAD):
            person(role, agency)
        for days in range(40):
            book.owe(agency, DUE - timedelta(days=days // 2))

    outcomes = at_once(lambda: reminders.remind(morning(DUE)), times=6)

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    rows = Reminder.objects.count()
    assert rows == sum(one.told for one in outcomes)  # type: ignore[attr-defined]
    assert rows == InboxMessage.objects.count() == Reminder.objects.exclude(notice=None).count()
    assert Notice.objects.count() == sum(one.mails for one in outcomes)  # type: ignore[attr-defined]
    assert reminders.remind(morning(DUE)).told == 0
