"""What follows an answer: rectification that knows no origin, the mark for accountability, the public summary.

The agency sees an order and never that somebody complained (domain §2, §7): its words and its basis are looked at.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import Category
from disclosure.models import IndexCounter, Item, Rectification
from disclosure.services import rectify
from disclosure.services.draft import Content, Source, create_item
from disclosure.services.publish import is_discarded
from govportal import access, audit, notices, personal_data
from govportal.html import from_text
from govportal.models import User
from govportal.permissions import Permission
from requests_app.complaint_enums import ComplaintAction, ComplaintGround, ComplaintResult, ComplaintState
from requests_app.models import Complainant, Complaint, ComplaintEvent
from requests_app.services.complaint_procedure import (
    Words,
    check,
    locked,
    move,
    reasons_against,
    reasons_against_length,
)

SOURCE = "complaint"
# Words by which the agency would know. Of a name like 投诉电话 that is missing, say 监督电话.
_BETRAYING = ("投诉", "举报", "信访", "检举")
# What each ground is a breach of, without naming the rules on complaints.
_ARTICLES = {
    ComplaintGround.NOT_CARRIED_OUT: "第十九条、第二十条",
    ComplaintGround.FALSE: "第六条",
    ComplaintGround.OUTSIDE_POWER_LIST: "第二十条第五项",
    ComplaintGround.MUST_NOT_BE_PUBLIC: "第十四条、第十五条",
    ComplaintGround.LATE_OR_STALE: "第二十六条",
    ComplaintGround.UNAPPROVED: "第十七条",
    ComplaintGround.LEAKED: "第十四条、第五十三条",
    ComplaintGround.REQUEST_REFUSED: "第三十三条、第三十六条",
    ComplaintGround.OTHER: "第四十七条第一款",  # 日常指导和监督检查; the second speaks of complaints
}


def basis_for(row: Complaint) -> str:
    """What a rectification rests on that this complaint leads to."""
    return f"《中华人民共和国政府信息公开条例》{_ARTICLES[ComplaintGround(row.ground)]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the agency is told. `due_on` None: the usual term of a rectification."""

    problem: str
    requirement: str
    basis: str
    due_on: date | None = None


def is_named_in(row: Complaint, text: str) -> bool:
    """Whether a text tells who complained, or the number of the case."""
    person = Complainant.objects.filter(complaint=row).first()
    people, reached = ([person.name], [person.phone, person.email, person.address]) if person else ([], [])
    return personal_data.names(text, people, [row.number, *reached])


def reasons_against_ordering(row: Complaint, order: Order, actor: User, today: date) -> list[str]:
    """Why this order cannot be given because of this complaint; empty when it can."""
    if reasons := reasons_against(row, ComplaintAction.ORDER, actor):
        return reasons
    if row.rectification_id:
        reasons.append(_("已经交办整改。"))
    elif row.result == ComplaintResult.NOT_UPHELD:
        reasons.append(_("查证不属实的，不交办整改。"))
    text = f"{order.problem}\n{order.requirement}\n{order.basis}"
    if is_named_in(row, text) or any(word in text for word in _BETRAYING):
        reasons.append(_("整改向社会公开，责任单位不得从中看出有人投诉：请删去投诉、举报字样、编号和投诉人信息。"))
    elif personal_data.find(text):
        reasons.append(_("整改向社会公开：请删去身份证号、手机号或者银行卡号。"))
    # The desk that has the case may order, wherever it sits.
    return reasons + rectify.reasons_against_ordering(_as_order(row, order), actor, today, has_mandate=True)


def _as_order(row: Complaint, order: Order) -> rectify.Order:
    return rectify.Order(
        agency=row.agency,
        problem=order.problem,
        requirement=order.requirement,
        basis=order.basis,
        due_on=order.due_on,
        item=row.item,
    )


@transaction.atomic
def order_rectification(complaint_id: int, order: Order, *, actor: User, at: datetime) -> Rectification:
    """交办整改. Raises ValidationError."""
    row = locked(complaint_id)
    check(reasons_against_ordering(row, order, actor, localdate(at)))
    rectification = rectify.order(_as_order(row, order), actor=actor, at=at, has_mandate=True)
    row.rectification = rectification
    move(
        row, ComplaintAction.ORDER, actor=actor, at=at, on=localdate(at), words=Words(note=rectification.number),
        fields=("rectification",),
    )  # fmt: skip
    return rectification


