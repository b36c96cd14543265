"""Cases of accountability, taken through the services by people of the office and of the agency."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils.timezone import localdate

from evaluation.accountability_enums import (
    CaseState,
    Circumstance,
    Measure,
    MeasureForm,
    NoticeKind,
    Part,
    Responsibility,
)
from evaluation.models import AccountabilityCase, AccountabilityEvent, AccountabilityNotice, Respondent
from evaluation.services import (
    accountability_correct,
    accountability_decide,
    accountability_notices,
    accountability_open,
    accountability_respondents,
)
from govportal import private_files
from govportal.calendar import load_calendar
from govportal.models import Agency, PrivateFile, User
from govportal.now import now
from govportal.permissions import Role
from govportal.workdays import add_working_days
from tests.factories.kernel import make_agency, make_member

_numbers = count(1)
CLAUSE = "not_disclosed.catalogue"
ADMONISHED: Mapping[str, str] = {"measure": Measure.ORAL, "form": MeasureForm.ADMONITION}
PDF = b"%PDF-1.7\n%signed\n"


# --- people ---------------------------------------------------------------------------------------------------------


def make_overseen(**values: Any) -> Agency:
    """An agency below an office with two who hold to account."""
    office = make_agency(name="澄明县人民政府办公室", address="澄明县人民路1号", phone="0399-6612001")
    for _number in range(2):
        make_member(Role.INSPECTOR, office)
    return make_agency(parent=office, **values)


def inspectors_over(agency: Agency) -> list[User]:
    """Two of the office above, the first of whom opens."""
    found = User.objects.filter(memberships__agency=agency.parent, memberships__role=Role.INSPECTOR).order_by("pk")
    return list(found[:2])


def make_head(agency: Agency, role: Role = Role.OFFICE_HEAD, **values: Any) -> User:
    return make_member(role, agency, **values)


# --- what a service is given ----------------------------------------------------------------------------------------


def make_opening(agency: Agency, **values: Any) -> accountability_open.Opening:
    number = next(_numbers)
    values = {
        "clause": CLAUSE,
        "facts": f"经查第{number}次，职权目录一直没有公开，科室互相推诿。",
        "public_facts": f"第{number}季度的职权目录和流程图没有公开。",
    } | values
    return accountability_open.Opening(agency=agency, **values)


def make_person(**values: Any) -> accountability_respondents.Person:
    """Invented, and another every time."""
    number = next(_numbers)
    values = {
        "name": f"欧阳某{number}",
        "post": f"公开股第{number}干事",
        "part": Part.UNDERTAKER,
        "circumstance": Circumstance.NOT_SOUGHT,
    } | values
    return accountability_respondents.Person(**values)


def make_signed_paper(content: bytes = PDF, name: str = "笔录.pdf") -> PrivateFile:
    """Written, and not yet kept."""
    return private_files.write(ContentFile(content, name=name), by=None)


def make_decision(row: AccountabilityCase, **values: Any) -> accountability_decide.Decision:
    """Oral admonition for everybody who bears something."""
    people: Mapping[int, accountability_decide.Outcome] = {
        who.pk: accountability_decide.Outcome(
            **({} if who.responsibility == Responsibility.NONE else ADMONISHED),
            consideration="陈述的经过属实，予以采纳。" if who.heard_on else "",
        )
        for who in row.respondents.all()
    }
    values = {
        "reasons": "应当公开的目录没有公开，情节轻微。",
        "people": people,
        "agency_measure": Measure.ORAL,
    } | values
    return accountability_decide.Decision(**values)


# --- through the services -------------------------------------------------------------------------------------------


def open_case(agency: Agency | None = None, *, at: datetime | None = None, **opening: Any) -> AccountabilityCase:
    agency = agency or make_overseen()
    actor = inspectors_over(agency)[0]
    return accountability_open.open_case(make_opening(agency, **opening), actor=actor, at=at or now())


def name_person(row: AccountabilityCase, *, at: datetime | None = None, **person: Any) -> Respondent:
    who = make_person(**person)
    return accountability_respondents.name(row.pk, who, actor=row.opened_by, at=at or now())


def notify_person(who: Respondent, *, at: datetime | None = None) -> AccountabilityNotice:
    moment = at or now()
    day = localdate() + timedelta(days=7)
    return accountability_notices.notify(who.pk, statement_by=day, actor=who.case.opened_by, at=moment)


def deliver_papers(row: AccountabilityCase, *, at: datetime | None = None) -> None:
    """All that has gone out so far has arrived."""
    moment = at or now()
    for notice in accountability_notices.undelivered(row):
        accountability_notices.deliver(notice.pk, on=localdate(moment), actor=row.opened_by, at=moment)


def _reach_person(who: Respondent, at: datetime) -> None:
    if who.hearing_notice is None:
        notify_person(who, at=at)
    deliver_papers(who.case, at=at)


def hear_person(
    who: Respondent, *, at: datetime | None = None, text: str = "目录已经编好，等待领导审签。"
) -> Respondent:
    moment = at or now()
    _reach_person(who, moment)
    statement = accountability_respondents.Statement(text=text, on=localdate(moment))
    return accountability_respondents.hear(who.pk, statement, actor=who.case.opened_by, at=moment)


def waive_person(who: Respondent, *, at: datetime | None = None) -> Respondent:
    moment = at or now()
    _reach_person(who, moment)
    paper = make_signed_paper()
    return accountability_respondents.waive(who.pk, paper, on=localdate(moment), actor=who.case.opened_by, at=moment)


def make_case(
    state: CaseState = CaseState.OPENED,
    *,
    agency: Agency | None = None,
    at: datetime | None = None,
    people: int = 1,
    **opening: Any,
) -> AccountabilityCase:
    """A case brought to the state by the verbs that lead there, with so many undertakers."""
    row = open_case(agency, at=at, **opening)
    for _number in range(people):
        name_person(row, at=at)
    return bring_case_to(state, row, at=at)


def bring_case_to(state: CaseState, row: AccountabilityCase, *, at: datetime | None = None) -> AccountabilityCase:
    """From OPENED, with its people named, to the state."""
    moment = at or now()
    opener, second = inspectors_over(row.agency)
    if state == CaseState.DROPPED:
        accountability_decide.drop(row.pk, reasons="经查不属实。", actor=second, at=moment)
    elif state != CaseState.OPENED:
        for who in row.respondents.filter(heard_on=None, waived_on=None):
            hear_person(who, at=moment)
        accountability_respondents.conclude(row.pk, actor=opener, at=moment)
        if state != CaseState.HEARD:
            accountability_decide.decide(row.pk, make_decision(reread(row)), actor=second, at=moment)
            _go_on(state, reread(row), second, moment)
    row = reread(row)
    assert row.state == state
    return row


def _go_on(state: CaseState, row: AccountabilityCase, verifier: User, at: datetime) -> None:
    if state == CaseState.DECIDED:
        return
    report_correction(row, at=at)
    if state == CaseState.CLOSED:
        accountability_correct.verify(row.pk, text="目录已经公开。", actor=verifier, at=at)


def report_correction(row: AccountabilityCase, *, at: datetime | None = None) -> AccountabilityEvent:
    head = User.objects.filter(memberships__agency=row.agency, memberships__role=Role.OFFICE_HEAD).first()
    head = head or make_head(row.agency)
    deliver_papers(row, at=at)
    return accountability_correct.report(row.pk, text="目录已于本周公开。", actor=head, at=at or now())


def make_notice(kind: NoticeKind = NoticeKind.HEARING) -> AccountabilityNotice:
    state = CaseState.OPENED if kind == NoticeKind.HEARING else CaseState.DECIDED
    row = make_case(state)
    if kind == NoticeKind.HEARING:
        notify_person(row.respondents.get())
    return row.notices.get(kind=kind)


def reread(row: AccountabilityCase) -> AccountabilityCase:
    """The case as the database has it now, with its agencies."""
    return AccountabilityCase.objects.select_related("agency", "office", "opened_by").get(pk=row.pk)


def day_after(days: int) -> date:
    return localdate() + timedelta(days=days)


def working_day_after(days: int) -> date:
    return add_working_days(localdate(), days, load_calendar())
