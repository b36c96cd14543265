"""The complaints and messages of the demo county: everything occurs, at every distance from its last day, on any day.

The two chapters are told in a county that has its agencies and accounts, and of its items and requests only those that
are named: so several days of seeding cost little.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from disclosure.enums import RectificationState
from disclosure.models import Item
from disclosure.services import demo
from disclosure.services.demo_texts import load_items
from govportal.calendar import load_calendar
from govportal.contributions import DemoCounty
from govportal.models import Membership, User
from govportal.permissions import Role
from govportal.rungs import days_left
from govportal.workdays import is_working_day
from requests_app.complaint_enums import (
    ComplaintAction,
    ComplaintChannel,
    ComplaintFileKind,
    ComplaintGround,
    ComplaintResult,
    ComplaintState,
    OtherPath,
)
from requests_app.feedback_enums import FeedbackAction, FeedbackKind, FeedbackState, Judgement
from requests_app.models import Complainant, Complaint, ComplaintEvent, ComplaintFile, Feedback, FeedbackEvent
from requests_app.services import complain, complaint_desks, demo_complaints, demo_feedback, feedback
from requests_app.services.demo_cases import Days
from requests_app.services.demo_texts import load, load_cases
from tests.factories.disclosure import make_item
from tests.factories.requests import make_request
from tests.requests_app.test_demo import texts_of

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE_END = re.compile(r"[。；！？\n]")
_ASKED_ALIKE = "农村公路养护资金使用明细"  # three applicants ask for the same on purpose

# The Monday after a holiday; a day off among days off; the first of January; the last of February, without a calendar.
DAYS = (date(2026, 6, 22), date(2026, 10, 5), date(2027, 1, 1), date(2027, 2, 28))

OCCURRING: dict[str, tuple[Collection[str], Any, str]] = {
    "complaint": (ComplaintState, Complaint, "state"),
    "ground": (ComplaintGround, Complaint, "ground"),
    "channel": (ComplaintChannel, Complaint, "channel"),
    "result": (ComplaintResult, Complaint, "result"),
    "path": (OtherPath, Complaint, "other_path"),
    "action": (ComplaintAction, ComplaintEvent, "action"),
    "file": (ComplaintFileKind, ComplaintFile, "kind"),
    "message": (FeedbackState, Feedback, "state"),
    "kind": (FeedbackKind, Feedback, "kind"),
    "judgement": (Judgement, Feedback, "judgement"),
    "action on a message": (FeedbackAction, FeedbackEvent, "action"),
}


def tell(today: date) -> list[str]:
    """Both chapters, in a county without anything they do not name."""
    now = datetime.combine(today, time(1, 30), tzinfo=UTC)
    agencies = demo._seed_agencies()
    demo._seed_users(agencies)
    for raw in [*load("complaints.toml")["complaint"], *load("feedback.toml")["feedback"]]:
        agency = agencies[raw["agency"]]
        if "item" in raw and not Item.objects.filter(agency=agency, title=raw["item"]).exists():
            make_item(agency=agency, edition={"title": raw["item"]})
        if "request" in raw:
            make_request(agency=agency, subject=raw["request"])
    people = {user.username: user for user in User.objects.all()}
    county = DemoCounty(today, now, agencies, people)
    return [*demo_complaints.tell(county), *demo_feedback.tell(county)]


@dataclass(frozen=True, slots=True)
class Told:
    today: date
    notes: list[str]


@pytest.fixture(scope="module", params=DAYS, ids=str)
def told(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Told]:
    """Told once a day of seeding for the module, and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Told(request.param, tell(request.param))
        transaction.set_rollback(True)
    cache.clear()


@pytest.fixture
def county(told: Told, db: None) -> Told:
    return told


# --- the files ---------------------------------------------------------------------------------------------------


def test_demo_no_two_texts_share_a_sentence() -> None:
    ours = [load("complaints.toml"), load("feedback.toml")]
    rows = [row for file in ours for part in file.values() if isinstance(part, list) for row in part]
    named = {row[name] for row in rows for name in ("item", "request") if name in row}
    texts = [text for text in texts_of([load_cases(), load("reports.toml"), *ours]) if text not in named]
    sentences = [part.strip() for text in texts for part in _SENTENCE_END.split(text)]

    counts = Counter(sentence for sentence in sentences if len(_HAN.findall(sentence)) >= 12)

    assert [text for text, count in counts.items() if count > 1 and _ASKED_ALIKE not in text] == []


def test_demo_complainants_and_writers_are_invented() -> None:
    people = [*load("complaints.toml")["person"].values(), *load("feedback.toml")["feedback"]]

    assert all(row.get("phone", "0399-").startswith("0399-") for row in people)
    assert all(row.get("email", ".example").endswith(".example") for row in people)
    assert not any(re.search(r"1[3-9]\d{9}|\d{17}[\dX]", text) for row in people for text in texts_of(row))


