"""作出决定, 不予追究, 移送: by another than who opened the case, and only when everybody has had his say.

The decision goes out in writing to the agency and to each person (第十二条), in the same transaction.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.accountability_enums import (
    AGENCY_MEASURES,
    REFERRING_MEASURES,
    CaseAction,
    Measure,
    NoticeKind,
    Part,
    Responsibility,
)
from evaluation.accountability_rules import MEASURES, correction_days, person_words
from evaluation.models import AccountabilityCase, AccountabilityEvent, Respondent
from evaluation.services.accountability_notices import issue, share_facts
from evaluation.services.accountability_procedure import (
    check,
    locked,
    move,
    reasons_against,
    reasons_against_day,
    reasons_against_publishing,
    reasons_against_relying,
    reasons_against_shares,
    reasons_against_words,
    respondents_of,
)
from govportal import personal_data
from govportal.calendar import load_calendar
from govportal.html import clean_text
from govportal.models import User
from govportal.workdays import add_working_days, is_working_day

LONGEST_TERM = timedelta(days=366)
MOST_REASONS, MOST_CONSIDERATION = 3000, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is decided of one person: `measure` empty where he bears nothing, `form` where the measure names one thing;
    what was made of what he said."""

    measure: str = ""
    form: str = ""
    consideration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`people`: by id of the respondent. `correction_due_on` None: in the days of the measure."""

    reasons: str
    people: Mapping[int, Outcome]
    agency_measure: str = ""
    correction_due_on: date | None = None


# --- decide ---------------------------------------------------------------------------------------------------------


def reasons_against_second(row: AccountabilityCase, action: CaseAction, actor: Any) -> list[str]:
    """Why this person cannot end it, however; empty when he can. Who opened a case does not decide it, and nobody
    does on what was changed past the services."""
    if reasons := reasons_against(row, action, actor):
        return reasons
    if row.opened_by_id == actor.pk:
        return [_("立案的人不能作出决定，须由另一人决定。")]
    return reasons_against_relying(row)


def reasons_against_deciding(row: AccountabilityCase, decision: Decision, actor: Any, today: date) -> list[str]:
    """Why it cannot be decided so; empty when it can."""
    if reasons := reasons_against_second(row, CaseAction.DECIDE, actor):
        return reasons
    people = respondents_of(row)
    if not people or not all(who.has_had_his_say for who in people):
        return [_("全部责任人陈述或者书面放弃以后才能作出决定。")]
    if not all(who.is_told for who in people):
        return [_("有责任人的责任比送达的告知书写的重，或者情形不同：须重新告知、重新听取以后才能作出决定。")]
    missing = _("须写明决定的理由。")
    reasons += reasons_against_words(decision.reasons, missing=missing, most=MOST_REASONS, label=_("决定的理由"))
    # The agency and all of the people read the reasons.
    reasons += reasons_against_publishing(row, decision.reasons)
    reasons += reasons_against_shares(row)
    if decision.agency_measure not in {"", *AGENCY_MEASURES}:
        reasons.append(_("这一处理方式不适用于单位。"))
    for who in people:
        others = [other.name for other in people if other.pk != who.pk]
        reasons += _reasons_against_outcome(who, decision.people.get(who.pk, Outcome()), others)
    if not decision.agency_measure and not any(_bears(who) for who in people):
        reasons.append(_("没有人承担责任，也不处理单位的，应当不予追究。"))
    if decision.correction_due_on:
        reasons += reasons_against_term(decision.correction_due_on, today)
    return reasons


def reasons_against_term(due_on: date, today: date) -> list[str]:
    """Why the correction cannot be due on that day; empty when it can. No day off is anybody's last."""
    if not today < due_on <= today + LONGEST_TERM:
        return [_("改正期限须在今天以后、一年以内。")]
    calendar = load_calendar()
    if is_working_day(due_on, calendar):
        return []
    words = {"day": due_on.isoformat(), "following": add_working_days(due_on, 1, calendar).isoformat()}
    return [_("改正期限须是工作日：%(day)s 放假，下一个工作日是 %(following)s。") % words]


