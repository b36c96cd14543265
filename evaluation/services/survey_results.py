"""汇总: ballots counted once and frozen under a digest, then drafted as an item for the ordinary review."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import Category
from disclosure.models import Item
from disclosure.services.draft import Content, Source, create_item
from disclosure.services.publish import is_discarded
from evaluation import survey_tally
from evaluation.enums import RESULT_ITEM
from evaluation.models import Survey
from evaluation.services.item_drafts import tell_publishers
from evaluation.services.procedure import check
from evaluation.services.survey_procedure import (
    finish_step,
    locked,
    move,
    reasons_against,
    reasons_against_undone,
    record,
)
from evaluation.survey_enums import SurveyAction, SurveyStepKind
from evaluation.survey_page import grade_ranges, lines_of
from evaluation.survey_rules import NEEDED_TO_TALLY
from evaluation.survey_scoring import digest_of
from govportal import access
from govportal.models import Agency, Membership, User
from govportal.permissions import Permission

SOURCE = "survey"
KIND = "survey"  # of type_choices.EVALUATION_KINDS


# --- the tally ---------------------------------------------------------------------------------------------------


def reasons_against_tallying(row: Survey, actor: Any) -> list[str]:
    """Why it cannot be tallied now; empty when it can."""
    return reasons_against(row, SurveyAction.TALLY, actor) or reasons_against_undone(row, NEEDED_TO_TALLY)


@transaction.atomic
def tally(survey_id: int, *, actor: User, at: datetime) -> Survey:
    """汇总 for good. Raises ValidationError."""
    row = locked(survey_id)
    check(reasons_against_tallying(row, actor))
    with translation.override(settings.LANGUAGE_CODE):
        frozen = survey_tally.payload(row)
    row.tally, row.digest, row.tallied_at = frozen, digest_of(frozen), at
    shown = sum(not one.get("too_few") for one in frozen["agencies"])
    note = f"评议对象{len(frozen['agencies'])}个，有结果{shown}个。"
    finish_step(row, SurveyStepKind.TALLY, actor=actor, at=at, note=note)
    fields = ("tally", "digest", "tallied_at")
    return move(row, SurveyAction.TALLY, actor=actor, fields=fields, after={"digest": row.digest})


# --- the item ----------------------------------------------------------------------------------------------------


def publisher_of(actor: Any) -> Agency | None:
    """The agency under whose name the results are published: the top of the tree, for which he conducts surveys."""
    if not access.holds_for_all(actor, Permission.ASSESS):
        return None
    held = Membership.objects.filter(user=actor, agency__parent=None).select_related("agency").order_by("pk")
    top = held.first()
    return top.agency if top else None


def reasons_against_drafting(row: Survey, actor: Any) -> list[str]:
    reasons = reasons_against(row, SurveyAction.DRAFT_ITEM, actor)
    return [*reasons, _("公开稿已经拟制。")] if has_draft(row) else reasons


def has_draft(row: Survey) -> bool:
    """Drafted, and not thrown away by those who were to publish it."""
    return row.item is not None and not is_discarded(row.item)


@transaction.atomic
def draft_item(survey_id: int, *, actor: User, at: datetime) -> Item:
    """拟制公开稿: what was frozen, agency by agency with its grade; reviewed and published as any other text.

    As with a summary of messages, the permission is that for the matter: a draft binds nobody. Raises ValidationError.
    """
    row = locked(survey_id)
    check(reasons_against_drafting(row, actor))
    agency = publisher_of(actor)
    if agency is None:
        raise ValidationError([_("没有可以公布评议结果的单位。")])
    assert row.tally is not None and row.tallied_at is not None
    content = Content(
        title=f"{row.title}结果",
        body=body(row),
        summary=f"{row.title}：{_days(row)}进行，按优秀、良好、一般、差四个档次公布。",
        formed_on=localdate(row.tallied_at),
        category=Category.OTHER,
        topic="综合政务/政务公开",
        keywords=["社会评议"],
        extra={"kind": KIND, "period": _days(row), "digest": row.digest},
    )
    item = create_item(
        content, agency=agency, item_type=RESULT_ITEM, author=actor, at=at, source=Source(SOURCE, _key(row))
    )
    row.item = item
    row.save(update_fields=["item"])
    after = {"item": item.index_number, "digest": row.digest}
    record(row, SurveyAction.DRAFT_ITEM, actor=actor, after=after)
    tell_publishers(item, actor)
    return item


def _key(row: Survey) -> str:
    """One of an item each: a draft that was thrown away keeps its own."""
    return f"{row.slug}/{row.item_id}" if row.item_id else row.slug


def body(row: Survey) -> str:
    """The text of the item. A record, so Chinese in every language."""
    assert row.tally is not None
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "survey": row,
            "tally": row.tally,
            "lines": lines_of(row.tally),
            "grades": grade_ranges(row),
            "days": _days(row),
            "total": sum(row.tally["ballots"].values()),
            "address": row.get_absolute_url(),
        }
        return render_to_string("evaluation/survey_item.html", context)


def _days(row: Survey) -> str:
    return f"{_chinese(row.opens_on)}至{_chinese(row.closes_on)}"


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
