"""转为主动公开: the tasks to publish what was asked for (《政府信息公开条例》第四十四条).

A task names the information and the requests for it. The portal opens it once several applicants have asked for the
same and one was given it; an officer or an applicant may bring it up. It ends with an item that everybody can read
(services/convert.py makes the draft), or with the reason why there is none.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import OPEN_STATES, READABLE_STATES, Audience
from disclosure.models import IndexCounter
from govportal import access, audit
from govportal.html import clean_line, clean_text
from govportal.models import Agency, User
from govportal.permissions import Permission
from requests_app.audit_words import APPLICANT
from requests_app.enums import MessageKind, Outcome, ReplyKind, State, TaskState
from requests_app.models import Applicant, InformationRequest, Message, PublicationTask
from requests_app.queries import InformationRequestQuerySet
from requests_app.rules import LIKE_REQUESTS, REPLY_RULES
from requests_app.services import procedure, tell
from requests_app.services.procedure import check

ARTICLE = "《政府信息公开条例》第四十四条"
LONGEST_WORDS = 2_000  # of a suggestion: a guard against floods, no rule of law


def was_given(row: InformationRequest) -> bool:
    """Whether the reply handed information over: what was public before is not published again."""
    if row.state != State.REPLIED or row.purged_at:
        return False
    if row.reply_kind:
        return REPLY_RULES[ReplyKind(row.reply_kind)].gives_files
    return row.outcome in (Outcome.R1, Outcome.R2)  # out of a ledger, which says no more


def reasons_against(row: InformationRequest, actor: Any) -> list[str]:
    """Why what this request brought cannot become public on this person's word; `actor` None is the applicant."""
    reasons = [] if was_given(row) else [_("只有已经答复提供的信息才能转为主动公开（条例第四十四条）。")]
    if actor is not None and not access.can(actor, Permission.HANDLE_REQUEST, row.agency):
        reasons.append(_("您在%s没有依申请公开经办的角色。") % row.agency.display_name)
    done = row.publication_tasks.filter(state=TaskState.PUBLISHED).select_related("item").first()
    if done and done.item:
        reasons.append(_("已经转为主动公开：%s。") % done.item.index_number)
    return reasons


# --- like requests --------------------------------------------------------------------------------------------------


def others_like(row: InformationRequest) -> InformationRequestQuerySet:
    """The other requests for the same information at this agency. What tells nothing is like nothing.

    Those that were taken back or given up want nothing any more.
    """
    alike = Q(subject_key=row.subject_key) if row.subject_key else Q(pk__in=[])
    if row.number_key:
        alike = Q(number_key=row.number_key) | alike & Q(number_key="")
    rows = InformationRequest.objects.filter(alike, agency=row.agency_id, purged_at=None).exclude(pk=row.pk)
    return rows.exclude(state__in=[State.WITHDRAWN, State.LAPSED]).defer("description", "purpose")


def like_requests(row: InformationRequest) -> list[InformationRequest]:
    """The same with this one, oldest first."""
    return sorted([row, *others_like(row)], key=lambda one: one.pk)


def applicants_of(rows: Sequence[InformationRequest]) -> int:
    """How many different people and organisations asked, by fingerprint. Out of a ledger nobody knows who did."""
    keys = Applicant.objects.filter(request__in=rows).values_list("identity_key", "contact_key", "name_key")
    return len({identity or contact or name for identity, contact, name in keys})