def _bears(who: Respondent) -> bool:
    return who.responsibility != Responsibility.NONE


def _forms(measure: str) -> Mapping[str, str]:
    """Of which one is chosen; of a measure that names one thing none."""
    return (MEASURES[Measure(measure)].forms if measure else {}) or {"": ""}


def _reasons_against_outcome(who: Respondent, outcome: Outcome, others: Iterable[str]) -> list[str]:
    """In words of his part: no name stands in an answer to a form."""
    words = {"part": who.get_part_display(), "post": who.post}
    reasons = []
    if outcome.measure not in {"", *Measure}:
        reasons.append(_("没有这种处理方式。"))
    elif outcome.measure and not _bears(who):
        reasons.append(_("%(part)s（%(post)s）不承担责任，不能处理。") % words)
    elif not outcome.measure and _bears(who):
        reasons.append(_("%(part)s（%(post)s）承担责任，须选择处理方式。") % words)
    elif outcome.form not in _forms(outcome.measure):
        named = "、".join(form for form in _forms(outcome.measure).values() if form) or _("不分形式")
        reasons.append(_("%(part)s（%(post)s）的处理须写明是哪一种：%(forms)s。") % {**words, "forms": named})
    elif outcome.measure and Part(who.part) not in MEASURES[Measure(outcome.measure)].parts:
        measure = str(Measure(outcome.measure).label)
        reasons.append(_("%(measure)s不适用于%(part)s（%(post)s）。") % {**words, "measure": measure})
    if who.heard_on and not clean_text(outcome.consideration):
        reasons.append(_("%(part)s（%(post)s）作过陈述，须写明采纳情况。") % words)
    if personal_data.names(outcome.consideration, others):
        reasons.append(_("%(part)s（%(post)s）的采纳情况里有其他责任人的姓名，请删去。") % words)
    label = _("采纳情况")
    return reasons + reasons_against_words(outcome.consideration, most=MOST_CONSIDERATION, label=label)


@transaction.atomic
def decide(case_id: int, decision: Decision, *, actor: User, at: datetime) -> AccountabilityCase:
    """作出决定, with the papers that tell of it. Raises ValidationError with every reason."""
    row, day = locked(case_id), localdate(at)
    check(reasons_against_deciding(row, decision, actor, day))
    people = respondents_of(row)
    for who in people:
        outcome = decision.people.get(who.pk, Outcome())
        who.measure, who.measure_form = outcome.measure, outcome.form
        who.consideration = clean_text(outcome.consideration)
        who.save(update_fields=["measure", "measure_form", "consideration"])
    row.decided_by, row.decided_on = actor, day
    row.agency_measure, row.reasons = decision.agency_measure, clean_text(decision.reasons)
    term = correction_days(decision.agency_measure)
    row.correction_due_on = decision.correction_due_on or add_working_days(day, term, load_calendar())
    columns = ("decided_by", "decided_on", "agency_measure", "reasons", "correction_due_on")
    after = {"agency_measure": row.agency_measure, "correction_due_on": row.correction_due_on.isoformat()}
    move(row, CaseAction.DECIDE, actor=actor, at=at, fields=columns, after=after)
    issue(row, NoticeKind.AGENCY_DECISION, respondent=None, facts=_agency_facts(row, people), actor=actor, at=at)
    for who in people:
        facts = _person_facts(row, who, CaseAction.DECIDE)
        issue(row, NoticeKind.PERSON_DECISION, respondent=who, facts=facts, actor=actor, at=at)
    return row


def _agency_facts(row: AccountabilityCase, people: list[Respondent]) -> dict[str, Any]:
    assert row.correction_due_on is not None
    rule = MEASURES[Measure(row.agency_measure)] if row.agency_measure else None
    return {
        "public_facts": row.public_facts,
        "reasons": row.reasons,
        "measure": rule.agency_part if rule else "",
        "measure_basis": rule.basis if rule else "",
        "people": list(_people_words(people)),
        "heard": sum(who.heard_on is not None for who in people),
        "waived": sum(who.waived_on is not None for who in people),
        "correction_due_on": row.correction_due_on.isoformat(),
    }


