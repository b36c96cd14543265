"""Requests at 200,000 with their letters and inquiries: the desk's list, filing at one moment, a ledger, the clock,
and what a reply looks up."""

import csv
import io
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import batched
from statistics import quantiles
from threading import Barrier, Thread
from time import perf_counter

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import make_aware

from benchmarks.measure import Context, Measure
from govportal.calendar import load_calendar
from govportal.models import Agency, Membership, User
from govportal.now import now, today
from govportal.permissions import Role
from requests_app import clock
from requests_app.clock import ClockKind
from requests_app.enums import (
    ApplicantKind,
    Channel,
    DeliveryWay,
    IdentityKind,
    InquiryAnswer,
    InquiryKind,
    Outcome,
    ReceiptBasis,
    ReplyKind,
    State,
)
from requests_app.letter_rules import LetterKind
from requests_app.models import Delivery, InformationRequest, Inquiry, Letter
from requests_app.services import import_ledger, intake, publication_tasks

AGENCIES, REQUESTS, BATCH = 500, 200_000, 5_000
BUSY = 20_000  # requests at the first agency; the others share the rest
OPEN_EVERY = 25  # one in so many is still worked on
DAYS = 1_500  # over which they came in
UNSENT_EVERY, ASKED_EVERY = 500, 10
ROUNDS = 20
FILERS, LEDGER_ROWS, FOLDS = 32, 10_000, 2_000
# Of the desk's list, as its filters and its search are used.
LOOKS = ("", "?queue=mine", "?queue=soon", "?queue=overdue", "?queue=closed", "?queue=all", "?queue=all&p=4",
         "?queue=consulted", "?queue=unsent",
         "?queue=all&outcome=r2", "?queue=all&q=养护资金", "?queue=all&q=BENCH-000-")  # fmt: skip
_OPEN = (State.RECEIVED, State.REGISTERED, State.IN_REVIEW, State.EXTENDED, State.CONSULTING_THIRD_PARTY)
_SUBJECTS = ("农村公路养护资金使用明细", "低保评议公示材料", "征收补偿安置方案", "公租房分配结果", "排污许可核查记录")


