"""公开摘要: what everybody may read of a decided case, drafted as an item for the ordinary review.

With the least that says what was done: the agency, the facts that may be public, the clause, the measures, and how many
of which part were dealt with how. No person is named, nor the post of one, which in a small office is a name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import Category
from disclosure.models import IndexCounter, Item
from disclosure.services.draft import Content, Source, create_item
from evaluation.accountability_enums import CaseAction, Measure, Part, Responsibility
from evaluation.accountability_rules import MEASURES, person_words
from evaluation.enums import RESULT_ITEM
from evaluation.models import AccountabilityCase, Respondent
from evaluation.services.accountability_procedure import (
    check,
    locked,
    move,
    reasons_against,
    reasons_against_publishing,
    reasons_against_words,
    respondents_of,
)
from evaluation.services.item_drafts import tell_publishers
from govportal import personal_data
from govportal.html import from_text
from govportal.models import User

SOURCE = "accountability"
EXTRA_KIND = "accountability"
MOST_TITLE, MOST_TEXT = 200, 5000
# What the drafter is told is not in it, and why.
LEFT_OUT: Sequence[tuple[Promise | str, Promise | str]] = (
    (gettext_lazy("责任人的姓名"), gettext_lazy("公开不以处分个人示众为目的；按身份写人数，足以说明怎样处理。")),
    (gettext_lazy("责任人的职务"), gettext_lazy("小单位里写出职务就等于写出姓名。")),
    (gettext_lazy("陈述和申辩、采纳情况"), gettext_lazy("是个人的话，只供办案。")),
    (gettext_lazy("未公开的事实、决定的理由"), gettext_lazy("可能涉及他人；公开的只有立案时确认可以公开的事实。")),
    (gettext_lazy("线索来源"), gettext_lazy("被追究单位和公众不得从中看出有人投诉。")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    title: str
    text: str


def composed(row: AccountabilityCase, people: Sequence[Respondent]) -> Summary:
    """What the portal proposes. An official text is Chinese, whatever language the page has."""
    assert row.decided_on is not None
    with translation.override(settings.LANGUAGE_CODE):
        day = f"{row.decided_on.year}年{row.decided_on.month}月{row.decided_on.day}日"
        lines = [
            f"{row.agency.name}“{row.trigger_words}”，属于{row.basis}规定的情形。",
            row.public_facts,
            f"{row.office.name}{_hearing_words(people)}后，于{day}决定：",
            _agency_words(row),
            *_people_words(people),
        ]
    return Summary(title=f"关于对{row.agency.name}责任追究情况的通报", text="\n".join(lines))


def _hearing_words(people: Sequence[Respondent]) -> str:
    """What happened: who has waived was not heard."""
    if not any(who.heard_on for who in people):
        return "在有关责任人书面放弃陈述和申辩"
    return "听取有关责任人的陈述和申辩" + ("（有责任人书面放弃）" if any(who.waived_on for who in people) else "")


def _agency_words(row: AccountabilityCase) -> str:
    if not row.agency_measure:
        return "对单位不另作处理，责令改正并书面报告改正情况。"
    return f"对单位{MEASURES[Measure(row.agency_measure)].agency_part}。"


def _people_words(people: Sequence[Respondent]) -> list[str]:
    """承办人1名，承担主要责任，…: counted by part, by what they bear and by what was done."""
    counted = Counter((who.part, who.responsibility, who.measure, who.measure_form) for who in people)
    return [
        f"{Part(part).label}{count}名，{_borne(responsibility)}，{_treated(measure, form)}。"
        for (part, responsibility, measure, form), count in counted.items()
    ]


def _borne(responsibility: str) -> str:
    bears = Responsibility(responsibility)
    return str(bears.label) if bears == Responsibility.NONE else f"承担{bears.label}"


def _treated(measure: str, form: str) -> str:
    return person_words(measure, form) if measure else "不作处理"


def reasons_against_summary(row: AccountabilityCase, summary: Summary, actor: Any) -> list[str]:
    """Why this summary cannot be drafted; empty when it can."""
    if reasons := reasons_against(row, CaseAction.SUMMARISE, actor):
        return reasons
    if row.summary and not AccountabilityCase.objects.without_summary().filter(pk=row.pk).exists():
        reasons.append(_("已经拟制公开摘要：%s。") % row.summary)
    missing = _("请填写标题和摘要。")
    reasons += reasons_against_words(summary.title, missing=missing, most=MOST_TITLE, label=_("标题"))
    reasons += reasons_against_words(summary.text, missing=missing, most=MOST_TEXT, label=_("摘要"))
    text = f"{summary.title}\n{summary.text}"
    if personal_data.names(text, [who.post for who in respondents_of(row)]):
        reasons.append(_("摘要里有责任人的职务，请改为按身份写人数。"))
    return reasons + reasons_against_publishing(row, _without_rules(row, text))


def _without_rules(row: AccountabilityCase, text: str) -> str:
    """The text without the clause, which may itself speak of complaints (第九条第（一）项)."""
    return text.replace(row.trigger_words, "").replace(row.basis, "")


def _running_number() -> str:
    counter = IndexCounter.locked("accountability summaries")
    counter.last += 1
    counter.save(update_fields=["last"])
    return str(counter.last)


@transaction.atomic
def draft_summary(case_id: int, summary: Summary, *, actor: User, at: datetime) -> Item:
    """拟制公开摘要: a draft item of the office, which others sign. Raises ValidationError.

    The permission is that for the case: a draft binds nobody (ADR 0012).
    """
    row = locked(case_id)
    check(reasons_against_summary(row, summary, actor))
    assert row.decided_on is not None
    item = create_item(
        Content(
            title=summary.title,
            body=from_text(summary.text),
            formed_on=row.decided_on,
            category=Category.PERSONNEL,
            topic="综合政务/政务公开",
            keywords=["责任追究"],
            extra={"kind": EXTRA_KIND, "period": f"{row.decided_on.year}年{row.decided_on.month}月", "digest": ""},
        ),
        agency=row.office,
        item_type=RESULT_ITEM,
        author=actor,
        at=at,
        source=Source(SOURCE, _running_number()),
    )
    row.summary = item
    move(row, CaseAction.SUMMARISE, actor=actor, at=at, fields=("summary",), after={"item": item.index_number})
    tell_publishers(item, actor)
    return item
