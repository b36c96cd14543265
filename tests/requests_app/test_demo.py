"""The requests of the demo county: every state, reply, way and result once, no sentence twice, dates around today."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from disclosure.services import demo
from disclosure.services.verify_log import verify
from govportal.personal_data import is_identity_number
from requests_app.credit_code import is_credit_code
from requests_app.enums import (
    Action,
    AppealResult,
    AppealRoute,
    ApplicantKind,
    Channel,
    DecisionKind,
    DecisionState,
    DeliveryWay,
    FeeMode,
    FileKind,
    IdentityKind,
    InquiryAnswer,
    InquiryKind,
    MessageKind,
    Outcome,
    ReceiptBasis,
    ReplyKind,
    ReportState,
    State,
    SupplyForm,
    SupplyWay,
    TaskState,
)
from requests_app.letter_rules import LetterKind
from requests_app.models import (
    AnnualReport,
    Appeal,
    Applicant,
    Decision,
    Delivery,
    FeeNotice,
    InformationRequest,
    Inquiry,
    Letter,
    Message,
    PublicationTask,
    RequestEvent,
    RequestFile,
)
from requests_app.report_form import TABLE3
from requests_app.rules import LIKE_REQUESTS
from requests_app.services import intake
from requests_app.services.demo_reports import published_reports
from requests_app.services.demo_texts import load, load_cases

TODAY = date(2026, 11, 5)
NOW = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE_END = re.compile(r"[。；！？\n]")
# Three applicants ask for the same on purpose: a task to publish it comes of that.
_ASKED_ALIKE = "农村公路养护资金使用明细"

OCCURRING: dict[str, tuple[Collection[str], Any, str]] = {
    "state": (State, InformationRequest, "state"),
    "outcome": (Outcome, InformationRequest, "outcome"),
    "reply": (ReplyKind, InformationRequest, "reply_kind"),
    "channel": (Channel, InformationRequest, "channel"),
    "receipt": (ReceiptBasis, InformationRequest, "receipt_basis"),
    "applicant": (ApplicantKind, InformationRequest, "applicant_kind"),
    "form": (SupplyForm, InformationRequest, "supply_form"),
    "way": (SupplyWay, InformationRequest, "supply_way"),
    "identity": (IdentityKind, Applicant, "identity_kind"),
    "action": (Action, RequestEvent, "action"),
    "decision": (DecisionKind, Decision, "kind"),
    "decision state": (DecisionState, Decision, "state"),
    "fee": (FeeMode, FeeNotice, "mode"),
    "file": (FileKind, RequestFile, "kind"),
    # Nobody can ask by this kind: what an applicant writes is a supplement.
    "message": (set(MessageKind) - {MessageKind.QUESTION}, Message, "kind"),
    "letter": (LetterKind, Letter, "kind"),
    "delivery": (DeliveryWay, Delivery, "way"),
    "task": (TaskState, PublicationTask, "state"),
    "report": (ReportState, AnnualReport, "state"),
}


@pytest.fixture(scope="module")
def notes(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """The demo, seeded once for the module and rolled back after it; what it tells a newcomer."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demo.seed(TODAY, NOW).notes
        transaction.set_rollback(True)


@pytest.fixture
def county(notes: list[str], db: None) -> None:
    """The seeded county, for whoever does not ask what it told."""


def live() -> Any:
    return InformationRequest.objects.filter(is_imported=False)


# --- the files --------------------------------------------------------------------------------------------------


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def test_demo_no_two_texts_share_a_sentence() -> None:
    texts = [*texts_of(load_cases()), *texts_of(load("reports.toml"))]
    sentences = [part.strip() for text in texts for part in _SENTENCE_END.split(text)]

    counts = Counter(sentence for sentence in sentences if len(_HAN.findall(sentence)) >= 12)

    assert [text for text, count in counts.items() if count > 1 and _ASKED_ALIKE not in text] == []


def test_demo_those_who_ask_alike_do_so_on_both_sides_of_new_year() -> None:
    asked = [case["subject"] for case in load_cases() if _ASKED_ALIKE in case["subject"]]

    assert len(asked) == LIKE_REQUESTS and len(set(asked)) == 1
    assert "{" not in asked[0]  # a year would be another one for those who asked before