def follow_release(row: InformationRequest, *, at: datetime) -> PublicationTask | None:
    """After a reply, in its transaction: the task to publish what so many applicants asked for, opened or joined.

    What was published or declined is not brought up again by the requests that it was about.
    """
    if not was_given(row):
        return None
    alike = like_requests(row)
    if applicants_of(alike) < LIKE_REQUESTS:
        return None
    lock_tasks(row.agency)
    settled = PublicationTask.objects.filter(requests__in=alike).exclude(state=TaskState.OPEN)
    old = set(settled.values_list("requests", flat=True))
    fresh = [one for one in alike if one.pk not in old]
    if old and applicants_of(fresh) < LIKE_REQUESTS:
        return None
    task, is_new = _open(row, fresh, by=None, at=at)
    if is_new:
        words = {"number": row.number, "count": len(fresh)}
        subject = _("同一信息已有 %(count)s 件申请，转为主动公开待处理：%(number)s") % words
        tell.tell_office(row, key=f"publication-task:{task.pk}", subject=subject)
    return task


def lock_tasks(agency: Agency) -> None:
    """Of two who do something to the tasks of an agency the second finds what the first has done: what is read after
    this holds until the transaction ends. Lock order: request → this → task."""
    IndexCounter.locked(f"publication tasks {agency.code}")


def _open(
    row: InformationRequest, rows: Sequence[InformationRequest], *, by: Any, at: datetime
) -> tuple[PublicationTask, bool]:
    """The open task with one of these requests in it, or a new one, now with all of them; and whether it is new."""
    open_tasks = PublicationTask.objects.filter(agency=row.agency_id, state=TaskState.OPEN)
    task = open_tasks.filter(requests__in=rows).order_by("pk").first()
    is_new = task is None
    if task is None:
        subject = row.subject or row.number
        task = PublicationTask.objects.create(agency=row.agency, subject=subject, opened_on=localdate(at))
    _join(task, rows, by=by, verb="publicationtask.open" if is_new else "publicationtask.join")
    return task, is_new


def _join(task: PublicationTask, rows: Sequence[InformationRequest], *, by: Any, verb: str) -> None:
    before = set(task.requests.values_list("pk", flat=True))
    added = {row.pk: row.number for row in rows if row.pk not in before}
    if added:
        task.requests.add(*added)
        after = {"requests": sorted(added.values())}
        audit.record(by, verb, task, agency=task.agency, after=after, basis=ARTICLE)


# --- brought up by people --------------------------------------------------------------------------------------------


def reasons_against_suggesting(row: InformationRequest, text: str, actor: Any) -> list[str]:
    """Why nobody can bring this up now; `actor` None is the applicant himself."""
    reasons = reasons_against(row, actor)
    if row.publication_tasks.exists():
        reasons.append(_("已经提出过转为主动公开。"))
    if actor is None and not text.strip():
        reasons.append(_("请写明建议主动公开的理由：涉及公众利益调整、需要公众广泛知晓或者参与决策。"))
    if len(text) > LONGEST_WORDS:
        reasons.append(_("最多 %s 个字。") % LONGEST_WORDS)
    return reasons


@transaction.atomic
def suggest(
    request_id: int, *, actor: User | None, at: datetime, text: str = "", like: Sequence[InformationRequest] = ()
) -> PublicationTask:
    """提出转为主动公开, by the applicant (`actor` None) or an officer, who may mark other requests as alike."""
    row = procedure.locked(request_id)
    lock_tasks(row.agency)
    check([*reasons_against_suggesting(row, text, actor), *_not_of(row.agency_id, like)])
    task, _is_new = _open(row, [row, *like], by=actor or APPLICANT, at=at)
    if actor is None:
        Message.objects.create(request=row, kind=MessageKind.SUPPLEMENT, text=clean_text(text), at=at, by=None)
        subject = gettext_lazy("申请人建议主动公开：%(number)s")
        tell.tell_office(row, key=f"publication-task:{task.pk}:{row.pk}", subject=subject)
    return task


def _not_of(agency_id: int, rows: Sequence[InformationRequest]) -> list[str]:
    return [_("%s 不是本单位的申请。") % row.number for row in rows if row.agency_id != agency_id]


@transaction.atomic
def mark_like(task_id: int, rows: Sequence[InformationRequest], *, actor: User) -> PublicationTask:
    """标为同类: the officer says that these requests ask for the same. Raises ValidationError."""
    task = locked(task_id)
    check([*reasons_against_deciding(task, actor), *_not_of(task.agency_id, rows)])
    _join(task, rows, by=actor, verb="publicationtask.join")
    return task