def reasons_against_referring(row: Complaint, actor: User) -> list[str]:
    """Why it cannot be marked for accountability; empty when it can."""
    if reasons := reasons_against(row, ComplaintAction.REFER, actor):
        return reasons
    if row.referred_on:
        return [_("已经移送责任追究。")]
    return [_("查证不属实的，不移送责任追究。")] if row.result == ComplaintResult.NOT_UPHELD else []


@transaction.atomic
def refer(complaint_id: int, *, actor: User, at: datetime, note: str) -> ComplaintEvent:
    """移送责任追究: a mark that the evaluation reads. Raises ValidationError."""
    row = locked(complaint_id)
    reasons = reasons_against_referring(row, actor) + reasons_against_length(note)
    check([*reasons, *([] if note.strip() else [_("须写明移送的理由。")])])
    row.referred_on = localdate(at)
    return move(
        row, ComplaintAction.REFER, actor=actor, at=at, on=row.referred_on, words=Words(note=note),
        fields=("referred_on",),
    )  # fmt: skip


# --- the public summary ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What everybody may read of a closed case."""

    title: str
    text: str


def reasons_against_summary(row: Complaint, summary: Summary, actor: User) -> list[str]:
    """Why this summary cannot be drafted; empty when it can."""
    if reasons := reasons_against(row, ComplaintAction.NOTE, actor):  # whoever may see the case
        return reasons
    if row.state != ComplaintState.CLOSED:
        reasons.append(_("办结以后才能拟制公开摘要。"))
    if row.summary and not is_discarded(row.summary):
        reasons.append(_("已经拟制公开摘要：%s。") % row.summary)
    if not (summary.title.strip() and summary.text.strip()):
        reasons.append(_("请填写标题和摘要。"))
    text = f"{summary.title}\n{summary.text}"
    if is_named_in(row, text):
        reasons.append(_("摘要里有投诉人的姓名、联系方式或者案件编号，请删去。"))
    if personal_data.find(text):
        reasons.append(_("摘要里有身份证号、手机号或者银行卡号，请删去。"))
    return reasons


def months(first_on: date, last_on: date) -> str:
    """2026年10月, 2026年10月—11月, 2026年12月—2027年1月: by exact days the case itself would be known."""
    first, last = f"{first_on.year}年{first_on.month}月", f"{last_on.month}月"
    if first_on.year != last_on.year:
        return f"{first}—{last_on.year}年{last}"
    return first if first_on.month == last_on.month else f"{first}—{last}"


def summary_extra(row: Complaint) -> dict[str, object]:
    """The counted fields of the item: one case, received, answered, and answered in time or not."""
    assert row.answered_on  # a closed case was answered
    period = months(row.received_on, row.answered_on)
    return {"period": period, "received": 1, "answered": 1, "on_time": int(row.answered_on <= row.answer_by)}


def _summary_number() -> str:
    """A running number of summaries, not that of the case: whoever reads the item learns nothing of it."""
    counter = IndexCounter.locked("complaint summaries")
    counter.last += 1
    counter.save(update_fields=["last"])
    return str(counter.last)


@transaction.atomic
def draft_summary(complaint_id: int, summary: Summary, *, actor: User, at: datetime) -> Item:
    """拟制公开摘要: a draft item of the desk, for the ordinary review. Raises ValidationError.

    The officer's permission is that for the case: a draft binds nobody, and others sign it (ADR 0012).
    """
    row = locked(complaint_id)
    check(reasons_against_summary(row, summary, actor))
    item = create_item(
        Content(
            title=summary.title,
            body=from_text(summary.text),
            category=Category.FEEDBACK,
            extra=summary_extra(row),
        ),
        agency=row.desk,
        item_type="feedback_summary",
        author=actor,
        at=at,
        source=Source(SOURCE, _summary_number()),
    )
    row.summary = item
    row.save(update_fields=["summary"])
    audit.record(actor, "complaint.summarise", row, agency=row.desk, after={"item": item.index_number})
    _tell_publishers(item, actor)
    return item


def _tell_publishers(item: Item, actor: User) -> None:
    """The number of the draft alone, nothing of a case. Staff read Chinese."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("待办：修改、送审 %s") % item.index_number
    notices.tell(
        access.holders(Permission.DRAFT_ITEM, item.agency).exclude(pk=actor.pk),
        kind="review",
        key=f"item-draft:{item.pk}",
        subject=subject,
        path=reverse("admin:disclosure_edition_change", args=[item.editions.get().pk]),
        is_confidential=True,  # no other draft is told like this
    )