def run(context: Context) -> list[Measure]:
    settings.ALLOWED_HOSTS = ["*"]
    agencies = Agency.objects.bulk_create(
        Agency(code=f"bench-{n:03}", name=f"测试单位{n}", kind="department", position=n) for n in range(AGENCIES)
    )
    officers = [_officer(agencies[0]), _officer(agencies[1])]
    for batch in batched(_rows(agencies, officers), BATCH):
        InformationRequest.objects.bulk_create(batch)
    _write_to_people(officers[0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [
        *_desk(officers),
        *_desk_of_one(officers[0]),
        *_filing(agencies[2]),
        *_ledger(agencies[3]),
        _clock(),
        _likeness(),
    ]


def _officer(agency: Agency) -> User:
    user = User.objects.create(username=f"officer-{agency.code}", is_active=True)
    Membership.objects.create(user=user, agency=agency, role=Role.REQUEST_OFFICER)
    return user


def _rows(agencies: list[Agency], officers: list[User]) -> Iterator[InformationRequest]:
    """Written straight into the table; one of the first two agencies' open rows in two has a handler."""
    chance, last = random.Random(8), today()
    for n in range(REQUESTS):
        place = 0 if n < BUSY else n % (AGENCIES - 1) + 1
        is_open = n % OPEN_EVERY == 0
        received_on = last - timedelta(days=chance.randrange(40) if is_open else 60 + chance.randrange(DAYS))
        row = InformationRequest(
            number=f"BENCH-{place:03}-{n:06}",
            agency=agencies[place],
            channel=chance.choice(Channel.values),
            filed_at=make_aware(datetime.combine(received_on, time(9))),
            received_on=received_on,
            receipt_basis=ReceiptBasis.PORTAL,
            applicant_kind=chance.choice(ApplicantKind.values),
            subject=f"第{n}号{_SUBJECTS[n % len(_SUBJECTS)]}",
            state=chance.choice(_OPEN) if is_open else State.REPLIED,
            submission_key=f"bench {n}" if n % 2 else None,
        )
        if is_open:
            row.due_on = received_on + timedelta(days=28)
            row.handler = officers[place] if place < len(officers) and n % 2 else None
        else:
            row.outcome, row.reply_kind = chance.choice(Outcome.values), ReplyKind.DISCLOSED
            row.closed_on = received_on + timedelta(days=chance.randrange(28))
        yield row


def _write_to_people(officer: User) -> None:
    """Every closed request has the letter of its reply, sent but for one in UNSENT_EVERY, and one in ASKED_EVERY an
    inquiry that was answered; every request that waits for a third party has one that was not."""
    rows = InformationRequest.objects.only("agency", "state", "received_on", "closed_on").order_by("pk")
    for batch in batched(rows.iterator(chunk_size=BATCH), BATCH):
        closed = [row for row in batch if row.is_closed]
        letters = Letter.objects.bulk_create(_letter(row) for row in closed)
        Delivery.objects.bulk_create(
            Delivery(letter=letter, way=DeliveryWay.POST, sent_on=letter.issued_on)
            for letter in letters
            if letter.request_id % UNSENT_EVERY
        )
        Inquiry.objects.bulk_create(
            _inquiry(row, officer)
            for row in batch
            if row.state == State.CONSULTING_THIRD_PARTY or (row.is_closed and row.pk % ASKED_EVERY == 0)
        )


def _letter(row: InformationRequest) -> Letter:
    assert row.closed_on
    return Letter(
        request=row, agency_id=row.agency_id, kind=LetterKind.DISCLOSED, number=f"测公复〔2026〕{row.pk}号",
        issued_on=row.closed_on, issued_at=now(),
    )  # fmt: skip


def _inquiry(row: InformationRequest, officer: User) -> Inquiry:
    assert row.received_on
    answered_on = row.closed_on
    return Inquiry(
        request=row, kind=InquiryKind.THIRD_PARTY, ref="1", party="第三方", matter="明细", asked_by=officer,
        asked_on=row.received_on, due_on=row.received_on + timedelta(days=21), answered_on=answered_on,
        answer=InquiryAnswer.CONSENT if answered_on else "",
    )  # fmt: skip


# --- the desk -----------------------------------------------------------------------------------------------------


def _desk(officers: list[User]) -> Iterator[Measure]:
    address = reverse("admin:requests_app_informationrequest_changelist")
    for user, words in zip(officers, (f"{BUSY:,} requests", "400 requests"), strict=True):
        client = Client()
        client.force_login(user)
        if b"BENCH-" not in client.get(address).content:
            raise RuntimeError("the desk list of an office with open requests is empty")
        looks = _page_p95(client, *(address + look for look in LOOKS))
        yield Measure(f"desk of {words}, {len(LOOKS)} lists and searches in turn, p95", looks, "ms", 150)
        yield Measure(f"desk of {words}, what is open, p95", _page_p95(client, address), "ms", 150)
        with CaptureQueriesContext(connection) as captured:
            _get(client, address)
        yield Measure(f"queries of the desk of {words}", len(captured), "queries")
        landing = _page_p95(client, reverse("admin:index"))
        yield Measure(f"landing page of the office with {words}, p95", landing, "ms", 150)


def _desk_of_one(officer: User) -> Iterator[Measure]:
    client = Client()
    client.force_login(officer)
    row = InformationRequest.objects.filter(agency__code="bench-000", state=State.REPLIED).last()
    assert row is not None
    page = reverse("admin:requests_app_informationrequest_change", args=[row.pk])
    yield Measure(f"desk of one request among {BUSY:,}, p95", _page_p95(client, page), "ms", 150)
    with CaptureQueriesContext(connection) as captured:
        _get(client, page)
    yield Measure("queries of the desk of one request", len(captured), "queries")


def _page_p95(client: Client, *paths: str) -> float:
    return _p95(*(partial(_get, client, path) for path in paths))


def _get(client: Client, path: str) -> None:
    response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")


def _p95(*calls: Callable[[], object]) -> float:
    """Milliseconds, each several times in turn, the first time left out."""
    for call in calls:
        call()
    times = []
    for _round in range(ROUNDS):
        for call in calls:
            started = perf_counter()
            call()
            times.append((perf_counter() - started) * 1000)
    return quantiles(times, n=20, method="inclusive")[-1]


# --- filing, ledger, clock ------------------------------------------------------------------------------------------


def _filing(agency: Agency) -> list[Measure]:
    """Everybody at one moment, each in a thread and a database connection of its own."""
    barrier, numbers = Barrier(FILERS), list[str]()

    def file(place: int) -> None:
        person = intake.Person(
            name=f"申请人{place}", identity_kind=IdentityKind.PASSPORT, identity_number=f"E{place:08}",
            phone=f"0399-{place:07}",
        )  # fmt: skip
        wanted = intake.Wanted(
            agency=agency,
            applicant_kind=ApplicantKind.NATURAL_PERSON,
            subject=f"同一时刻的第{place}件申请",
            description="无",
        )
        barrier.wait()
        try:
            filed = intake.file_online(person, wanted, proofs=(), submission_key=f"bench-{place}", at=now())
            numbers.append(filed.request.number)
        finally:
            connection.close()

    threads = [Thread(target=file, args=[place]) for place in range(FILERS)]
    started = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - started
    expected = {f"{agency.code}-{today().year}-{n:05}" for n in range(1, FILERS + 1)}
    return [
        Measure(f"{FILERS} filings at one moment, until the last receipt", seconds, "s"),
        Measure("of which lost, doubled or out of sequence", len(expected ^ set(numbers)), "numbers", limit=0),
    ]


def _ledger(agency: Agency) -> list[Measure]:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["number", "received_on", "channel", "applicant_kind", "subject", "outcome", "closed_on"])
    for n in range(LEDGER_ROWS):
        received_on = date(today().year - 1, 1, 1) + timedelta(days=n % 330)
        closed_on = received_on + timedelta(days=20)
        writer.writerow([f"台账{n}号", received_on, "web", "business", f"第{n}件", Outcome.values[n % 21], closed_on])
    file = ContentFile(sheet.getvalue().encode(), name="ledger.csv")
    times = []
    for _turn in range(2):
        started = perf_counter()
        result = import_ledger.import_ledger(file, agency=agency, actor=None, at=now())
        times.append(perf_counter() - started)
    changed = sum(row.outcome != "unchanged" for row in result.rows)
    return [
        Measure(f"import of {LEDGER_ROWS:,} ledger rows", times[0], "s"),
        Measure("the same ledger again", times[1], "s"),
        Measure("rows that the second import changed", changed, "rows", limit=0),
    ]


def _clock() -> Measure:
    """A history with a correction, two inquiries and an extension, with its trace."""
    calendar, received_on = load_calendar(), date(2026, 3, 2)
    events = [
        clock.Event(ClockKind.CORRECTION_ASKED, date(2026, 3, 6)),
        clock.Event(ClockKind.CORRECTED, date(2026, 3, 20)),
        clock.Event(ClockKind.THIRD_PARTY_ASKED, date(2026, 3, 25), ref="1", delivered_on=date(2026, 3, 27)),
        clock.Event(ClockKind.CO_AGENCY_ASKED, date(2026, 3, 26), ref="2"),
        clock.Event(ClockKind.CO_AGENCY_ANSWERED, date(2026, 4, 2), ref="2"),
        clock.Event(ClockKind.EXTENDED, date(2026, 4, 20), days=15),
    ]
    started = perf_counter()
    for _n in range(FOLDS):
        clock.fold(received_on, events, calendar, today=date(2026, 4, 30))
    return Measure("clock readings with their trace", FOLDS / (perf_counter() - started), "/s")


def _likeness() -> Measure:
    row = InformationRequest.objects.filter(number__startswith="BENCH-000-").first()
    assert row is not None
    milliseconds = _p95(lambda: publication_tasks.like_requests(row))
    return Measure(f"requests for the same among {BUSY:,}, p95", milliseconds, "ms")
