"""Setting up a survey: what is asked about whom, and when. Open to change until it opens, and fixed from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import Survey, SurveyQuestion, SurveyStep
from evaluation.services.procedure import check
from evaluation.services.survey_procedure import (
    locked,
    reasons_against,
    reasons_against_role,
    record,
)
from evaluation.survey_enums import SurveyAction, SurveyAspect, SurveyStepKind
from evaluation.survey_rules import DEFAULT_QUESTIONS, MOST_QUESTIONS, STEPS
from govportal import access
from govportal.html import clean_line, clean_text
from govportal.models import Agency, User

LONGEST_QUESTION = 200
LONGEST_SURVEY = 366  # days
_COLUMNS = (
    "title", "introduction", "opens_on", "closes_on", "accepts_public", "excellent_from", "good_from", "fair_from",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a survey is set up with; `agencies` are those that are rated."""

    title: str
    opens_on: date
    closes_on: date
    agencies: Sequence[Agency]
    introduction: str = ""
    accepts_public: bool = True
    excellent_from: int = 90
    good_from: int = 80
    fair_from: int = 60


@dataclass(frozen=True, slots=True)
class Question:
    aspect: SurveyAspect | str
    text: str
    is_required: bool = True


def ratable(actor: Any) -> QuerySet[Agency]:
    """行政机关以及与人民群众利益密切相关的公共企事业单位 (第四条), without those this person is of."""
    agencies = Agency.objects.active().exclude(pk__in=access.own_agencies(actor))
    return agencies.order_by("position", "name", "pk")


# --- reasons -----------------------------------------------------------------------------------------------------


def reasons_against_setting(setting: Setting, actor: Any, today: date) -> list[str]:
    """What is missing or cannot be taken."""
    reasons = []
    if not any(sign.isalnum() for sign in setting.title):
        reasons.append(_("请填写名称。"))
    if setting.closes_on < setting.opens_on:
        reasons.append(_("截止日期不能早于开始日期。"))
    elif (setting.closes_on - setting.opens_on).days > LONGEST_SURVEY:
        reasons.append(_("评议最长 %s 天。") % LONGEST_SURVEY)
    if setting.closes_on < today:
        reasons.append(_("截止日期已经过去。"))
    if not 100 >= setting.excellent_from > setting.good_from > setting.fair_from >= 0:
        reasons.append(_("优秀、良好、一般的起点须从高到低，在0和100之间。"))
    if not setting.agencies:
        reasons.append(_("请选择评议对象。"))
    own = access.own_agencies(actor)
    reasons += [
        _("%s是您所在的单位，不能由您组织评议。") % agency.display_name
        for agency in setting.agencies
        if agency.pk in own
    ]
    return reasons


def reasons_against_questions(questions: Sequence[Question]) -> list[str]:
    reasons = []
    if not questions:
        reasons.append(_("测评表至少要有一题。"))
    if len(questions) > MOST_QUESTIONS:
        reasons.append(_("测评表最多 %s 题。") % MOST_QUESTIONS)
    if questions and not any(question.is_required for question in questions):
        reasons.append(_("至少要有一题是必答的。"))
    for place, question in enumerate(questions, 1):
        if question.aspect not in SurveyAspect.values:
            reasons.append(_("第 %s 题没有选择评议内容。") % place)
        if not any(sign.isalnum() for sign in question.text):
            reasons.append(_("第 %s 题没有写题目。") % place)
        if len(question.text) > LONGEST_QUESTION:
            reasons.append(_("第 %(place)s 题超过 %(most)s 字。") % {"place": place, "most": LONGEST_QUESTION})
    texts = [clean_line(question.text) for question in questions]
    if len(set(texts)) < len(texts):
        reasons.append(_("有两题完全相同。"))
    return reasons


# --- verbs -------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(setting: Setting, *, slug: str, actor: User, at: datetime, copied: Survey | None = None) -> Survey:
    """筹备: with the questions of an earlier survey, or those the rules name. Raises ValidationError."""
    check(reasons_against_role(actor))
    check(reasons_against_setting(setting, actor, localdate(at)))
    check([_("网址代号 invited 已作他用，请换一个。")] if slug == "invited" else [])
    row = Survey(slug=slug, **_values(setting))
    row.full_clean(exclude={"item"})
    row.save(force_insert=True)
    row.agencies.set(setting.agencies)
    SurveyStep.objects.bulk_create(
        SurveyStep(survey=row, step=step, due_on=rule.due_on(row.opens_on, row.closes_on))
        for step, rule in STEPS.items()
    )
    _write_questions(row, _questions_of(copied) if copied else _default_questions())
    after = {"slug": row.slug, "agencies": len(setting.agencies), "copied_from": copied.slug if copied else ""}
    record(row, "start", actor=actor, after=after)
    return row


