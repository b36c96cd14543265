"""What waits for whom: the queues of the staff landing page, and the same lists behind them in the admin."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import OPEN_STATES, EditionState, Mode, SheetState
from disclosure.models import (
    BoardSheet,
    Edition,
    EditionEvent,
    Motion,
    NoticeBoard,
    Obligation,
    Receipt,
    Rectification,
    Withholding,
)
from disclosure.queries import EditionQuerySet
from disclosure.workflow import UNDER_REVIEW
from govportal import access, contributions
from govportal.contributions import Figure, Panel, StaffQueue, Visit
from govportal.permissions import Permission
from govportal.workdays import add_working_days, working_days_between

SOON = 7  # working days
ANSWERABLE = (Permission.DRAFT_ITEM, Permission.APPROVE_ITEM, Permission.CHECK_RECEIPT)  # for what is owed
REVIEWERS = (
    Permission.SECRECY_REVIEW,
    Permission.PRE_REVIEW,
    Permission.SECOND_REVIEW,
    Permission.APPROVE_ITEM,
)


def holds_any(user: Any, *permissions: Permission) -> bool:
    return any(access.can(user, permission) for permission in permissions)


# --- editions ---------------------------------------------------------------------------------------------------


def waiting(user: Any, at: datetime) -> EditionQuerySet:
    return Edition.objects.waiting_for(user)


def returned(user: Any, at: datetime) -> EditionQuerySet:
    return Edition.objects.written_by(user).returned()


def drafts(user: Any, at: datetime) -> EditionQuerySet:
    return Edition.objects.written_by(user).exclude(pk__in=returned(user, at).values("pk"))


def left(user: Any, at: datetime) -> EditionQuerySet:
    return Edition.objects.left_to(user)


def in_review(user: Any, at: datetime) -> EditionQuerySet:
    return _at_my_agencies(user, Permission.VIEW_WITHHELD).filter(state__in=UNDER_REVIEW)


def approved(user: Any, at: datetime) -> EditionQuerySet:
    """Signed by everybody, and nobody has said when it appears. What is not proactive stays approved for good."""
    mine = _at_my_agencies(user, Permission.PUBLISH_ITEM)
    return mine.filter(state=EditionState.APPROVED, mode=Mode.PROACTIVE)


def scheduled_today(user: Any, at: datetime) -> EditionQuerySet:
    """Due before midnight in Beijing, and whatever is due and has not appeared."""
    midnight = timezone.make_aware(datetime.combine(localdate(at) + timedelta(days=1), time.min))
    mine = _at_my_agencies(user, Permission.PUBLISH_ITEM)
    return mine.filter(state=EditionState.SCHEDULED, publish_at__lt=midnight)


def failed(user: Any, at: datetime) -> EditionQuerySet:
    mine = _at_my_agencies(user, Permission.PUBLISH_ITEM)
    return mine.filter(state__in=OPEN_STATES).exclude(publish_fault="")


def owing(user: Any, at: datetime) -> EditionQuerySet:
    return Edition.objects.owing_to(user)


def _at_my_agencies(user: Any, permission: Permission) -> EditionQuerySet:
    return Edition.objects.filter(item__agency__in=access.agencies_with(user, permission))


# The lists that `?queue=` of the editions' list answers with, by key.
EDITION_QUEUES: Mapping[str, tuple[Any, Callable[[Any, datetime], EditionQuerySet]]] = MappingProxyType(
    {
        "waiting": (gettext_lazy("待我审查"), waiting),
        "returned": (gettext_lazy("退回给我"), returned),
        "left": (gettext_lazy("拟制稿待送审"), left),
        "drafts": (gettext_lazy("我的草稿"), drafts),
        "review": (gettext_lazy("审查中"), in_review),
        "approved": (gettext_lazy("已审定待公开"), approved),
        "today": (gettext_lazy("今日定时公开"), scheduled_today),
        "failed": (gettext_lazy("定时公开失败"), failed),
        "owing": (gettext_lazy("应急公开待补审"), owing),
    }
)


def _waiting_since(visit: Visit, editions: EditionQuerySet) -> Figure:
    """How many, and how long the oldest has lain where it is, in working days."""
    row = editions.with_last_event().aggregate(n=Count("pk"), since=Min("last_at"))
    return Figure(row["n"], _waited(visit, row["since"]))


def _waited(visit: Visit, since: datetime | None) -> str:
    if since is None:
        return ""
    days = working_days_between(localdate(since), localdate(visit.at), visit.calendar)
    return _("最早的等了 %(n)s 个工作日") % {"n": days} if days > 0 else _("今天送来的")


def _waiting_figure(visit: Visit) -> Figure | None:
    return _waiting_since(visit, waiting(visit.user, visit.at)) if holds_any(visit.user, *REVIEWERS) else None


def _returned_figure(visit: Visit) -> Figure | None:
    if not access.can(visit.user, Permission.DRAFT_ITEM):
        return None
    figure = _waiting_since(visit, returned(visit.user, visit.at))
    return Figure(figure.count, figure.note, is_late=figure.count > 0)


def _drafts(visit: Visit) -> dict[str, int]:
    """Of both queues of drafts in one statement."""
    user, at = visit.user, visit.at
    rows = {"own": drafts(user, at), "left": left(user, at)}
    return Edition.objects.filter(state=EditionState.DRAFT).aggregate(
        **{key: Count("pk", filter=Q(pk__in=found.order_by().values("pk"))) for key, found in rows.items()}
    )


def _drafts_figure(key: str) -> Callable[[Visit], Figure | None]:
    def figure(visit: Visit) -> Figure | None:
        return Figure(visit.once(_drafts)[key]) if access.can(visit.user, Permission.DRAFT_ITEM) else None

    return figure


def _in_review_figure(visit: Visit) -> Figure | None:
    if not access.can(visit.user, Permission.VIEW_WITHHELD):
        return None
    return _waiting_since(visit, in_review(visit.user, visit.at))


def _approved_figure(visit: Visit) -> Figure | None:
    if not access.can(visit.user, Permission.PUBLISH_ITEM):
        return None
    return _waiting_since(visit, approved(visit.user, visit.at))


def _today_figure(visit: Visit) -> Figure | None:
    if not access.can(visit.user, Permission.PUBLISH_ITEM):
        return None
    row = scheduled_today(visit.user, visit.at).aggregate(n=Count("pk"), first=Min("publish_at"))
    if not row["first"]:
        return Figure(0)
    return Figure(row["n"], _("%(time)s 起自动公开") % {"time": f"{timezone.localtime(row['first']):%H:%M}"})


def _failed_figure(visit: Visit) -> Figure | None:
    if not access.can(visit.user, Permission.PUBLISH_ITEM):
        return None
    count = failed(visit.user, visit.at).count()
    return Figure(count, _("到点没有公开，请看原因") if count else "", is_late=count > 0)


def _owing_figure(visit: Visit) -> Figure | None:
    if not holds_any(visit.user, *REVIEWERS[:-1]):  # the emergency approver stands for the approval
        return None
    late = Q(review_due_on__lt=localdate(visit.at))
    row = owing(visit.user, visit.at).aggregate(n=Count("pk"), late=Count("pk", filter=late), due=Min("review_due_on"))
    if row["late"]:
        return Figure(row["n"], _("%(n)s 件已过补审期限") % {"n": row["late"]}, is_late=True)
    return Figure(row["n"], _("最早 %(day)s 到期") % {"day": _short(row["due"])} if row["due"] else "")


# --- other registers ------------------------------------------------------------------------------------------------


def _motions_figure(visit: Visit) -> Figure | None:
    if not access.can(visit.user, Permission.APPROVE_ITEM):
        return None
    row = Motion.objects.waiting_for(visit.user).aggregate(n=Count("pk"), since=Min("asked_at"))
    return Figure(row["n"], _waited(visit, row["since"]))


def due_obligations(user: Any, last: date) -> QuerySet[Obligation]:
    """Open obligations of the agencies this person works for, overdue or due by `last`."""
    agencies = access.agencies_with(user, Permission.VIEW_WITHHELD)
    return Obligation.objects.open().filter(agency__in=agencies, due_on__lte=last)


def _obligations_figure(visit: Visit) -> Figure | None:
    if not _may_list(visit, Obligation) or not access.can(visit.user, Permission.VIEW_WITHHELD):
        return None
    today = localdate(visit.at)
    row = due_obligations(visit.user, add_working_days(today, SOON, visit.calendar)).aggregate(
        n=Count("pk"),
        late=Count("pk", filter=Q(due_on__lt=today)),
        now=Count("pk", filter=Q(due_on=today)),
    )
    row["soon"] = row["n"] - row["late"] - row["now"]
    words = _("逾期 %(late)s，今日 %(now)s，七个工作日内 %(soon)s") % row if row["n"] else ""
    return Figure(row["n"], words, row["late"] > 0, is_work=holds_any(visit.user, *ANSWERABLE))


def _dated_figure(visit: Visit, rows: "QuerySet[Any]", column: str) -> Figure:
    """How many, when the first is due, and whether that day has passed."""
    row = rows.aggregate(n=Count("pk"), due=Min(F(column)))
    if row["due"] is None:
        return Figure(row["n"])
    late = row["due"] < localdate(visit.at)
    words = _("最早的 %(day)s 已到期") if late else _("最早 %(day)s 到期")
    return Figure(row["n"], words % {"day": _short(row["due"])}, is_late=late)


def _withholding_review_figure(visit: Visit) -> Figure | None:
    if not _may_list(visit, Withholding) or not access.can(visit.user, Permission.APPROVE_ITEM):
        return None
    return _dated_figure(visit, Withholding.objects.review_due_for(visit.user, localdate(visit.at)), "review_on")


def _withholding_decision_figure(visit: Visit) -> Figure | None:
    if not _may_list(visit, Withholding) or not access.can(visit.user, Permission.APPROVE_ITEM):
        return None
    row = Withholding.objects.to_decide_for(visit.user).aggregate(n=Count("pk"), since=Min("proposed_at"))
    return Figure(row["n"], _waited(visit, row["since"]))


def _withholding_filing_figure(visit: Visit) -> Figure | None:
    if not _may_list(visit, Withholding) or not access.can(visit.user, Permission.DRAFT_ITEM):
        return None
    return Figure(Withholding.objects.to_file_for(visit.user).count())


def _rectification_report_figure(visit: Visit) -> Figure | None:
    if not _may_list(visit, Rectification) or not holds_any(
        visit.user, Permission.DRAFT_ITEM, Permission.CHECK_RECEIPT
    ):
        return None
    return _dated_figure(visit, Rectification.objects.to_report_for(visit.user), "due_on")


def _rectification_verify_figure(visit: Visit) -> Figure | None:
    if not _may_list(visit, Rectification) or not access.can(visit.user, Permission.ORDER_RECTIFICATION):
        return None
    return Figure(Rectification.objects.to_verify_for(visit.user).count())


def _receipts_figure(visit: Visit) -> Figure | None:
    if not _may_list(visit, Receipt) or not access.can(visit.user, Permission.CHECK_RECEIPT):
        return None
    return Figure(Receipt.objects.to_check_for(visit.user).count())


# --- notice boards --------------------------------------------------------------------------------------------------


def _sheets(visit: Visit) -> dict[str, Any]:
    """Of the boards this person keeps, for all queues in one statement."""
    past = Q(pk__in=BoardSheet.objects.past_their_day(localdate(visit.at)).values("pk"))
    kept = BoardSheet.objects.filter(board__in=NoticeBoard.objects.kept_by(visit.user).values("pk"))
    return kept.filter(state__in=[SheetState.ISSUED, SheetState.POSTED]).aggregate(
        reprint=Count("pk", filter=Q(pk__in=BoardSheet.objects.to_reprint(localdate(visit.at)).values("pk"))),
        post=Count("pk", filter=Q(state=SheetState.ISSUED)),
        remove=Count("pk", filter=past),
        ended=Min("post_until", filter=past),
    )


def _sheet_figure(key: str) -> Callable[[Visit], Figure | None]:
    def figure(visit: Visit) -> Figure | None:
        if not access.can(visit.user, Permission.MANAGE_BOARDS):
            return None
        row = visit.once(_sheets)
        note = _("最早的 %(day)s 期满") % {"day": _short(row["ended"])} if key == "remove" and row["ended"] else ""
        return Figure(row[key], note, is_late=key != "post" and row[key] > 0)

    return figure


def _may_list(visit: Visit, model: Any) -> bool:
    """Whether the admin opens the list of these rows to this person: a queue without a door is none."""
    return access.has_admin_permission(visit.user, f"{model._meta.app_label}.view_{model._meta.model_name}")


def _short(day: date) -> str:
    return _("%(month)s月%(day)s日") % {"month": day.month, "day": day.day}


def _list(model: str, query: str = "") -> Callable[[], str]:
    return lambda: reverse(f"admin:disclosure_{model}_changelist") + query


def _of_editions(key: str, figure: Callable[[Visit], Figure | None], position: int, *, is_work: bool) -> StaffQueue:
    label, _rows = EDITION_QUEUES[key]
    return StaffQueue(f"edition-{key}", label, figure, _list("edition", f"?queue={key}"), is_work, position)


QUEUES = (
    _of_editions("waiting", _waiting_figure, 10, is_work=True),
    _of_editions("returned", _returned_figure, 20, is_work=True),
    _of_editions("left", _drafts_figure("left"), 25, is_work=True),
    _of_editions("owing", _owing_figure, 30, is_work=True),
    StaffQueue("motions", gettext_lazy("待我决定的申请"), _motions_figure, _list("motion", "?queue=waiting"), True, 40),
    _of_editions("failed", _failed_figure, 50, is_work=True),
    _of_editions("approved", _approved_figure, 60, is_work=True),
    StaffQueue("obligations", gettext_lazy("到期与逾期义务"), _obligations_figure,
               _list("obligation", "?queue=waiting"), True, 70),
    StaffQueue("withholding-review", gettext_lazy("不公开事项待评估"), _withholding_review_figure,
               _list("withholding", "?queue=review"), True, 80),
    StaffQueue("withholding-decide", gettext_lazy("不公开事项待决定"), _withholding_decision_figure,
               _list("withholding", "?queue=decide"), True, 85),
    StaffQueue("withholding-file", gettext_lazy("不公开事项未备案"), _withholding_filing_figure,
               _list("withholding", "?queue=file"), True, 87),
    StaffQueue("rectify", gettext_lazy("待整改"), _rectification_report_figure,
               _list("rectification", "?queue=report"), True, 90),
    StaffQueue("rectify-verify", gettext_lazy("整改待核实"), _rectification_verify_figure,
               _list("rectification", "?queue=verify"), True, 95),
    StaffQueue("receipts", gettext_lazy("票据待复核"), _receipts_figure, _list("receipt", "?queue=check"), True, 98),
    StaffQueue("board-reprint", gettext_lazy("公开栏需重印"), _sheet_figure("reprint"),
               _list("boardsheet", "?queue=reprint"), True, 96),
    StaffQueue("board-post", gettext_lazy("公开栏待张贴"), _sheet_figure("post"),
               _list("boardsheet", "?queue=post"), True, 97),
    StaffQueue("board-remove", gettext_lazy("张贴期满未撤下"), _sheet_figure("remove"),
               _list("boardsheet", "?queue=remove"), True, 97),
    _of_editions("today", _today_figure, 100, is_work=False),
    _of_editions("drafts", _drafts_figure("own"), 110, is_work=False),
    _of_editions("review", _in_review_figure, 120, is_work=False),
)  # fmt: skip


# --- beside the queues ----------------------------------------------------------------------------------------------


def _new_item(request: HttpRequest) -> dict[str, Any] | None:
    return {} if access.can(request.user, Permission.DRAFT_ITEM) else None


def _recent(request: HttpRequest) -> dict[str, Any] | None:
    """What this person last did to editions of the agencies whose texts he still may read."""
    agencies = access.agencies_with(request.user, Permission.VIEW_WITHHELD)
    if not agencies:
        return None
    events = EditionEvent.objects.filter(actor=request.user.pk, edition__item__agency__in=agencies)
    found = events.select_related("edition").only("action", "at", "edition__title").order_by("-id")[:8]
    return {"events": found} if found else None


STAFF_ACTIONS = (Panel("new-item", "admin/disclosure/new_item_action.html", _new_item),)


def _inside(request: HttpRequest) -> dict[str, Any] | None:
    """What is open to the staff of an agency alone (对内公开)."""
    return {} if access.can(request.user, Permission.VIEW_INTERNAL) else None


STAFF_PANELS = (
    Panel("inside", "admin/disclosure/inside_panel.html", _inside, position=90),
    Panel("recent-events", "admin/disclosure/recent_panel.html", _recent),
)
LIST_NOTES = {
    "disclosure.item": gettext_lazy("一条信息一个索引号，从起草到公开、撤回都在这里。"),
    "disclosure.edition": gettext_lazy("公开信息的每一次文本，草稿和审查中的也在内。"),
    "disclosure.logentry": gettext_lazy("公开、修改、撤回等每一步的登记，不能改动。"),
    "disclosure.motion": gettext_lazy("撤回、废止、恢复等申请和决定。"),
    "disclosure.catalogueentry": gettext_lazy("应当公开什么、由谁、在什么时限内。"),
    "disclosure.obligation": gettext_lazy("按目录和时限，哪个单位哪一天前要公开什么。"),
    "disclosure.disclosureevent": gettext_lazy("引起公开义务的事情：发生以后按时限公开。"),
    "disclosure.statement": gettext_lazy("履行公开义务的声明：本期无此类信息，或者已复核无需更新。"),
    "disclosure.filing": gettext_lazy("履行报送义务的登记：哪份报告哪一天报给了谁。"),
    "disclosure.withholding": gettext_lazy("不予公开、暂缓公开的事项，理由、备案和定期评估。"),
    "disclosure.rectification": gettext_lazy("交办、报告和核实整改，向社会公开。"),
    "disclosure.noticeboard": gettext_lazy("墙上的公开栏：编排栏目，预览，制作成张。"),
    "disclosure.boardsheet": gettext_lazy("制作过的每一张：打印、张贴照片、撤下，哪些需重印。"),
    "disclosure.printjob": gettext_lazy("公开栏汇编等较大文件的生成进度和下载，保存 7 天。"),
    "disclosure.receipt": gettext_lazy("招待、交通等票据，对本单位人员公开。"),
}


def contribute() -> None:
    """Put all of it on the landing page; at start-up."""
    for queue in QUEUES:
        contributions.staff_queues.add(queue)
    contributions.list_notes.update(LIST_NOTES)
    for action in STAFF_ACTIONS:
        contributions.staff_actions.add(action)
    for panel in STAFF_PANELS:
        contributions.staff_panels.add(panel)
