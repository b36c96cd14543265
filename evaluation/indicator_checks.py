"""Whether a set of indicators is whole: what must be put right before it can be in force. Asks nothing of the
database: it looks at the rows it is given."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from evaluation.enums import Formula, IndicatorMode
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Indicator, IndicatorGroup
from evaluation.models.indicator_set import FULL
from evaluation.scorecard_words import shown

_NOTHING = Decimal("0.00")


def marks(indicators: Iterable[Indicator]) -> Decimal:
    return sum((one.full_marks for one in indicators), _NOTHING)


def weights(groups: Iterable[IndicatorGroup]) -> Decimal:
    return sum((group.weight for group in groups), _NOTHING)


def faults(groups: Sequence[IndicatorGroup], indicators: Sequence[Indicator]) -> list[str]:
    """Each a sentence that names the group or indicator and the number. Empty: the set may be in force."""
    if not groups:
        return [_("还没有指标组。")]
    found = []
    if (whole := weights(groups)) != FULL:
        found.append(_("各指标组的权重合计 %(sum)s，须是 100。") % {"sum": shown(whole)})
    for group in groups:
        found += group_faults(group, [one for one in indicators if one.group_id == group.pk])
    uses = Counter(one.measure for one in indicators if one.measure)
    found += [
        _("自动指标“%(measure)s”用了 %(count)s 次，只能用一次。") % {"measure": label_of(measure), "count": count}
        for measure, count in uses.items()
        if count > 1
    ]
    for one in indicators:
        found += indicator_faults(one)
    return found


def group_faults(group: IndicatorGroup, indicators: Sequence[Indicator]) -> list[str]:
    if not indicators:
        return [_("指标组“%s”还没有指标。") % group.name]
    if (whole := marks(indicators)) != group.weight:
        words = {"group": group.name, "weight": shown(group.weight), "sum": shown(whole)}
        return [_("指标组“%(group)s”的权重是 %(weight)s，各条满分合计 %(sum)s。") % words]
    return []


def indicator_faults(one: Indicator) -> list[str]:
    """A manual indicator without amounts is whole: the inspector types what a fault takes off."""
    return [_("指标 %(code)s：%(fault)s") % {"code": one.code, "fault": fault} for fault in _of(one)]


def _of(one: Indicator) -> Iterator[str]:
    if not one.text.strip():
        yield _("没有评分细则。")
    if one.mode == IndicatorMode.AUTOMATIC:
        if one.measure not in AUTOMATIC_INDICATORS:
            yield _("自动指标“%s”不在自动指标库中。") % one.measure
        if one.formula == Formula.DEDUCT and len(one.deductions) != 1:
            yield _("按每例扣分的自动指标须写明每例扣多少分，只写一个数。")
    for text in one.deductions:
        amount = amount_of(text)
        if amount is None or amount <= 0:
            yield _("扣分“%s”须是大于 0 的数，最多两位小数。") % str(text)[:20]
        elif amount > one.full_marks:
            yield _("每次扣 %(amount)s 分，超过满分 %(full)s 分。") % {
                "amount": shown(amount), "full": shown(one.full_marks),
            }  # fmt: skip


def amount_of(text: object) -> Decimal | None:
    """The amount, as it stands in `deductions`; None if it is none."""
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) > FULL or amount != amount.quantize(Decimal("0.01")):
        return None
    return amount


def label_of(measure: str) -> str:
    known = AUTOMATIC_INDICATORS.get(measure)
    return str(known.label) if known else measure
