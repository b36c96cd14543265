"""公开摘要: the draft of an item out of what was written to one agency in a month or a quarter.

It holds figures, and the questions and answers that the office chose in words of its own; then it goes the ordinary
review. As in convert.py, the permission is that for the messages: a draft binds nobody (ADR 0012).
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import OPEN_STATES, Category
from disclosure.models import IndexCounter, Item
from disclosure.services.draft import Content, Source, create_item
from govportal import access, audit
from govportal.html import from_text, to_text
from govportal.models import Agency, User
from govportal.permissions import Permission
from requests_app.feedback_enums import FeedbackKind
from requests_app.models import Feedback
from requests_app.queries import FeedbackQuerySet
from requests_app.services.procedure import check

SOURCE = "feedback"
ITEM_TYPE = "feedback_summary"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Period:
    """A month (2026-11) or a quarter (2026-Q4)."""

    year: int
    first_month: int
    months: int

    @classmethod
    def read(cls, code: str) -> Self | None:
        """The period a code names; None for whatever else stands there."""
        year, _dash, part = code.partition("-")
        if not (year.isascii() and year.isdigit() and len(year) == 4 and _FIRST_YEAR <= int(year) <= _LAST_YEAR):
            return None
        if part in {"Q1", "Q2", "Q3", "Q4"}:
            return cls(int(year), int(part[1]) * 3 - 2, 3)
        if len(part) == 2 and part.isascii() and part.isdigit() and 1 <= int(part) <= 12:
            return cls(int(year), int(part), 1)
        return None

    @property
    def code(self) -> str:
        part = f"{self.first_month:02}" if self.months == 1 else f"Q{self.first_month // 3 + 1}"
        return f"{self.year}-{part}"

    @property
    def first_on(self) -> date:
        return date(self.year, self.first_month, 1)

    @property
    def last_on(self) -> date:
        month = self.first_month + self.months - 1
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        """A record, so Chinese in every language."""
        if self.months == 1:
            return f"{self.year}年{self.first_month}月"
        return f"{self.year}年第{'一二三四'[self.first_month // 3]}季度"


def last_periods(today: date) -> list[Period]:
    """The months and quarters that ended within the last year, the newest first."""
    found = []
    for back in range(1, 13):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        found.append(Period(year, month + 1, 1))
        if month % 3 == 2:
            found.append(Period(year, month - 1, 3))
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """Of those received in a period: how many were answered by the day of counting, and how many of these in time."""

    received: int
    answered: int
    on_time: int


def figures(agency: Agency, period: Period, *, kind: FeedbackKind | None = None) -> Figures:
    rows = Feedback.objects.filter(agency=agency, received_on__range=(period.first_on, period.last_on))
    if kind:
        rows = rows.filter(kind=kind)
    answered = Q(answered_on__isnull=False)
    counted = rows.aggregate(
        received=Count("pk"),
        answered=Count("pk", filter=answered),
        on_time=Count("pk", filter=answered & Q(answered_on__lte=F("due_on"))),
    )
    return Figures(**counted)


def chosen(agency: Agency, period: Period) -> FeedbackQuerySet:
    """Selected, answered by the end of the period, and in no summary that lives: what was late for one is in the
    next."""
    dead = ~Q(summary__editions__state__in=OPEN_STATES) & Q(summary__current_edition=None)
    rows = Feedback.objects.filter(agency=agency, is_selected=True, answered_on__lte=period.last_on)
    return rows.filter(Q(summary=None) | dead).order_by("answered_on", "pk")


def drafted(agency: Agency, period: Period) -> Item | None:
    """The summary of this period that is on its way to the public, or there."""
    items = Item.objects.filter(agency=agency, source=SOURCE, source_id__startswith=f"{period.code}/")
    alive = Q(current_edition__isnull=False) | Q(editions__state__in=OPEN_STATES)
    return items.filter(alive).first()


def reasons_against(agency: Agency, period: Period, actor: Any, today: date) -> list[str]:
    """Why no summary can be drafted now; empty when it can."""
    reasons = []
    if not access.can(actor, Permission.HANDLE_FEEDBACK, agency):
        reasons.append(_("您在%s没有办理留言纠错的角色。") % agency.display_name)
    if period.last_on >= today:
        reasons.append(_("%s还没有结束。") % period)
    if item := drafted(agency, period):
        reasons.append(_("%(period)s的摘要已经拟制：%(number)s。") % {"period": period, "number": item.index_number})
    return reasons


@transaction.atomic
def draft(agency: Agency, period: Period, *, actor: User, at: datetime) -> Item:
    """A draft for the ordinary review, with the questions marked that it holds. Raises ValidationError."""
    IndexCounter.locked(f"feedback-summary-{agency.pk}-")  # two who draft at once: the second finds the first one's
    check(reasons_against(agency, period, actor, localdate(at)))
    rows = list(chosen(agency, period).select_for_update(of=("self",), no_key=True))
    counted = figures(agency, period)
    earlier = Item.objects.filter(agency=agency, source=SOURCE, source_id__startswith=f"{period.code}/").count()
    item = create_item(
        Content(
            title=f"{agency.name}{period}留言纠错办理情况",
            body=from_text(body(agency, period, rows)),
            category=Category.FEEDBACK,
            extra={
                "period": str(period),
                "received": counted.received,
                "answered": counted.answered,
                "on_time": counted.on_time,
            },
        ),
        agency=agency,
        item_type=ITEM_TYPE,
        author=actor,
        at=at,
        source=Source(SOURCE, f"{period.code}/{earlier + 1}"),
    )
    Feedback.objects.filter(pk__in=[row.pk for row in rows]).update(summary=item)
    after = {"item": item.index_number, "period": period.code, "questions": [row.number for row in rows]}
    audit.record(actor, "feedback.draft_summary", item, agency=agency, after=after)
    return item


def body(agency: Agency, period: Period, rows: Sequence[Feedback]) -> str:
    """The text of the summary, in the light marks of text archives. A record, so Chinese in every language."""
    total = figures(agency, period)
    lines = [
        f"{period}，{agency.name}收到网上留言和纠错{total.received}件，已办结{total.answered}件，"
        f"其中按期办结{total.on_time}件。",
        "| 种类 | 收到（件） | 办结（件） | 按期办结（件） |",
    ]
    for kind in FeedbackKind:
        one = figures(agency, period, kind=kind)
        lines.append(f"| {_CHINESE[kind]} | {one.received} | {one.answered} | {one.on_time} |")
    if rows:
        lines.append("## 部分问题和答复")
    for position, row in enumerate(rows, 1):
        lines += [f"### {position}. {row.public_question}", row.public_answer]
    return "\n".join(lines)


def published_questions(most: int) -> list[Feedback]:
    """Questions and answers that a public summary shows, the newest first. Whoever reviewed one may have taken some out
    or put words right: what does not stand in its text as it was chosen is left out."""
    public = Item.objects.visible_to(AnonymousUser()).filter(item_type=ITEM_TYPE, source=SOURCE)
    rows = Feedback.objects.filter(is_selected=True, summary__in=public).order_by("-answered_on", "-pk")
    shown, texts = [], {}
    for row in rows.select_related("agency", "summary__current_edition").defer(*_PERSONAL)[: most * 3]:
        assert row.summary and row.summary.current_edition
        if row.summary_id not in texts:
            texts[row.summary_id] = _folded(to_text(row.summary.current_edition.body))
        if all(_folded(words) in texts[row.summary_id] for words in (row.public_question, row.public_answer)):
            shown.append(row)
    return shown[:most]


def _folded(text: str) -> str:
    return "".join(text.split())


_PERSONAL = ("text", "name", "phone", "email", "answer")
_CHINESE = {FeedbackKind.MESSAGE: "留言", FeedbackKind.CORRECTION: "纠错"}