@pytest.mark.django_db
def test_demo_nobody_complains_of_what_is_not_there_yet() -> None:
    calendar = load_calendar()
    for today in DAYS:
        days = Days(today, calendar)
        items = [item for item in load_items(today) if "closing" not in item and "stop" not in item]
        for raw in [*load("complaints.toml")["complaint"], *load("feedback.toml")["feedback"]]:
            if "item" not in raw:
                continue
            received = days.ago(raw["received"]) if "received" in raw else today - timedelta(days=raw.get("days", 184))
            found = [item["published_on"] for item in items if item["title"].startswith(raw["item"])]
            assert found and max(found) <= received, (today, raw["key"])


# --- the county --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("county")
def test_demo_every_member_of_complaints_and_feedback_occurs() -> None:
    missing = {
        name: set(members) - set(model.objects.values_list(column, flat=True))
        for name, (members, model, column) in OCCURRING.items()
    }

    assert {name: left for name, left in missing.items() if left} == {}
    assert set(Complaint.objects.values_list("is_named", flat=True)) == {True, False}
    assert Complaint.objects.exclude(request=None).exists() and Complaint.objects.exclude(item=None).exists()
    assert any(row.board for row in Complaint.objects.all())
    assert Complaint.objects.exclude(referred_on=None).exists()
    closed = Complaint.objects.filter(state=ComplaintState.CLOSED)
    assert closed.exclude(summary=None).exists() and closed.filter(summary=None).exists()
    assert Feedback.objects.values("agency").distinct().count() >= 10


def test_demo_any_day_has_every_distance_from_the_last_day_and_nothing_in_the_future(county: Told) -> None:
    today = county.today
    calendar, now = load_calendar(), datetime.combine(today, time(1, 30), tzinfo=UTC)
    waiting = [days_left(row.answer_by, today, calendar) for row in Complaint.objects.unanswered()]

    assert any(row.due_on and row.due_on < today for row in Complaint.objects.all())
    assert any(0 < left <= 3 for left in waiting)
    assert 0 in waiting or not is_working_day(today, calendar)  # nothing ends on a day off
    assert Feedback.objects.overdue(today).exists()
    for row in [*Complaint.objects.all(), *Feedback.objects.all()]:
        steps = list(row.events.order_by("pk").values_list("at", flat=True))
        assert row.received_on <= today
        assert all(earlier <= later for earlier, later in pairwise([row.filed_at, *steps, now])), row
    extended = ComplaintEvent.objects.get(action=ComplaintAction.EXTEND)
    assert extended.answer_by_before and extended.answer_by and extended.public_note
    assert extended.on <= extended.answer_by_before < extended.answer_by
    _follow_the_stale_item(today)


def _follow_the_stale_item(today: date) -> None:
    """Transferred on the fourth day, upheld, and put right too late by one working day: its heads are to be told."""
    calendar = load_calendar()
    row = Complaint.objects.get(rectification__state=RectificationState.ORDERED)
    order = row.rectification
    heads = Membership.objects.filter(agency=row.agency, role__in=[Role.OFFICE_HEAD, Role.AGENCY_HEAD])

    assert not row.is_named and row.item and row.result == ComplaintResult.UPHELD
    assert row.transferred_on and days_left(row.transferred_on, row.received_on, calendar) == 4
    assert row.desk.code == demo_complaints.SECOND_DESK
    assert order is not None and order.ordered_by.memberships.get().agency == row.desk  # who oversees nobody
    assert days_left(order.due_on, today, calendar) == -1
    assert {held.role for held in heads} == {Role.OFFICE_HEAD, Role.AGENCY_HEAD}
    assert all(held.user.email.endswith(".example") for held in heads)


@pytest.mark.usefixtures("county")
def test_demo_no_complaint_is_handled_by_the_agency_complained_of() -> None:
    for row in Complaint.objects.select_related("agency", "desk"):
        own = set(Membership.objects.filter(agency=row.agency).values_list("user_id", flat=True))
        assert own.isdisjoint(row.events.values_list("actor_id", flat=True)), row
        assert complaint_desks.officers(row.desk, row.agency), row


def test_demo_summaries_are_public_count_and_name_nobody(county: Told) -> None:
    summaries = Item.objects.filter(source__in=["complaint", "feedback"]).select_related("current_edition")
    told = {name for person in Complainant.objects.all() for name in (person.name, person.phone, person.email) if name}
    told |= {line for row in Feedback.objects.all() for line in (row.name, row.phone, row.email) if line}

    assert sorted(summaries.values_list("source", flat=True)) == ["complaint", "feedback", "feedback"]
    for item in summaries:
        assert item.current_edition is not None and item.published_on == county.today
        assert not any(line in item.current_edition.body for line in told)
        extra = item.current_edition.extra
        assert extra["received"] >= extra["answered"] >= extra["on_time"]
    assert {item.current_edition.extra["received"] for item in summaries if item.current_edition} == {1, 3, 4}


def test_demo_tells_numbers_and_codes_that_open_complaints_and_a_message(county: Told) -> None:
    found = [re.fullmatch(r"(投诉|留言)编号 (\S+)\t查询码 (\S+)\t.+", note) for note in county.notes]
    opening = {"投诉": complain.find, "留言": feedback.find}
    opened = [(match[1], opening[match[1]](match[2], match[3])) for match in found if match]

    assert [kind for kind, row in opened if row] == ["投诉", "投诉", "留言"]
    assert len(county.notes) == 3
