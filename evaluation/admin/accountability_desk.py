"""The desk of one case: what it is about, its people behind a mask, what can be done next, and who looked at it.

To the heads of the agency it shows the decision and what they answer it with, and nothing of how it came about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import toned
from disclosure.enums import READABLE_STATES
from evaluation.accountability_enums import CaseAction, CaseState, Measure
from evaluation.accountability_rules import CORRECTION_BASIS, HEARING_BASIS, MEASURES
from evaluation.accountability_standing import standings
from evaluation.admin.accountability_verbs import GROUPS, NEXT, REPORT
from evaluation.models import AccountabilityCase, AccountabilityEvent, Respondent
from evaluation.services.accountability_notices import readable
from evaluation.services.accountability_open import source_words
from evaluation.services.accountability_procedure import may_see, reasons_against_shares, respondents_of
from evaluation.services.accountability_respondents import masked
from govportal.admin.records import deed_words
from govportal.forms import whole_number
from govportal.models import AuditEvent, User
from requests_app.admin.complaint_desk import Button, Group

NEWEST = 200  # steps and looks on the page; a case has some twenty
STATE_TONES = {CaseState.OPENED: "warn", CaseState.HEARD: "warn", CaseState.CLOSED: "ok", CaseState.DROPPED: "ok"}


@dataclass(frozen=True, slots=True)
class PersonLine:
    who: Respondent
    name: str  # masked
    heard: str
    measure: str
    paper: str  # the address of what he signed


def find(reader: Any, pk: object) -> AccountabilityCase | None:
    """The case with all that its pages name; None says nothing about whether it exists."""
    number = whole_number(pk)
    if number is None:
        return None
    rows = AccountabilityCase.objects.select_related(
        "office", "agency", "opened_by", "decided_by", "corrected_by", "verified_by", "complaint",
        "finding__assessment__round", "obligation__entry", "obligation__agency", "assessment__round",
        "assessment__agency", "rectification", "summary",
    )  # fmt: skip
    row = (rows.visible_to(reader).filter(pk=number) | rows.told_to(reader).filter(pk=number)).first()
    if row is not None:
        row.asked = {}
    return row


def state_mark(row: AccountabilityCase, today: date) -> SafeString:
    if row.is_overdue(today):
        return toned(_("%s，逾期未报告改正") % row.get_state_display(), "bad")
    return toned(row.get_state_display(), STATE_TONES.get(CaseState(row.state), "info"))


def verb_address(row: AccountabilityCase, name: str) -> str:
    return reverse("admin:evaluation_accountabilitycase_verb", args=[row.pk, name])


def buttons(row: AccountabilityCase, reader: User) -> tuple[list[Group], list[Button]]:
    """(what can be done now, by kind; what cannot, with the reasons)."""
    following = NEXT.get(row.state, ())
    groups, refused = [], []
    for label, verbs in GROUPS:
        found = [
            Button(verb, verb_address(row, verb.name), verb.reasons(row, reader), verb.name in following)
            for verb in verbs
            if verb is not REPORT  # a deed of the agency
        ]
        if allowed := [button for button in found if not button.reasons]:
            groups.append(Group(label, sorted(allowed, key=lambda button: not button.is_next)))
        refused += [button for button in found if button.reasons]
    groups.sort(key=lambda group: not any(button.is_next for button in group.buttons))
    return groups, refused


def report_button(row: AccountabilityCase, reader: User) -> Button:
    return Button(REPORT, verb_address(row, REPORT.name), REPORT.reasons(row, reader), is_next=True)


# --- what the pages say ---------------------------------------------------------------------------------------------


def context_of(row: AccountabilityCase, reader: User, today: date) -> dict[str, Any]:
    if not may_see(row, reader):
        return _told(row, reader, today)
    groups, refused = buttons(row, reader)
    return {
        "page": "admin/evaluation/accountability_desk.html",
        "state_mark": state_mark(row, today),
        "groups": groups,
        "refused": refused,
        "matter": list(_matter(row)),
        "people": [_line(who) for who in respondents_of(row)],
        "contradictions": [] if row.decided_on else reasons_against_shares(row),
        "hearing_basis": HEARING_BASIS,
        "papers": readable(row, reader),
        "decision": list(_decision(row)),
        "correction": list(_correction(row)),
        "reports": _reports(row),
        "standing": list(_standing(row, today)),
        "events": list(row.events.select_related("actor")[:NEWEST]),
        "trail": trail(row),
        "is_summary_public": bool(row.summary and row.summary.state in READABLE_STATES),
    }


def _told(row: AccountabilityCase, reader: User, today: date) -> dict[str, Any]:
    return {
        "page": "admin/evaluation/accountability_told.html",
        "state_mark": state_mark(row, today),
        "report": report_button(row, reader),
        "papers": readable(row, reader),
        "decision": list(_decision(row)),
        "correction": list(_correction(row)),
        "reports": _reports(row),
        "correction_basis": CORRECTION_BASIS,
    }


type Lines = Iterator[tuple[Promise | str, Any]]


def _filled(*lines: tuple[Promise | str, Any]) -> Lines:
    yield from ((label, value) for label, value in lines if value)


def _matter(row: AccountabilityCase) -> Lines:
    yield from _filled(
        (gettext_lazy("被追究单位"), row.agency.name),
        (gettext_lazy("追究情形"), row.trigger_words),
        (gettext_lazy("依据"), row.basis),
        (gettext_lazy("查明的事实"), row.facts or _("已按保存期限清除")),
        (gettext_lazy("可以公开的事实"), row.public_facts),
    )
    yield from source_words(row)
    yield from _filled(
        (gettext_lazy("追究机关"), row.office.name),
        (gettext_lazy("立案"), f"{row.opened_on.isoformat()}　{row.opened_by}"),
    )


def _measure_words(row: AccountabilityCase) -> str:
    if not row.agency_measure:
        return _("不另作处理")
    rule = MEASURES[Measure(row.agency_measure)]
    return f"{rule.agency_part}（{rule.basis}）"


def _decision(row: AccountabilityCase) -> Lines:
    if row.decided_on is None:
        return
    outcome = _measure_words(row) if row.is_ruled else _("不予追究")
    yield from _filled(
        (gettext_lazy("决定日期"), row.decided_on.isoformat()),
        (gettext_lazy("对单位的处理"), outcome),
        (gettext_lazy("理由"), row.reasons),
        (gettext_lazy("改正期限"), row.correction_due_on.isoformat() if row.correction_due_on else ""),
    )


def _correction(row: AccountabilityCase) -> Lines:
    yield from _filled(
        (gettext_lazy("改正情况"), row.correction),
        (gettext_lazy("报告"), f"{row.corrected_on.isoformat()}　{row.corrected_by}" if row.corrected_on else ""),
        (gettext_lazy("核实意见"), row.verification),
        (gettext_lazy("结案日期"), row.closed_on.isoformat() if row.closed_on else ""),
    )


def _reports(row: AccountabilityCase) -> list[AccountabilityEvent]:
    """The steps with a written report of the agency, the newest first."""
    if not row.is_ruled:
        return []
    return list(row.events.filter(action=CaseAction.REPORT, paper__isnull=False).order_by("-pk").only("on"))


def _line(who: Respondent) -> PersonLine:
    heard = _("还没有陈述")
    if who.hearing_notice is None and any(notice.withdrawn_on for notice in who.notices.all()):
        heard = _("原告知书已经作废，须重新告知")
    elif who.heard_on:
        heard = _("%(day)s 已陈述") % {"day": who.heard_on.isoformat()}
    elif who.waived_on:
        heard = _("%(day)s 书面放弃") % {"day": who.waived_on.isoformat()}
    measure = str(who.get_measure_form_display() or who.get_measure_display())
    if who.referred_on:
        measure = _("%(measure)s（%(day)s 移送）") % {"measure": measure, "day": who.referred_on.isoformat()}
    paper = reverse("admin:evaluation_accountabilitycase_paper", args=[who.case_id, who.pk]) if who.paper_id else ""
    return PersonLine(who, masked(who), heard, measure, paper)


def _standing(row: AccountabilityCase, today: date) -> Iterator[str]:
    """What follows for the agency this year."""
    found = standings(today.year).get(row.agency_id)
    if found is None:
        return
    if found.is_flagged:
        yield _("连续两年年终考核为差：建议调整领导班子。")
    if found.is_barred_by_grade:
        yield _("本年度年终考核为差：取消评优资格。")
    if found.barring_cases:
        yield _("本年度受到通报批评（%s）：取消评优资格。") % "、".join(found.barring_cases)


def trail(row: AccountabilityCase) -> list[tuple[AuditEvent, str]]:
    """What was done with this case and who looked at it, newest first: no other list of the trail names it."""
    events = AuditEvent.objects.filter(subject_type=AccountabilityCase._meta.label, subject_id=str(row.pk))
    return [(event, deed_words(event.action)) for event in events.order_by("-at", "-id")[:NEWEST]]
