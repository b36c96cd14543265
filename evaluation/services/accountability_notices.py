"""文书 of a case: numbered and fixed with the deed, set by whoever opens it first, kept encrypted, each look on record.

Those who have the case open all of them; the heads of the agency the decision to the agency and no other.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.models import IndexCounter
from evaluation.accountability_division import Charge
from evaluation.accountability_enums import CaseAction, Circumstance, NoticeKind, Part, Responsibility
from evaluation.accountability_papers import PREFIXES, TITLES, render_pdf
from evaluation.models import AccountabilityCase, AccountabilityNotice, Respondent
from evaluation.services.accountability_procedure import (
    check,
    keep_record,
    locked,
    may_see,
    move,
    once,
    reasons_against,
    reasons_against_day,
    reasons_against_relying,
    reasons_against_shares,
    respondents_of,
)
from govportal import audit, personal_data, private_files
from govportal.calendar import load_calendar
from govportal.models import PrivateFile, User
from govportal.now import today
from govportal.workdays import add_working_days

DECISIONS = (NoticeKind.AGENCY_DECISION, NoticeKind.PERSON_DECISION)
LONGEST_WAIT = 60  # days in which somebody is to speak; the rule names none
DAYS_TO_SPEAK = 5  # working days that are proposed; practice


def allocate_number(kind: NoticeKind, year: int) -> str:
    """责追告〔2026〕3号. Call inside a transaction: the counter row stays locked until it ends."""
    counter = IndexCounter.locked(f"{PREFIXES[kind]}〔{year}〕")
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{counter.prefix}{counter.last}号"


def issue(
    row: AccountabilityCase,
    kind: NoticeKind,
    *,
    respondent: Respondent | None,
    facts: dict[str, Any],
    actor: User,
    at: datetime,
) -> AccountabilityNotice:
    """A paper of a locked case, with its number and all that it says."""
    day = localdate(at)
    number = allocate_number(kind, day.year)
    office = row.office
    parts = {"承办": office.office, "电话": office.phone, "地址": office.address, "邮政编码": office.postcode}
    common = {
        "issuer": office.name,
        "contact": "　".join(f"{label}：{value}" for label, value in parts.items() if value),
        "number": number,
        "issued_on": day.isoformat(),
        "case": row.number,
        "agency": row.agency.name,
        "clause": row.trigger_words,
        "basis": row.basis,
        "opened_on": row.opened_on.isoformat(),
    }
    told = respondent.charge if respondent and kind == NoticeKind.HEARING else Charge("", "", "")
    addressee = f"{respondent.name}（{respondent.post}）" if respondent else row.agency.name
    whole: Any = {**common, "addressee": addressee, **facts}
    return AccountabilityNotice.objects.create(
        case=row,
        respondent=respondent,
        kind=kind,
        number=number,
        facts=whole,
        issued_on=day,
        issued_by=actor,
        part=told.part,
        circumstance=told.circumstance,
        responsibility=told.responsibility,
    )


def share_facts(who: Respondent) -> dict[str, str]:
    """What he bears and why, in the words of the paper, which is Chinese on every page."""
    bears = Responsibility(who.responsibility)
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "part": str(Part(who.part).label),
            "circumstance": str(Circumstance(who.circumstance).label),
            "dissent": "会议记录载明你提出过不同意见" if who.dissent_on_record else "",
            "division_basis": who.responsibility_basis,
            "responsibility": f"{'' if bears == Responsibility.NONE else '承担'}{bears.label}",
        }


# --- the right to be heard ------------------------------------------------------------------------------------------


def days_to_speak() -> date:
    """The last day that is proposed for a statement."""
    return add_working_days(today(), DAYS_TO_SPEAK, load_calendar())


def reasons_against_notifying_anybody(row: AccountabilityCase, actor: Any) -> list[str]:
    """Why nobody of this case can be told now; empty when somebody can. What all of them would read is in order."""
    if reasons := reasons_against(row, CaseAction.NOTIFY, actor):
        return reasons
    people = respondents_of(row)
    if all(who.hearing_notice for who in people):
        return [_("没有还没告知的责任人。")]
    if personal_data.names(row.facts, [who.name for who in people]):
        return [_("查明的事实里有责任人的姓名：请先“修改查明的事实”，用身份代替姓名，再制发告知书。")]
    return reasons_against_relying(row) or reasons_against_shares(row)


def reasons_against_notifying(
    row: AccountabilityCase, who: Respondent, statement_by: date, actor: Any, today: date
) -> list[str]:
    """Why he cannot be told now; empty when he can."""
    if reasons := reasons_against_notifying_anybody(row, actor):
        return reasons
    if who.hearing_notice:
        return [_("已经制发告知书。")]
    if not 0 < (statement_by - today).days <= LONGEST_WAIT:
        return [_("陈述和申辩的日期须在今天以后、%s日以内。") % LONGEST_WAIT]
    return []


@transaction.atomic
def notify(respondent_id: int, *, statement_by: date, actor: User, at: datetime) -> AccountabilityNotice:
    """制发告知书: what he is held to account for, and that he is heard first. Raises ValidationError."""
    row = locked(Respondent.objects.values_list("case_id", flat=True).get(pk=respondent_id))
    who = Respondent.objects.get(pk=respondent_id)
    check(reasons_against_notifying(row, who, statement_by, actor, localdate(at)))
    facts = {**share_facts(who), "facts": row.facts, "statement_by": statement_by.isoformat()}
    notice = issue(row, NoticeKind.HEARING, respondent=who, facts=facts, actor=actor, at=at)
    move(row, CaseAction.NOTIFY, actor=actor, at=at, part=who.part, after={"notice": notice.number})
    return notice


def withdraw(
    row: AccountabilityCase, who: Respondent, notice: AccountabilityNotice, *, actor: User, at: datetime
) -> None:
    """告知书作废 of a locked case: he is to be told and heard on something else. What he had said stays with it."""
    row.heard_on = None
    after = {"notice": notice.number}
    move(
        row, CaseAction.WITHDRAW, actor=actor, at=at, part=who.part, note=notice.number, paper=who.paper,
        fields=("heard_on",), after=after,
    )  # fmt: skip
    notice.withdrawn_on, notice.statement = localdate(at), who.statement
    notice.statement_print = who.statement_print
    notice.heard_on, notice.heard_by, notice.waived_on = who.heard_on, who.heard_by, who.waived_on
    notice.save(update_fields=["withdrawn_on", "statement", "statement_print", "heard_on", "heard_by", "waived_on"])
    who.statement = who.statement_print = ""
    who.heard_on, who.heard_by, who.waived_on, who.paper = None, None, None, None
    who.save(update_fields=["statement", "statement_print", "heard_on", "heard_by", "waived_on", "paper"])


def undelivered(row: AccountabilityCase) -> QuerySet[AccountabilityNotice]:
    """The papers that hold and of which nobody has noted that they arrived."""
    return row.notices.filter(delivered_on=None, withdrawn_on=None)


def reasons_against_delivering(row: AccountabilityCase, notice: AccountabilityNotice, actor: Any) -> list[str]:
    """Why it cannot be noted that the paper arrived; empty when it can."""
    reasons = reasons_against(row, CaseAction.DELIVER, actor)
    if not reasons and notice.withdrawn_on:
        return [_("这份告知书已经作废。")]
    return reasons or ([_("已经登记送达。")] if notice.delivered_on else [])


@transaction.atomic
def deliver(notice_id: int, *, on: date, actor: User, at: datetime) -> AccountabilityNotice:
    """登记送达. Raises ValidationError."""
    row = locked(AccountabilityNotice.objects.values_list("case_id", flat=True).get(pk=notice_id))
    notice = AccountabilityNotice.objects.get(pk=notice_id)
    check(
        reasons_against_delivering(row, notice, actor)
        or reasons_against_day(on, since=notice.issued_on, today=localdate(at))
    )
    notice.delivered_on = on
    notice.save(update_fields=["delivered_on"])
    keep_record(row, CaseAction.DELIVER, actor=actor, at=at, on=on, note=notice.number, before=row.state)
    return notice


def reasons_against_going_on(row: AccountabilityCase) -> list[str]:
    """Why nobody is done with a decision: somebody has not got it in writing (第十二条). Empty when all have."""
    waiting = undelivered(row).filter(kind__in=DECISIONS)
    count = once(row, "undelivered", waiting.count)
    return [_("还有 %s 份决定文书没有登记送达，全部送达以后才能办理。") % count] if count else []


# --- the paper ------------------------------------------------------------------------------------------------------


def readable(row: AccountabilityCase, reader: Any) -> list[AccountabilityNotice]:
    """The papers of a case that this person may open, with whom they are for."""
    if row.purged_at:
        return []
    rows = row.notices.select_related("respondent").defer("facts")
    return list(rows if may_see(row, reader) else rows.filter(kind=NoticeKind.AGENCY_DECISION))


def file_of(notice_id: int) -> PrivateFile:
    """The PDF, made now if nobody has opened it yet. Whether this reader may have it is the caller's question.

    Of two who come at once both get the same file. No lock is held while the page is set.
    """
    notice = AccountabilityNotice.objects.select_related("file").get(pk=notice_id)
    if notice.file:
        return notice.file
    kind = NoticeKind(notice.kind)
    content = render_pdf(kind, notice.facts)
    with transaction.atomic():
        # Without a join: PostgreSQL joins before it waits, and would not see the file of whoever came first.
        notice = AccountabilityNotice.objects.select_for_update(no_key=True).get(pk=notice_id)
        if notice.file is None:
            notice.file = private_files.store_made(content, name=f"{TITLES[kind]}（{notice.number}）")
            notice.save(update_fields=["file"])
        return notice.file


def open_notice(notice_id: int, *, actor: User) -> PrivateFile:
    """The PDF for whoever may read it; each look is in the trail. Raises AccountabilityNotice.DoesNotExist."""
    seen = AccountabilityCase.objects.visible_to(actor).values("pk")
    told = AccountabilityCase.objects.told_to(actor).values("pk")
    mine = Q(case__in=seen) | Q(case__in=told, kind=NoticeKind.AGENCY_DECISION)
    rows = AccountabilityNotice.objects.select_related("case__office").filter(mine, case__purged_at=None)
    notice = rows.get(pk=notice_id)
    with transaction.atomic():
        after = {"kind": notice.kind, "notice": notice.number}
        audit.record(actor, "accountability.open_notice", notice.case, agency=notice.case.office, after=after)
    return file_of(notice.pk)
