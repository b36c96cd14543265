"""公布: a frozen round becomes an item, whose digest is that of the archive: with its publication the log binds every
point.
"""

from datetime import datetime

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import Category
from disclosure.models import Item
from disclosure.services import draft
from evaluation.enums import RESULT_ITEM
from evaluation.models import AssessmentRound
from evaluation.queries import BY_RANK
from evaluation.services.item_drafts import tell_publishers
from evaluation.services.procedure import basis_of, check, locked_round
from evaluation.services.rounds import reasons_against
from evaluation.workflow import RoundAction
from govportal import access, audit
from govportal.models import Agency, User
from govportal.permissions import Permission

SOURCE = "scorecard"


@transaction.atomic
def draft_item(round_id: int, *, agency: Agency, actor: User, at: datetime) -> Item:
    """拟制公开稿: an item with the ranking and the archive, to be reviewed and published as any other.

    `agency`: who publishes it; the office of whoever drafts it. Raises ValidationError with reasons.
    """
    row = locked_round(round_id)
    reasons = reasons_against(row, RoundAction.DRAFT_ITEM, actor)
    if not access.can(actor, Permission.ASSESS, agency):
        reasons.append(_("您在%s没有考核职责。") % agency.display_name)
    check(reasons)
    assert row.archive is not None  # frozen
    ranked = list(row.assessments.select_related("agency").order_by(*BY_RANK))
    title = title_of(row)
    content = draft.Content(
        title=title,
        body=render_to_string("evaluation/round_body.html", {"round": row, "assessments": ranked}),
        summary=_summary(row, len(ranked)),
        formed_on=localdate(row.frozen_at) if row.frozen_at else None,
        category=Category.PERSONNEL,
        topic="综合政务/政务公开",
        keywords=["政务公开考核", "成绩单"],
        extra={"kind": "score", "period": _period(row), "digest": row.digest},
    )
    row.item = draft.create_item(
        content,
        agency=agency,
        item_type=RESULT_ITEM,
        author=actor,
        at=at,
        source=draft.Source(SOURCE, _key(row)),
        attachments=[(row.archive, f"{row.name}复算包")],
    )
    row.save(update_fields=["item"])
    audit.record(
        actor,
        f"assessmentround.{RoundAction.DRAFT_ITEM}",
        row,
        agency=agency,
        after={"item": row.item.index_number, "digest": row.digest},
        basis=basis_of(row),
    )
    tell_publishers(row.item, actor)
    return row.item


def _key(row: AssessmentRound) -> str:
    """One of an item each: a draft that was thrown away keeps its own."""
    return f"{row.slug}/{row.item_id}" if row.item_id else row.slug


def title_of(row: AssessmentRound) -> str:
    """The name of a record, which is Chinese on every page."""
    return f"{row.name}结果"


def _period(row: AssessmentRound) -> str:
    return f"{row.period_start:%Y-%m-%d}至{row.period_end:%Y-%m-%d}"


def _summary(row: AssessmentRound, count: int) -> str:
    return f"{row.name}，统计期{_period(row)}，{count}个单位参加，附可供复算的数据。"