# --- the end ---------------------------------------------------------------------------------------------------------


def locked(task_id: int) -> PublicationTask:
    """The task, locked until the transaction ends, with nobody else at the tasks of its agency.

    Its item is read after the lock: PostgreSQL joins before it waits, and would show the item from before.
    """
    lock_tasks(PublicationTask.objects.select_related("agency").get(pk=task_id).agency)
    return PublicationTask.objects.select_for_update(no_key=True).get(pk=task_id)


def open_task(row: InformationRequest) -> PublicationTask | None:
    return row.publication_tasks.filter(state=TaskState.OPEN).select_related("agency").first()


def reasons_against_marking(row: InformationRequest, actor: Any) -> list[str]:
    """Why this person cannot join others to the task of this request; empty when he can."""
    task = open_task(row)
    return reasons_against_deciding(task, actor) if task else [_("还没有待处理的转为主动公开，请先提出。")]


def task_of(row: InformationRequest, *, actor: User, at: datetime) -> PublicationTask:
    """The open task of a locked request, locked too, brought up now if there is none."""
    lock_tasks(row.agency)
    return locked(_open(row, [row], by=actor, at=at)[0].pk)


def draft_of(task: PublicationTask) -> str:
    """The index number of the item that is on its way to the public, or there; none of a draft that was discarded."""
    item = task.item
    if item is None or not (item.current_edition_id or item.editions.filter(state__in=OPEN_STATES).exists()):
        return ""
    return item.index_number


def reasons_against_deciding(task: PublicationTask, actor: Any) -> list[str]:
    """Why this person cannot decide on the task now; empty when he can."""
    reasons = []
    if task.state != TaskState.OPEN:
        reasons.append(_("这一任务的状态是“%s”。") % task.get_state_display())
    if not access.can(actor, Permission.HANDLE_REQUEST, task.agency):
        reasons.append(_("您在%s没有依申请公开经办的角色。") % task.agency.display_name)
    return reasons


@transaction.atomic
def decline(task_id: int, *, actor: User, at: datetime, reason: str) -> PublicationTask:
    """不转为主动公开, with the reason, for good. Raises ValidationError."""
    task = locked(task_id)
    reasons = reasons_against_deciding(task, actor)
    if not reason.strip():
        reasons.append(_("须写明不转为主动公开的理由。"))
    if number := draft_of(task):
        reasons.append(_("已经拟制公开稿 %s，请先废弃草稿。") % number)
    check(reasons)
    task.state, task.reason, task.decided_by, task.decided_at = TaskState.DECLINED, clean_line(reason), actor, at
    task.clean_fields(exclude={"agency", "item", "decided_by"})
    task.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.record(actor, "publicationtask.decline", task, agency=task.agency, basis=ARTICLE)
    return task


def settle(at: datetime) -> int:
    """Tasks whose item everybody can read are done; answers how many. Safe to repeat."""
    waiting = PublicationTask.objects.filter(state=TaskState.OPEN, item__audience=Audience.PUBLIC)
    pks = list(waiting.filter(item__state__in=READABLE_STATES).order_by("pk").values_list("pk", flat=True))
    return sum(_settle(pk, at) for pk in pks)


@transaction.atomic
def _settle(task_id: int, at: datetime) -> bool:
    task = locked(task_id)
    item = task.item
    if task.state != TaskState.OPEN or item is None or item.state not in READABLE_STATES:
        return False
    task.state, task.decided_by_id, task.decided_at = TaskState.PUBLISHED, item.created_by_id, at
    task.save(update_fields=["state", "decided_by", "decided_at"])
    after = {"item": item.index_number}
    audit.record(None, "publicationtask.publish", task, agency=task.agency, after=after, basis=ARTICLE)
    return True
