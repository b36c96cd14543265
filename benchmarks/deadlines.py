"""A county with many open deadlines: rows alone, spread over agencies, kinds and days."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils.timezone import make_aware

from disclosure.enums import ObligationKind
from disclosure.models import CatalogueEntry, Obligation, Rectification
from govportal.calendar import load_calendar
from govportal.models import Agency, Holiday, HolidayYear, Membership, User, Webhook
from govportal.permissions import Role
from govportal.rungs import days_left
from requests_app.complaint_enums import ComplaintChannel, ComplaintGround, ComplaintState
from requests_app.enums import ApplicantKind, Channel, ReceiptBasis, State
from requests_app.feedback_enums import FeedbackKind
from requests_app.models import Complaint, Feedback, InformationRequest

BATCH = 5_000
ENTRIES = 40
DESKS = 10  # agencies with complaint officers; the desk of a case is never the agency complained of
ROLES = (Role.PUBLISHER, Role.REQUEST_OFFICER, Role.OFFICE_HEAD, Role.AGENCY_HEAD)
# Working days that are left, of ten deadlines in turn: three on a rung, one between rungs, six not near yet.
ON_A_RUNG, BETWEEN, FAR = (7, 3, 1, 0, -1, -6), (5, 2, -3), tuple(range(12, 40))


def write_county(deadlines: int, agencies: int, today: date, hooks: dict[int, str] | None = None) -> None:
    """`hooks`: addresses of messengers, by the position of the agency. Whatever day it is, it is a working day."""
    _work_on(today)
    places = Agency.objects.bulk_create(
        Agency(code=f"bench-{n:03}", name=f"测试单位{n}", kind="public_institution", position=n)
        for n in range(agencies)
    )
    officers = _staff(places)
    Webhook.objects.bulk_create(
        Webhook(agency=places[n], url=url, secret=f"secret of {n}") for n, url in (hooks or {}).items()
    )
    write = _Rows(places, officers, today)
    for make, share in ((write.obligation, 55), (write.request, 25), (write.rectification, 8), (write.feedback, 8),
                        (write.complaint, 4)):  # fmt: skip
        for rows in batched(_made(make, deadlines * share // 100), BATCH):
            type(rows[0])._default_manager.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _made(make: Callable[[int], Model], count: int) -> Iterator[Any]:
    return (make(n) for n in range(count))


def _work_on(today: date) -> None:
    notice, _is_new = HolidayYear.objects.get_or_create(year=today.year, defaults={"source": "benchmark"})
    values = {"name": "补班", "is_off": False, "notice": notice}
    Holiday.objects.update_or_create(date=today, defaults=values)


def _staff(agencies: list[Agency]) -> list[User]:
    """One person for each role at every agency, two complaint officers at each desk; answers the request officers."""
    posts = [(agency, role) for agency in agencies for role in ROLES]
    posts += [(agency, Role.COMPLAINT_OFFICER) for agency in agencies[:DESKS] for _each in range(2)]
    people = User.objects.bulk_create(
        (User(username=f"bench-{n}", email=f"bench-{n}@example.test", is_active=True) for n in range(len(posts))),
        batch_size=BATCH,
    )
    Membership.objects.bulk_create(
        (Membership(user=user, agency=agency, role=role) for user, (agency, role) in zip(people, posts, strict=True)),
        batch_size=BATCH,
    )
    return [user for user, (_agency, role) in zip(people, posts, strict=True) if role == Role.REQUEST_OFFICER]


class _Rows:
    """One row of each kind by number: agencies in turn, days in turn."""

    def __init__(self, agencies: list[Agency], officers: list[User], today: date) -> None:
        self.agencies, self.officers, self.today = agencies, officers, today
        self.long_ago = today - timedelta(days=120)
        self.filed_at = make_aware(datetime.combine(self.long_ago, time(9)))
        self.days = _days(today)
        self.entries = CatalogueEntry.objects.bulk_create(
            CatalogueEntry(code=f"B-{n:02}", domain="综合政务", level1=f"事项{n}", in_force_on=date(2020, 1, 1))
            for n in range(ENTRIES)
        )

    def _day(self, n: int) -> date:
        n = n // len(self.agencies) + n  # not the same agencies always late
        lefts = ON_A_RUNG if n % 10 < 3 else BETWEEN if n % 10 == 3 else FAR
        return self.days[lefts[n // 10 % len(lefts)]]

    def _place(self, n: int) -> int:
        return n % len(self.agencies)

    def obligation(self, n: int) -> Obligation:
        start = self.long_ago - timedelta(days=n // (len(self.agencies) * ENTRIES))
        return Obligation(
            entry=self.entries[n // len(self.agencies) % ENTRIES], agency=self.agencies[self._place(n)],
            kind=ObligationKind.RECURRING, period_start=start, period_end=start, due_on=self._day(n),
            created_at=self.filed_at,
        )  # fmt: skip

    def request(self, n: int) -> InformationRequest:
        place = self._place(n)
        return InformationRequest(
            number=f"BENCH-{n:06}", agency=self.agencies[place], state=State.IN_REVIEW, channel=Channel.WEB,
            handler=self.officers[place] if n % 2 else None, filed_at=self.filed_at, received_on=self.long_ago,
            receipt_basis=ReceiptBasis.PORTAL, applicant_kind=ApplicantKind.NATURAL_PERSON, due_on=self._day(n),
            submission_key=f"bench {n}",
        )  # fmt: skip

    def rectification(self, n: int) -> Rectification:
        return Rectification(
            number=f"整改〔2000〕{n}号", agency=self.agencies[self._place(n)], problem="问题", requirement="要求",
            basis="依据", ordered_by=self.officers[0], ordered_on=self.long_ago, due_on=self._day(n),
        )  # fmt: skip

    def feedback(self, n: int) -> Feedback:
        return Feedback(
            number=f"F-{n:06}", kind=FeedbackKind.CORRECTION, agency=self.agencies[self._place(n)],
            filed_at=self.filed_at, received_on=self.long_ago, due_on=self._day(n), submission_key=f"bench {n}",
        )  # fmt: skip

    def complaint(self, n: int) -> Complaint:
        """Desk and agency differ whatever their numbers are."""
        desk = n % min(DESKS, len(self.agencies))
        other = (desk + 1 + n % (len(self.agencies) - 1)) % len(self.agencies)
        day = self._day(n)
        return Complaint(
            number=f"C-{n:06}", desk=self.agencies[desk], agency=self.agencies[other], state=ComplaintState.ACCEPTED,
            ground=ComplaintGround.FALSE, channel=ComplaintChannel.WEB, is_named=False, filed_at=self.filed_at,
            received_on=self.long_ago, accept_by=day, transfer_by=day, answer_by=day, accepted_on=self.long_ago,
            submission_key=f"bench {n}",
        )  # fmt: skip


def _days(today: date) -> dict[int, date]:
    """The latest day of which so many working days are left."""
    calendar = load_calendar()
    return {
        days_left(day, today, calendar): day for day in (today + timedelta(days=offset) for offset in range(-30, 120))
    }
