"""What the fields of a type must be to each other before the text is sent to review. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ConsultationRule:
    """How long the public is asked at least. A shorter time needs its reason, published with the draft."""

    days: int
    basis: str


CONSULTATION = ConsultationRule(30, "《重大行政决策程序暂行条例》（国务院令第713号）第十五条")


def day_of(value: Any) -> date | None:
    """A day as extra fields keep it (ISO 8601); None for what is none."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day and day.isoformat() == value else None  # no week, nothing without hyphens


def consultation_faults(extra: Mapping[str, Any]) -> list[str]:
    """The first day is not counted (民法典第二百零一条)."""
    labels = {
        "opens_on": _("征求意见开始日期"),
        "closes_on": _("征求意见截止日期"),
        "outcome_by": _("采纳情况公布期限"),
    }
    days = {name: day_of(extra.get(name)) for name in labels}
    reasons = [
        _("“%(label)s”不是日期：%(value)s。") % {"label": label, "value": str(extra[name])[:40]}
        for name, label in labels.items()
        if extra.get(name) and days[name] is None
    ]
    opens_on, closes_on, outcome_by = days["opens_on"], days["closes_on"], days["outcome_by"]
    if opens_on and closes_on:
        asked = (closes_on - opens_on).days
        if asked < 0:
            reasons.append(_("征求意见截止日期早于开始日期。"))
        elif asked < CONSULTATION.days and not str(extra.get("short_reason") or "").strip():
            words = {"days": asked, "least": CONSULTATION.days, "basis": CONSULTATION.basis}
            reasons.append(_("征求意见只有%(days)d日，少于%(least)d日的须写明理由（%(basis)s）。") % words)
    if closes_on and outcome_by and outcome_by < closes_on:
        reasons.append(_("采纳情况公布期限早于征求意见截止日期。"))
    return reasons


def evaluation_faults(extra: Mapping[str, Any]) -> list[str]:
    """Scores and grades name the digest of what they were frozen as; a case of accountability has no table."""
    digest = str(extra.get("digest") or "")
    if digest and not _DIGEST.fullmatch(digest):
        return [_("“结果数据摘要”应当是64位小写十六进制数。")]
    if not digest and extra.get("kind") in {"score", "survey"}:
        return [_("考核成绩和社会评议须填写结果数据摘要。")]
    return []