def _values(setting: Setting) -> dict[str, Any]:
    values = {name: getattr(setting, name) for name in _COLUMNS}
    return values | {"title": clean_line(setting.title), "introduction": clean_text(setting.introduction)}


def _default_questions() -> list[Question]:
    return [Question(aspect, text) for aspect, text in DEFAULT_QUESTIONS.items()]


def _questions_of(survey: Survey) -> list[Question]:
    rows = survey.questions.order_by("position").values_list("aspect", "text", "is_required")
    return [Question(*values) for values in rows]


@transaction.atomic
def edit(survey_id: int, setting: Setting, *, actor: User, at: datetime) -> Survey:
    """修改设置 before it opens: days, thresholds, whom it is about. Raises ValidationError."""
    row = locked(survey_id)
    check(reasons_against(row, SurveyAction.EDIT, actor))
    check(reasons_against_setting(setting, actor, localdate(at)))
    before = {name: str(getattr(row, name)) for name in _COLUMNS} | {"agencies": row.agencies.count()}
    for name, value in _values(setting).items():
        setattr(row, name, value)
    row.full_clean(exclude={"item", "slug"})
    row.save(update_fields=[*_COLUMNS])
    row.agencies.set(setting.agencies)
    _set_days(row)
    after = {name: str(getattr(row, name)) for name in _COLUMNS} | {"agencies": len(setting.agencies)}
    changed = [name for name in after if before[name] != after[name] and name != "introduction"]
    record(
        row, SurveyAction.EDIT, actor=actor,
        before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
    )  # fmt: skip
    return row


def _set_days(row: Survey) -> None:
    """The last days of the steps still to be done."""
    for step in SurveyStep.objects.filter(survey=row, done_on=None):
        step.due_on = STEPS[SurveyStepKind(step.step)].due_on(row.opens_on, row.closes_on)
        step.save(update_fields=["due_on"])


@transaction.atomic
def set_questions(survey_id: int, questions: Sequence[Question], *, actor: User) -> Survey:
    """编制测评表: all of them, in their order. Raises ValidationError."""
    row = locked(survey_id)
    check(reasons_against(row, SurveyAction.ASK, actor))
    check(reasons_against_questions(questions))
    before = row.questions.count()
    row.questions.all().delete()
    _write_questions(row, questions)
    record(row, SurveyAction.ASK, actor=actor, before={"questions": before}, after={"questions": len(questions)})
    return row


def _write_questions(row: Survey, questions: Sequence[Question]) -> None:
    SurveyQuestion.objects.bulk_create(
        SurveyQuestion(
            survey=row,
            position=position,
            aspect=question.aspect,
            text=clean_line(question.text),
            is_required=question.is_required,
        )
        for position, question in enumerate(questions, 1)
    )


@transaction.atomic
def extend(survey_id: int, closes_on: date, *, actor: User, at: datetime, note: str) -> Survey:
    """延长截止日期 of an open survey, never to an earlier day. Raises ValidationError."""
    row = locked(survey_id)
    check(reasons_against_extending(row, closes_on, note, actor, localdate(at)))
    before = row.closes_on
    row.closes_on = closes_on
    row.save(update_fields=["closes_on"])
    _set_days(row)
    record(
        row, SurveyAction.EXTEND, actor=actor, note=clean_text(note),
        before={"closes_on": before.isoformat()}, after={"closes_on": closes_on.isoformat()},
    )  # fmt: skip
    return row


def reasons_against_extending(row: Survey, closes_on: date, note: str, actor: Any, today: date) -> list[str]:
    reasons = reasons_against(row, SurveyAction.EXTEND, actor)
    if closes_on <= row.closes_on or closes_on < today:
        reasons.append(_("新的截止日期须晚于原来的截止日期，也不能早于今天。"))
    elif (closes_on - row.opens_on).days > LONGEST_SURVEY:
        reasons.append(_("评议最长 %s 天。") % LONGEST_SURVEY)
    if not any(sign.isalnum() for sign in note):
        reasons.append(_("须写明延长的理由。"))
    return reasons
