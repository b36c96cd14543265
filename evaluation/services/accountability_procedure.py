"""The one writer of a case's state: accountability_workflow.py applied under a lock, with record, audit row and mail.

`reasons_against` is what every verb has in common: state, role, and that nobody of the agency touches the case but to
answer it. Lock order: case → counter → what hangs on the case.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation import accountability_workflow
from evaluation.accountability_division import reasons_against_together
from evaluation.accountability_enums import CaseAction, CaseState, Circumstance, Responsibility
from evaluation.models import AccountabilityCase, AccountabilityEvent, Respondent
from evaluation.services import accountability_tell
from govportal import access, audit, personal_data, private_files
from govportal.html import clean_text
from govportal.models import AuditEvent, PrivateFile, User
from govportal.permissions import Permission
from requests_app.services.procedure import check

LONGEST = 5000  # characters of whatever is said with a step
# Words by which an agency would know what a case comes of. Of a name like 投诉电话, say 监督电话.
BETRAYING = ("投诉", "举报", "信访", "检举")
_SCANS = {kind.content_type for kind in private_files.SCANS}


def locked(case_id: int) -> AccountabilityCase:
    """The case, locked until the transaction ends; read again after waiting. Its key never changes."""
    return AccountabilityCase.objects.select_for_update(no_key=True).get(pk=case_id)


def once[T](row: AccountabilityCase, question: object, ask: Callable[[], T]) -> T:
    """The answer to what each verb asks of the object of one page (AccountabilityCase.asked)."""
    if row.asked is None:
        return ask()
    if question not in row.asked:
        row.asked[question] = ask()
    answer: T = row.asked[question]
    return answer


def may_see(row: AccountabilityCase, user: Any) -> bool:
    rows = AccountabilityCase.objects.visible_to(user)
    return once(row, ("may_see", user.pk), rows.filter(pk=row.pk).exists)


def may_answer(row: AccountabilityCase, user: Any) -> bool:
    """One of the heads of the agency, to whom a decision is told."""
    return row.is_ruled and access.can(user, Permission.OBJECT, row.agency)


def respondents_of(row: AccountabilityCase) -> list[Respondent]:
    """Its people with their papers, in the order in which they were named."""
    return once(row, "respondents", lambda: list(row.respondents.prefetch_related("notices")))


def reasons_against_shares(row: AccountabilityCase) -> list[str]:
    """Why what the people of the case bear does not go together; empty when it does."""
    people = respondents_of(row)
    return reasons_against_together(
        (Circumstance(who.circumstance), Responsibility(who.responsibility)) for who in people
    )


def reasons_against(row: AccountabilityCase, action: CaseAction, actor: Any) -> list[str]:
    """Why this person cannot do this now, whatever he would write; empty when he can."""
    transition = accountability_workflow.CASE[action]
    if transition.by_agency:
        if not may_answer(row, actor):
            return [_("这一步由被追究单位的负责人或者公开机构负责人在决定以后办理。")]
    elif not may_see(row, actor):
        return [_("您不能办理这件责任追究。")]  # without a word of how it stands
    if row.state not in transition.sources:
        words = {"state": row.get_state_display(), "action": CaseAction(action).label}
        return [_("责任追究的状态是“%(state)s”，不能%(action)s。") % words]
    return [_("个人信息已按保存期限清除。")] if row.purged_at else []


def reasons_against_relying(row: AccountabilityCase) -> list[str]:
    """Why nothing can be told or decided on what the database holds: it is not what the services wrote. Empty when it
    is. Mended by putting back what was there: no verb makes the prints fit what was changed."""
    reasons = []
    if not row.is_untouched:
        reasons.append(_("查明的事实与登记时的不一致，数据被改动过：查清以前不能办理。"))
    if not all(who.is_untouched for who in respondents_of(row)):
        reasons.append(_("有责任人的姓名或者陈述与登记时的不一致，数据被改动过：查清以前不能办理。"))
    return reasons


def reasons_against_words(text: str, *, missing: str = "", most: int = LONGEST, label: str = "") -> list[str]:
    """Why a text of a step is not taken: nothing said (where `missing` says so), or too much."""
    if len(text) > most:
        words = {"label": label, "most": most}
        return [_("%(label)s最多 %(most)s 个字。") % words]
    return [missing] if missing and not clean_text(text) else []


def reasons_against_paper(paper: PrivateFile | None) -> list[str]:
    """Why a paper is not taken with a step: it is no scan."""
    return [_("书面材料须是 PDF、JPG 或者 PNG 文件。")] if paper and paper.content_type not in _SCANS else []


def reasons_against_day(on: date, *, since: date, today: date) -> list[str]:
    """What no step can be dated: after today, or before what it follows."""
    if on > today:
        return [_("日期不能晚于今天。")]
    return [_("日期不能早于 %s。") % since.isoformat()] if on < since else []


def reasons_against_publishing(row: AccountabilityCase, text: str) -> list[str]:
    """Why everybody cannot read this text: it tells who, or what the case comes of."""
    return reasons_against_public_words(
        text, people=respondents_of(row), number_of_source=row.complaint.number if row.complaint else ""
    )


def reasons_against_public_words(text: str, *, people: Sequence[Respondent], number_of_source: str) -> list[str]:
    """`number_of_source`: of the complaint behind it; empty where there is none."""
    reasons = []
    if personal_data.names(text, [person.name for person in people]):
        reasons.append(_("内容里有责任人的姓名，请删去。"))
    if personal_data.find(text):
        reasons.append(_("内容里有身份证号、手机号或者银行卡号，请删去。"))
    if number_of_source:
        reasons += reasons_against_betraying(text, number_of_source)
    return reasons


def reasons_against_betraying(text: str, *more: str) -> list[str]:
    """Why a text cannot be read by the agency: it says that somebody complained, as one of these words does."""
    if any(word in text for word in (*BETRAYING, *more)):
        return [_("被追究单位和公众不得从中看出有人投诉：请删去投诉、举报字样和编号。")]
    return []


def move(
    row: AccountabilityCase,
    action: CaseAction,
    *,
    actor: User,
    at: datetime,
    on: date | None = None,
    note: str = "",
    part: str = "",
    paper: PrivateFile | None = None,
    fields: Iterable[str] = (),
    after: dict[str, Any] | None = None,
) -> AccountabilityEvent:
    """Write the next state of a locked case, with `fields` set beside it. `part`: of the person it is about.

    Raises ValidationError when the action leads nowhere from here.
    """
    before, target = CaseState(row.state), accountability_workflow.next_case_state(row.state, action)
    if target is None:
        raise ValidationError(reasons_against(row, action, actor))
    row.state = target
    row.save(update_fields=["state", *fields])
    return keep_record(
        row, action, actor=actor, at=at, on=on, note=note, part=part, paper=paper, before=before, after=after
    )


def keep_record(
    row: AccountabilityCase,
    action: CaseAction,
    *,
    actor: User,
    at: datetime,
    on: date | None = None,
    note: str = "",
    part: str = "",
    paper: PrivateFile | None = None,
    before: str = "",
    after: dict[str, Any] | None = None,
) -> AccountabilityEvent:
    """The step in the record of the case, in the trail, and to whom it concerns. Nobody is named in any of them."""
    event = AccountabilityEvent.objects.create(
        case=row, action=action, from_state=before, to_state=row.state, on=on or localdate(at), at=at, part=part,
        actor=actor, note=clean_text(note), paper=paper,
    )  # fmt: skip
    audit.record(
        actor,
        f"accountability.{action}",
        row,
        agency=row.office,
        before={"state": before} if before else {},
        after={"state": row.state, "on": event.on.isoformat(), **({"part": part} if part else {}), **(after or {})},
        basis=row.basis,
    )
    accountability_tell.after(event)
    return event


@transaction.atomic
def view(case_id: int, *, actor: User, at: datetime) -> None:
    """A look at the page of a case, noted once for each person and day."""
    row, day = AccountabilityCase.objects.select_related("office").get(pk=case_id), localdate(at).isoformat()
    if not _has_viewed(row, actor, day):
        locked(row.pk)  # of two windows opened at once the second waits here, and finds the first one's note
        if not _has_viewed(row, actor, day):
            audit.record(actor, "accountability.view", row, agency=row.office, after={"on": day})


def _has_viewed(row: AccountabilityCase, actor: User, day: str) -> bool:
    events = AuditEvent.objects.filter(subject_type=row._meta.label, subject_id=str(row.pk), actor_id=actor.pk)
    return events.filter(action="accountability.view", after__on=day).exists()


__all__ = [
    "BETRAYING",
    "LONGEST",
    "check",
    "keep_record",
    "locked",
    "may_answer",
    "may_see",
    "move",
    "once",
    "reasons_against",
    "reasons_against_betraying",
    "reasons_against_day",
    "reasons_against_paper",
    "reasons_against_public_words",
    "reasons_against_publishing",
    "reasons_against_relying",
    "reasons_against_shares",
    "reasons_against_words",
    "respondents_of",
    "view",
]
