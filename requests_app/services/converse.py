"""What applicant and office write to each other beside letters, and what the office writes for itself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, audit
from govportal.calendar import load_calendar
from govportal.html import clean_text
from govportal.models import PrivateFile, User
from govportal.permissions import Permission
from govportal.workdays import add_working_days
from requests_app.audit_words import APPLICANT
from requests_app.enums import Action, FileKind, MessageKind
from requests_app.models import InformationRequest, InternalNote, Message, RequestEvent, RequestFile
from requests_app.services import procedure, tell
from requests_app.services.intake import LONGEST_TEXT
from requests_app.services.procedure import Words, check

MOST_MESSAGES = 50  # of one applicant in one case; beyond, he telephones
REASONS_DAYS = 10  # working days to give reasons: 第三十五条 sets no number
ARTICLE = "《政府信息公开条例》第三十五条"


# --- 说明理由 (第三十五条) ---------------------------------------------------------------------------------------


def reasons_against_asking_reasons(row: InformationRequest, actor: Any) -> list[str]:
    """Why the applicant cannot be asked to give reasons now; empty when he can."""
    reasons = procedure.reasons_against(row, Action.ASK_REASONS, actor)
    if row.events.filter(action=Action.ASK_REASONS).exists():
        reasons.append(_("已经要求过申请人说明理由。"))
    return reasons


@transaction.atomic
def ask_reasons(
    request_id: int, text: str, *, actor: User, at: datetime, answer_by: date | None = None
) -> RequestEvent:
    """要求说明理由: number and frequency are clearly unreasonable. The clock goes on: the law stops it nowhere.

    `answer_by` None: REASONS_DAYS working days. It stays as it was told, whatever holidays come out later.
    """
    row, today = procedure.locked(request_id), localdate(at)
    answer_by = answer_by or add_working_days(today, REASONS_DAYS, load_calendar())
    reasons = reasons_against_asking_reasons(row, actor)
    if answer_by <= today:
        reasons.append(_("说明理由的期限须在告知之日以后。"))
    check(reasons if reasons or text.strip() else [_("须写明哪些申请的数量、频次明显超过合理范围。")])
    return procedure.move(
        row, Action.ASK_REASONS, actor=actor, at=at, on=today, words=Words(public=text), basis=ARTICLE,
        answer_by=answer_by,
    )  # fmt: skip


def reasons_due(row: InformationRequest) -> date | None:
    """The last day for giving the reasons that were asked for, as the applicant was told; None when none were."""
    asked = row.events.filter(action=Action.ASK_REASONS).last()
    return asked.answer_by if asked else None


def reasons_against_giving_reasons(row: InformationRequest, text: str, actor: Any) -> list[str]:
    """Why no reasons can be taken now; `actor` None is the applicant himself."""
    reasons = procedure.reasons_against(row, Action.RECEIVE_REASONS, actor)
    asked = row.events.filter(action__in=[Action.ASK_REASONS, Action.RECEIVE_REASONS]).last()
    if asked is None or asked.action != Action.ASK_REASONS:
        reasons.append(_("没有要求说明理由，或者已经说明。"))
    if not text.strip():
        reasons.append(_("请写明理由。"))
    return reasons + _against_length(text)


@transaction.atomic
def give_reasons(request_id: int, text: str, *, actor: User | None, at: datetime) -> RequestEvent:
    """说明理由, by the applicant (`actor` None) or recorded by the officer."""
    row = procedure.locked(request_id)
    check(reasons_against_giving_reasons(row, text, actor))
    Message.objects.create(request=row, kind=MessageKind.REASONS, text=clean_text(text), at=at, by=actor)
    return procedure.move(
        row, Action.RECEIVE_REASONS, actor=actor, at=at, on=localdate(at), by_applicant=actor is None, basis=ARTICLE
    )


def _against_length(text: str) -> list[str]:
    return [_("最多 %s 个字，更多的请作为材料上传。") % LONGEST_TEXT] if len(text) > LONGEST_TEXT else []


# --- messages and notes ------------------------------------------------------------------------------------------


def reasons_against_writing(row: InformationRequest, text: str, actor: Any) -> list[str]:
    """Why no message can be left now; `actor` None is the applicant himself."""
    reasons = []
    if row.is_closed and actor is None:
        reasons.append(_("申请已经办结，有疑问请致电受理机构。"))
    if actor and not access.can(actor, Permission.HANDLE_REQUEST, row.agency):
        reasons.append(_("您在%s没有依申请公开经办的角色。") % row.agency.display_name)
    if not text.strip():
        reasons.append(_("请写明内容。"))
    reasons += _against_length(text)
    if actor is None and row.messages.filter(by=None).count() >= MOST_MESSAGES:
        reasons.append(_("这一申请的留言已达 %s 条，请致电受理机构。") % MOST_MESSAGES)
    return reasons


@transaction.atomic
def write(
    request_id: int, text: str, *, actor: User | None, at: datetime, files: Sequence[PrivateFile] = ()
) -> Message:
    """留言: a supplement or question of the applicant (`actor` None), or an answer of the office."""
    row = procedure.locked(request_id)
    check(reasons_against_writing(row, text, actor))
    kind = MessageKind.ANSWER if actor else MessageKind.SUPPLEMENT
    message = Message.objects.create(request=row, kind=kind, text=clean_text(text), at=at, by=actor)
    for file in files:
        RequestFile.objects.create(
            request=row, kind=FileKind.MESSAGE, file=file, title=file.name, added_by=actor, added_at=at
        )
    audit.record(actor or APPLICANT, "request.message", row, agency=row.agency)
    key = f"request-message:{message.pk}"
    if actor:
        tell.tell_applicant(row, key=key, sentence=_("您的申请 %s 有新的回复。") % row.number)
    else:
        tell.tell_office(row, key=key, subject=gettext_lazy("申请人留言：%(number)s"))
    return message


@transaction.atomic
def note(request_id: int, text: str, *, actor: User, at: datetime) -> InternalNote:
    """内部备注."""
    row = procedure.locked(request_id)
    access.require(actor, Permission.VIEW_REQUESTS, row.agency)
    check([] if text.strip() else [_("请写明内容。")])
    made = InternalNote.objects.create(request=row, text=clean_text(text), by=actor, at=at)
    audit.record(actor, "request.note", row, agency=row.agency)
    return made