def _people_words(people: Iterable[Respondent]) -> Iterator[str]:
    """By part and post: the agency has to carry it out, and reads no name."""
    for who in people:
        share = share_facts(who)
        treated = person_words(who.measure, who.measure_form) if who.measure else "不作处理"
        yield f"{share['part']}（{who.post}）：{share['responsibility']}，{treated}。"


def _person_facts(row: AccountabilityCase, who: Respondent, outcome: CaseAction) -> dict[str, Any]:
    rule = MEASURES[Measure(who.measure)] if who.measure else None
    assert row.decided_on is not None
    return {
        **share_facts(who),
        "outcome": outcome.value,
        "reasons": row.reasons,
        "consideration": who.consideration,
        "measure": person_words(who.measure, who.measure_form) if rule else "",
        "measure_basis": rule.basis if rule else "",
        "refers_to": rule.refers_to if rule else "",
        "barred_year": row.decided_on.year if rule and rule.bars_person else None,
        "heard_on": who.heard_on.isoformat() if who.heard_on else "",
        "waived_on": who.waived_on.isoformat() if who.waived_on else "",
    }


# --- drop -----------------------------------------------------------------------------------------------------------


def reasons_against_dropping(row: AccountabilityCase, reasons: str, actor: Any) -> list[str]:
    """Why the case cannot be dropped for these reasons; empty when it can."""
    found = reasons_against_second(row, CaseAction.DROP, actor)
    if found:
        return found
    missing = _("须写明不予追究的理由。")
    found += reasons_against_words(reasons, missing=missing, most=MOST_REASONS, label=_("理由"))
    return found + reasons_against_publishing(row, reasons)


@transaction.atomic
def drop(case_id: int, *, reasons: str, actor: User, at: datetime) -> AccountabilityCase:
    """不予追究. Whoever was told of the case is told that it is over. Raises ValidationError."""
    row = locked(case_id)
    check(reasons_against_dropping(row, reasons, actor))
    row.decided_by, row.decided_on, row.closed_on = actor, localdate(at), localdate(at)
    row.reasons = clean_text(reasons)
    columns = ("decided_by", "decided_on", "closed_on", "reasons")
    move(row, CaseAction.DROP, actor=actor, at=at, fields=columns)
    for who in row.respondents.filter(notices__kind=NoticeKind.HEARING).distinct():
        facts = _person_facts(row, who, CaseAction.DROP)
        issue(row, NoticeKind.PERSON_DECISION, respondent=who, facts=facts, actor=actor, at=at)
    return row


# --- refer ----------------------------------------------------------------------------------------------------------


def to_refer(row: AccountabilityCase) -> list[Respondent]:
    """Whose matter is for somebody else, who has not got it yet."""
    return [who for who in respondents_of(row) if who.measure in REFERRING_MEASURES and who.referred_on is None]


def reasons_against_referring(row: AccountabilityCase, actor: Any) -> list[str]:
    """Why nobody of this case can be marked as referred; empty when somebody can."""
    reasons = reasons_against(row, CaseAction.REFER, actor)
    return reasons or ([] if to_refer(row) else [_("没有需要移送而还没有移送的责任人。")])


@transaction.atomic
def refer(respondent_id: int, *, on: date, actor: User, at: datetime) -> AccountabilityEvent:
    """登记移送 to 纪检监察机关 or 司法机关. Raises ValidationError."""
    row = locked(Respondent.objects.values_list("case_id", flat=True).get(pk=respondent_id))
    who = Respondent.objects.get(pk=respondent_id)
    reasons = reasons_against_referring(row, actor)
    if not reasons and who not in to_refer(row):
        reasons = [_("这位责任人不需要移送，或者已经移送。")]
    if not reasons and row.decided_on:
        reasons = reasons_against_day(on, since=row.decided_on, today=localdate(at))
    check(reasons)
    who.referred_on = on
    who.save(update_fields=["referred_on"])
    after = {"to": MEASURES[Measure(who.measure)].refers_to}
    return move(row, CaseAction.REFER, actor=actor, at=at, on=on, part=who.part, after=after)
