"""The annual report of a county of 200,000 requests: its own and those of 50 agencies below it."""

import random
import time
from datetime import date, datetime, timedelta

from django.utils.timezone import make_aware

from benchmarks.measure import Context, Measure
from govportal.models import Agency, User
from govportal.models.agency import AgencyKind
from requests_app.enums import ApplicantKind, Channel, Outcome, ReceiptBasis, State
from requests_app.models import Assignment, InformationRequest
from requests_app.services import annual_report

AGENCIES, REQUESTS, HANDED_OVER, SPREAD = 50, 200_000, 2000, 900
YEAR, TODAY = 2025, date(2026, 1, 20)
NOON = make_aware(datetime(2026, 1, 10, 12))  # noqa: DTZ001


def run(context: Context) -> list[Measure]:
    county = Agency.objects.create(code="bench", name="测试县人民政府", kind=AgencyKind.GOVERNMENT)
    below = Agency.objects.bulk_create(
        Agency(code=f"bench-{n:02}", name=f"测试单位{n}", parent=county, path=f"/{county.pk}/") for n in range(AGENCIES)
    )
    _requests([county, *below])
    _hand_over(below)
    started = time.perf_counter()
    computed = annual_report.compute(county, YEAR, today=TODAY)
    found = annual_report.findings(computed, {})
    seconds = time.perf_counter() - started
    counted = computed.table3.rows["new"][-1] + computed.table3.rows["carried"][-1]
    return [
        Measure(f"annual report and its checks, {REQUESTS:,} requests, {counted:,} of the year", seconds, "s", limit=5),
        Measure("faults of tables 3 and 4", sum(f.table != "table2" and f.table != "parts" for f in found.errors), "",
                limit=0),
    ]  # fmt: skip


def _requests(agencies: list[Agency]) -> None:
    chance = random.Random(4)

    def made(n: int) -> InformationRequest:
        received_on = date(2023, 9, 1) + timedelta(days=chance.randrange(SPREAD))
        closed_on = received_on + timedelta(days=chance.randrange(60))
        is_open = closed_on > TODAY
        return InformationRequest(
            number=f"B{n}",
            agency=chance.choice(agencies),
            state=State.IN_REVIEW if is_open else State.REPLIED,
            channel=Channel.WEB,
            filed_at=NOON,
            received_on=received_on,
            receipt_basis=ReceiptBasis.PORTAL,
            applicant_kind=chance.choice(ApplicantKind.values),
            outcome="" if is_open else chance.choice(Outcome.values),
            closed_on=None if is_open else closed_on,
        )

    for start in range(0, REQUESTS, 20_000):
        InformationRequest.objects.bulk_create((made(n) for n in range(start, start + 20_000)), batch_size=2000)


def _hand_over(agencies: list[Agency]) -> None:
    user = User.objects.create(username="bench")
    rows = InformationRequest.objects.order_by("-received_on")[:HANDED_OVER]
    Assignment.objects.bulk_create(
        Assignment(request=row, from_agency=agencies[n % AGENCIES], to_agency_id=row.agency_id, by=user, at=NOON,
                   on=date(2026, 1, 10))
        for n, row in enumerate(rows)
    )  # fmt: skip
