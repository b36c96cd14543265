"""立案: a case is opened over an agency by those who oversee it, on a clause that holds, from at most one source.

Of a complaint that was referred only its number, agency, ground and day are shown, and to nobody of that agency: the
case of the complainant stays with its desk (domain §7). What the agency reads says nothing of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.models import IndexCounter, Obligation
from evaluation.accountability_enums import CaseAction, CaseState
from evaluation.accountability_rules import CLAUSES, Clause
from evaluation.enums import FindingState, RoundState
from evaluation.models import AccountabilityCase, Assessment, Finding
from evaluation.services.accountability_procedure import (
    check,
    keep_record,
    locked,
    move,
    once,
    reasons_against,
    reasons_against_betraying,
    reasons_against_public_words,
    reasons_against_publishing,
    reasons_against_words,
)
from govportal import access
from govportal.html import clean_text
from govportal.models import Agency, User
from govportal.permissions import Permission
from requests_app.complaint_enums import ComplaintGround
from requests_app.models import Complaint

MOST_FACTS, MOST_PUBLIC = 5000, 1000
NUMBER = "责任追究"


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """All that is shown of a complaint that was referred and that nobody has taken up."""

    pk: int
    number: str
    agency_id: int
    agency: str
    ground: str
    referred_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """`clause`: a key of accountability_rules.CLAUSES; `facts` for those who have the case, `public_facts` for all."""

    agency: Agency
    clause: str
    facts: str
    public_facts: str
    finding: Finding | None = None
    complaint_id: int | None = None
    obligation: Obligation | None = None
    assessment: Assessment | None = None

    @property
    def sources(self) -> list[object]:
        found = (self.finding, self.complaint_id, self.obligation, self.assessment)
        return [source for source in found if source is not None]


# --- referrals ------------------------------------------------------------------------------------------------------


def _referred(user: Any) -> QuerySet[Any]:
    """Not yet taken up, over agencies of which this person is not."""
    taken = AccountabilityCase.objects.filter(complaint__isnull=False).values("complaint")
    rows = Complaint.objects.filter(referred_on__isnull=False).exclude(pk__in=taken)
    reached = access.agencies_under(user, Permission.HOLD_ACCOUNTABLE)
    return rows.filter(agency__in=reached).exclude(agency__in=access.own_agencies(user))


def referrals(user: Any) -> list[Referral]:
    """移送的线索 that wait for this person, the oldest first."""
    if not access.can(user, Permission.HOLD_ACCOUNTABLE):
        return []
    columns = ("pk", "number", "agency_id", "agency__name", "ground", "referred_on")
    rows = _referred(user).order_by("referred_on", "pk").values_list(*columns)
    return [
        Referral(
            pk=pk,
            number=number,
            agency_id=agency_id,
            agency=name,
            ground=str(ComplaintGround(ground).label),
            referred_on=on,
        )
        for pk, number, agency_id, name, ground, on in rows
    ]


def count_referrals(user: Any) -> int:
    return _referred(user).count()


def poor_assessments(user: Any, year: int) -> list[Assessment]:
    """年终考核为差 of this year and the one before, of which nobody has opened a case (《…考核制度》第八条)."""
    taken = AccountabilityCase.objects.filter(assessment__isnull=False).values("assessment")
    rows = Assessment.objects.poor_at_year_end().filter(
        round__period_end__year__in=[year - 1, year],
        agency__in=access.agencies_under(user, Permission.HOLD_ACCOUNTABLE),
    )
    rows = rows.exclude(pk__in=taken).exclude(agency__in=access.own_agencies(user))
    return list(rows.select_related("agency", "round").order_by("-round__period_end", "agency__position", "pk"))


# --- opening --------------------------------------------------------------------------------------------------------


def office_for(agency: Agency, actor: Any) -> Agency | None:
    """The agency for which this person opens a case against that one: of those above it the nearest that he is of."""
    above = [int(part) for part in agency.path.split("/") if part]
    own = access.agencies_with(actor, Permission.HOLD_ACCOUNTABLE)
    return max((office for office in own if office.pk in above), key=lambda one: above.index(one.pk), default=None)


def _reasons_against_agency(agency: Agency, actor: Any) -> list[str]:
    if agency.pk in access.own_agencies(actor):
        return [_("不能追究自己所在单位的责任。")]
    if not access.can(actor, Permission.HOLD_ACCOUNTABLE, agency) or office_for(agency, actor) is None:
        return [_("您没有对%s追究责任的职责。") % agency.display_name]
    return []


def may_come_of(finding: Finding, actor: Any) -> bool:
    """Whether this person can open a case that comes of this finding."""
    agency = finding.assessment.agency
    return _is_of(finding, agency) and not _reasons_against_agency(agency, actor)


def reasons_against_opening(wanted: Opening, actor: Any, today: date) -> list[str]:
    """Why this person cannot open this case; empty when he can."""
    if reasons := _reasons_against_agency(wanted.agency, actor):
        return reasons
    clause = CLAUSES.get(wanted.clause)
    if clause is None or not clause.applies(today):
        reasons.append(_("请选择现行的追究情形。"))
    reasons += reasons_against_words(wanted.facts, missing=_("须写明查明的事实。"), most=MOST_FACTS, label=_("事实"))
    missing = _("须写明可以公开的事实。")
    reasons += reasons_against_words(wanted.public_facts, missing=missing, most=MOST_PUBLIC, label=_("可公开的事实"))
    reasons += reasons_against_source(wanted, actor)
    if not reasons and clause:
        reasons += _reasons_against_telling(wanted, clause)
    return reasons


def _reasons_against_telling(wanted: Opening, clause: Clause) -> list[str]:
    """Public facts never speak of complaints, or their silence would tell where there is one. The clause may."""
    number = _number_of(wanted.complaint_id)
    text = f"{wanted.facts}\n{wanted.public_facts}" if number else wanted.public_facts
    reasons = reasons_against_public_words(text, people=[], number_of_source=number)
    told = wanted.public_facts.replace(clause.words, "").replace(wanted.agency.name, "")
    return reasons if number else reasons + reasons_against_betraying(told)


def _number_of(complaint_id: int | None) -> str:
    return Complaint.objects.values_list("number", flat=True).get(pk=complaint_id) if complaint_id else ""


def reasons_against_source(wanted: Opening, actor: Any) -> list[str]:
    """Why the case cannot come of this; empty when it can."""
    if len(wanted.sources) > 1:
        return [_("来源最多选择一项。")]
    agency = wanted.agency
    if wanted.complaint_id and not _referred(actor).filter(pk=wanted.complaint_id, agency=agency).exists():
        return [_("没有这一移送的线索，或者已经立案。")]
    if wanted.finding and not _is_of(wanted.finding, agency):
        return [_("考核问题须是被追究单位已经认定、所在考核已经定分、裁定后仍然扣分的问题。")]
    if wanted.finding and (other := _case_of(wanted.finding)):
        return [_("对这个问题已经立案：%s。") % other]
    if wanted.obligation and wanted.obligation.agency_id != agency.pk:
        return [_("公开义务须是被追究单位的。")]
    if wanted.assessment and not _is_poor(wanted.assessment, agency):
        return [_("考核结果须是被追究单位年终考核已经定分的“差”。")]
    return []


def _is_of(finding: Finding, agency: Agency) -> bool:
    """Found for good: until the round is frozen the agency may object to it, or was never told of it. One of which a
    ruling left nothing is no fault, wherever it was carried to."""
    is_frozen = finding.assessment.round.state == RoundState.FROZEN
    is_theirs = finding.assessment.agency_id == agency.pk and finding.state == FindingState.STANDING
    return is_theirs and is_frozen and not Finding.objects.same_as(finding).filter(ruled_deduction=0).exists()


def _case_of(finding: Finding) -> AccountabilityCase | None:
    """What was opened over the same fault and not dropped."""
    same = Finding.objects.same_as(finding).order_by().values("pk")
    return AccountabilityCase.objects.filter(finding__in=same).exclude(state=CaseState.DROPPED).first()


def _is_poor(assessment: Assessment, agency: Agency) -> bool:
    return Assessment.objects.poor_at_year_end().filter(pk=assessment.pk, agency=agency).exists()


@transaction.atomic
def open_case(wanted: Opening, *, actor: User, at: datetime) -> AccountabilityCase:
    """立案, with a number. Raises ValidationError with reasons.

    Of two who take up the same referral the second waits for the number, and then finds it taken.
    """
    day = localdate(at)
    counter = IndexCounter.locked(f"{NUMBER}〔{day.year}〕")
    check(reasons_against_opening(wanted, actor, day))
    clause, office = CLAUSES[wanted.clause], office_for(wanted.agency, actor)
    assert office is not None  # reasons_against_opening has looked
    counter.last += 1
    counter.save(update_fields=["last"])
    row = AccountabilityCase(
        number=f"{counter.prefix}{counter.last}号",
        office=office,
        agency=wanted.agency,
        trigger=clause.key,
        trigger_words=clause.words,
        basis=clause.basis,
        facts=clean_text(wanted.facts),
        public_facts=clean_text(wanted.public_facts),
        finding=wanted.finding,
        complaint_id=wanted.complaint_id,
        obligation=wanted.obligation,
        assessment=wanted.assessment,
        opened_by=actor,
        opened_on=day,
    )
    row.facts_digest = row.digest_of(row.facts)
    row.save(force_insert=True)
    keep_record(row, CaseAction.OPEN, actor=actor, at=at, after={"clause": clause.key, "agency": row.agency.code})
    return row


# --- facts ----------------------------------------------------------------------------------------------------------


def reasons_against_amending_at_all(row: AccountabilityCase, actor: Any) -> list[str]:
    """Why what was found stays as it is, whatever it would become; empty when it can change."""
    if reasons := reasons_against(row, CaseAction.AMEND, actor):
        return reasons
    is_told = once(row, "has notices", row.notices.exists)
    return [_("已经制发告知书，查明的事实不能再改。")] if is_told else []


def reasons_against_amending(row: AccountabilityCase, facts: str, actor: Any) -> list[str]:
    """Why what was found cannot be written so; empty when it can. It stands in the notices of all of the people."""
    if reasons := reasons_against_amending_at_all(row, actor):
        return reasons
    reasons = reasons_against_words(facts, missing=_("须写明查明的事实。"), most=MOST_FACTS, label=_("事实"))
    return reasons + reasons_against_publishing(row, facts)


@transaction.atomic
def amend(case_id: int, facts: str, *, actor: User, at: datetime) -> AccountabilityCase:
    """修改查明的事实, before anybody was told of them; the trail keeps the digest of before. Raises ValidationError."""
    row = locked(case_id)
    check(reasons_against_amending(row, facts, actor))
    after = {"digest_before": row.facts_digest}
    row.facts = clean_text(facts)
    row.facts_digest = row.digest_of(row.facts)
    move(row, CaseAction.AMEND, actor=actor, at=at, fields=("facts", "facts_digest"), after=after)
    return row


def source_words(row: AccountabilityCase) -> Iterable[tuple[str, str]]:
    """(label, value) of what a case comes of, for those who have it."""
    if row.complaint_id and row.complaint:
        yield _("移送的线索"), f"{row.complaint.number}　{row.complaint.get_ground_display()}"
    if row.finding_id:
        yield _("考核问题"), str(row.finding)
    if row.obligation_id:
        yield _("公开义务"), str(row.obligation)
    if row.assessment_id:
        yield _("考核结果"), str(row.assessment)