def test_demo_applicants_are_invented_and_pass_the_checks() -> None:
    rows = load("applicants.toml").values()
    residents = [row["identity_number"] for row in rows if row["identity_kind"] == IdentityKind.RESIDENT]
    codes = [row["identity_number"] for row in rows if row["identity_kind"] == IdentityKind.CREDIT_CODE]

    # No place has the code 110000, no telephone the area code 0399, and nobody alive was born in 1900.
    assert all(is_identity_number(number) and number.startswith("1100001900") for number in residents)
    assert all(is_credit_code(code) and code[2:10] == "000000CM" for code in codes)
    assert all(row["phone"].startswith("0399-") and row["email"].endswith(".example") for row in rows)


# --- the county --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("name", OCCURRING)
def test_demo_every_member_occurs(name: str) -> None:
    members, model, column = OCCURRING[name]

    found = set(model.objects.values_list(column, flat=True)) - {""}

    assert set(members) - found == set()


@pytest.mark.usefixtures("county")
def test_demo_every_result_of_every_appeal_and_inquiry_occurs() -> None:
    appeals = set(Appeal.objects.values_list("route", "result"))
    inquiries = set(Inquiry.objects.values_list("kind", "answer"))

    assert appeals == {(route, result) for route in AppealRoute for result in AppealResult}
    assert inquiries == {(kind, answer) for kind in InquiryKind for answer in [*InquiryAnswer, ""]}


@pytest.mark.usefixtures("county")
def test_demo_has_cases_at_every_distance_from_their_last_day() -> None:
    calendar = {row.due_on: row for row in live().open() if row.due_on}

    assert live().overdue(TODAY).count() == 1
    assert TODAY in calendar
    assert sum(TODAY < day <= date(2026, 11, 12) for day in calendar) >= 3
    assert live().open().filter(due_on__year=2027, is_provisional=True).exists()
    assert live().open().filter(due_on=None).exists()
    assert live().exclude(applicant__isnull=True).count() == live().count() >= 60
    assert live().values("agency").distinct().count() >= 8


@pytest.mark.usefixtures("county")
def test_demo_steps_run_forward_and_nobody_releases_his_own_draft() -> None:
    for row in live():
        steps = list(row.events.order_by("pk").values_list("at", flat=True))
        assert all(earlier <= later for earlier, later in pairwise([row.filed_at, *steps, NOW]))
    for decision in Decision.objects.exclude(state=DecisionState.DROPPED):
        assert decision.decided_by_id != decision.drafted_by_id


@pytest.mark.usefixtures("county")
def test_demo_frozen_reports_say_what_was_published() -> None:
    published = published_reports()
    frozen = list(AnnualReport.objects.filter(state=ReportState.FROZEN).select_related("agency"))

    assert {report.agency.code for report in frozen} >= {"CM-GOV", "CM-CZJ", "CM-MZJ"}
    for report in frozen:
        item = published[report.agency.code]
        assert report.payload is not None
        assert item.year == report.year
        rows = re.findall(r"<tr>(.*?)</tr>", item.item.current_edition.body.split("<caption>表三")[1])[1:26]  # type: ignore[union-attr]
        table = [[int(number) for number in re.findall(r"<td>(\d+)</td>", row)] for row in rows]
        assert [report.payload["table3"][row.key] for row in TABLE3.rows] == table


@pytest.mark.usefixtures("county")
def test_demo_living_cases_begin_after_the_year_of_the_ledgers() -> None:
    year = published_reports()["CM-GOV"].year

    assert not live().filter(received_on__year__lte=year).exists()
    assert InformationRequest.objects.filter(is_imported=True, received_on__year=year).count() == 214


@pytest.mark.django_db
def test_demo_tells_numbers_and_codes_that_open_a_case(notes: list[str]) -> None:
    told = [note for note in notes if note.startswith("受理编号")]  # others tell of complaints and feedback
    found = [re.fullmatch(r"受理编号 (\S+)\t查询码 (\S+)\t(.+)", note) for note in told]
    rows = [intake.find(match[1], match[2]) for match in found if match]

    assert len(rows) == len(told) >= 2
    assert [row.subject for row in rows if row] == [match[3] for match in found if match]


@pytest.mark.usefixtures("county")
def test_demo_is_not_seeded_twice(capsys: pytest.CaptureFixture[str]) -> None:
    count = InformationRequest.objects.count()

    call_command("seed_demo")

    assert InformationRequest.objects.count() == count
    assert "nothing was added" in capsys.readouterr().err


@pytest.mark.usefixtures("county")
def test_demo_leaves_the_publication_log_intact() -> None:
    assert verify().faults == []
