"""Opening, closing and cancelling a survey, and the steps that somebody records (《社会评议制度》第六条)."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.models import Item
from evaluation.models import Survey, SurveyStep
from evaluation.services.procedure import check
from evaluation.services.survey_evaluators import mix, reasons_against_few
from evaluation.services.survey_procedure import (
    finish_step,
    locked,
    move,
    reasons_against,
    reasons_against_undone,
    record,
)
from evaluation.survey_enums import SurveyAction, SurveyState, SurveyStepKind
from evaluation.survey_rules import MOST_ANSWERS, NEEDED_TO_OPEN, STEPS
from govportal.html import clean_line, clean_text
from govportal.models import User

LONGEST_NOTE = 500
LONGEST_CANCEL = 300
_CLOSED_BY_CALENDAR = "到截止日期，自动截止。"


# --- steps -------------------------------------------------------------------------------------------------------


def reasons_against_recording(row: Survey, actor: Any) -> list[str]:
    """Why no step at all can be recorded; empty when one is left."""
    reasons = reasons_against(row, SurveyAction.STEP, actor)
    by_hand = [step for step, rule in STEPS.items() if rule.is_by_hand]
    if not reasons and not row.steps.filter(step__in=by_hand, done_on=None).exists():
        reasons.append(_("各步程序都已登记完成。"))
    return reasons


def reasons_against_step(
    row: Survey, step: SurveyStepKind | str, on: date, note: str, item: Item | None, actor: Any, today: date
) -> list[str]:
    """Why this step cannot be recorded as done on that day."""
    reasons = reasons_against(row, SurveyAction.STEP, actor)
    if reasons:
        return reasons
    if step not in STEPS or not STEPS[SurveyStepKind(step)].is_by_hand:
        return [_("这一步由系统登记。")]
    found = SurveyStep.objects.get(survey=row, step=step)
    if found.done_on:
        return [_("“%(step)s”已经在 %(day)s 登记完成。") % {"step": found.get_step_display(), "day": found.done_on}]
    if on > today:
        reasons.append(_("完成日期不能在今天以后。"))
    if not any(sign.isalnum() for sign in note):
        reasons.append(_("须写明情况：怎么做的、结果怎样。评议结果公布时一并公开。"))
    if len(note) > LONGEST_NOTE:
        words = {"most": LONGEST_NOTE, "count": len(note)}
        reasons.append(_("情况说明最多 %(most)s 个字，现有 %(count)s 个字。") % words)
    if item and not Item.objects.visible_to(AnonymousUser()).filter(pk=item.pk).exists():
        reasons.append(_("刊登的告示还没有公开。"))
    return reasons + _against_kind(row, SurveyStepKind(step))


def _against_kind(row: Survey, step: SurveyStepKind) -> list[str]:
    """What the step is about must be there."""
    if step == SurveyStepKind.FORM and not row.questions.exists():
        return [_("测评表还没有题目。")]
    if (
        step == SurveyStepKind.EVALUATORS
        and not row.accepts_public
        and not row.evaluators.filter(voided_on=None).exists()
    ):
        return [_("不接受公众评议的，须先确定特邀评议人员。")]
    if step == SurveyStepKind.RESULT and row.state != SurveyState.TALLIED:
        return [_("汇总以后才有结果。")]
    return []


@transaction.atomic
def record_step(
    survey_id: int,
    step: SurveyStepKind | str,
    *,
    actor: User,
    at: datetime,
    on: date | None = None,
    note: str,
    item: Item | None = None,
) -> SurveyStep:
    """登记程序. Raises ValidationError."""
    row = locked(survey_id)
    day, words = on or localdate(at), clean_text(note)
    check(reasons_against_step(row, step, day, words, item, actor, localdate(at)))
    found = SurveyStep.objects.get(survey=row, step=step)
    found.done_on, found.done_by, found.note, found.item = day, actor, words, item
    found.save(update_fields=["done_on", "done_by", "note", "item"])
    record(row, SurveyAction.STEP, actor=actor, after={"step": str(step), "on": day.isoformat()})
    return found


# --- opening and closing -------------------------------------------------------------------------------------------


def reasons_against_opening(row: Survey, actor: Any, today: date) -> list[str]:
    """Empty when it can be opened; its first ballot is then cast on its first day."""
    reasons = reasons_against(row, SurveyAction.OPEN, actor)
    if reasons:
        return reasons
    reasons += reasons_against_undone(row, NEEDED_TO_OPEN)
    if not row.questions.exists():
        reasons.append(_("测评表还没有题目。"))
    if not row.agencies.exists():
        reasons.append(_("没有评议对象。"))
    if row.agencies.count() * row.questions.count() > MOST_ANSWERS:
        reasons.append(_("评议对象乘以题数超过 %s，一张测评表放不下，请分几次评议。") % MOST_ANSWERS)
    if row.closes_on < today:
        reasons.append(_("截止日期已经过去，请先修改。"))
    return reasons + reasons_against_few(row)


@transaction.atomic
def open_survey(survey_id: int, *, actor: User, at: datetime) -> Survey:
    """开始评议: from now on questions and agencies are fixed. Raises ValidationError."""
    row = locked(survey_id)
    check(reasons_against_opening(row, actor, localdate(at)))
    row.opened_at = at
    after = {"questions": row.questions.count(), "agencies": row.agencies.count()}
    return move(row, SurveyAction.OPEN, actor=actor, fields=("opened_at",), after=after)


@transaction.atomic
def close(survey_id: int, *, actor: User, at: datetime) -> Survey:
    """截止, before its last day too: no ballot is cast afterwards. Raises ValidationError."""
    row = locked(survey_id)
    check(reasons_against(row, SurveyAction.CLOSE, actor))
    return _close(row, actor, at, note="")


def _close(row: Survey, actor: User | None, at: datetime, note: str) -> Survey:
    row.closed_at = at
    mix(row)
    back = row.ballots.count()
    finish_step(row, SurveyStepKind.COLLECTION, actor=actor, at=at, note=f"收回评议票{back}张。")
    return move(row, SurveyAction.CLOSE, actor=actor, fields=("closed_at",), after={"ballots": back}, note=note)


def close_due(at: datetime) -> list[int]:
    """Close by the calendar whatever has passed its last day; safe to repeat. Answers which."""
    due = Survey.objects.filter(state=SurveyState.OPEN, closes_on__lt=localdate(at)).order_by("pk")
    closed = []
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic(), translation.override("zh-hans"):
            row = locked(pk)
            if row.state == SurveyState.OPEN and row.closes_on < localdate(at):
                _close(row, None, at, note=_CLOSED_BY_CALENDAR)
                closed.append(pk)
    return closed


def reasons_against_cancelling(row: Survey, because: str, actor: Any) -> list[str]:
    reasons = reasons_against(row, SurveyAction.CANCEL, actor)
    if not any(sign.isalnum() for sign in because):
        reasons.append(_("须写明取消的原因，评议开始过的会公开。"))
    if len(because) > LONGEST_CANCEL:
        words = {"most": LONGEST_CANCEL, "count": len(because)}
        reasons.append(_("最多 %(most)s 个字，现有 %(count)s 个字。") % words)
    return reasons


@transaction.atomic
def cancel(survey_id: int, because: str, *, actor: User, at: datetime) -> Survey:
    """取消, with why: whoever follows its address reads it. Raises ValidationError."""
    row = locked(survey_id)
    words = clean_line(because)
    check(reasons_against_cancelling(row, words, actor))
    row.cancelled_because = words
    mix(row)
    row.closed_at = row.closed_at or (at if row.opened_at else None)
    fields = ("cancelled_because", "closed_at")
    return move(row, SurveyAction.CANCEL, actor=actor, fields=fields, note=words)
