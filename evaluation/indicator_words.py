"""What the tables of cities call their columns, and the words that stand in them."""

import re
import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from evaluation.enums import Formula, Frequency, IndicatorMode

# The order of the columns we write; the first name of each is the one we write.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "code": ("rule_id", "代码", "指标代码", "编号"),
    "group": ("section", "指标组", "一级指标", "板块", "部分"),
    "weight": ("section_weight_pct", "权重", "指标组权重", "板块权重"),
    "topic": ("indicator", "指标", "指标名称", "二级指标"),
    "item_no": ("item_no", "条", "条号", "序号"),
    "text": ("text", "评分细则", "评分标准", "考核内容"),
    "deductions": ("deductions", "每次扣分", "扣分", "扣分值"),
    "frequency": ("frequency", "频次", "考核频次", "监测频次"),
    "mode": ("mode", "方式", "考核方式"),
    "measure": ("measure", "自动指标"),
    "formula": ("formula", "计分", "计分方式"),
    "full_marks": ("full_marks", "满分", "分值"),
    "cap": ("cap", "扣分上限"),
    "evidence_required": ("evidence_required", "须附证据"),
}
REQUIRED = ("code", "group", "weight", "topic", "text")
LABELS = {
    "code": _("代码"),
    "group": _("指标组"),
    "weight": _("权重"),
    "topic": _("指标"),
    "item_no": _("条"),
    "text": _("评分细则"),
    "deductions": _("每次扣分"),
    "frequency": _("频次"),
    "mode": _("方式"),
    "measure": _("自动指标"),
    "formula": _("计分"),
    "full_marks": _("满分"),
    "cap": _("扣分上限"),
    "evidence_required": _("须附证据"),
}
FREQUENCIES: Mapping[str, Frequency] = {
    **{value.lower(): Frequency(value) for value in Frequency.values},
    **dict.fromkeys(("每月", "月", "月度", "每月1次"), Frequency.MONTHLY),
    **dict.fromkeys(("每季度", "每季", "季", "季度", "每季度1次"), Frequency.QUARTERLY),
    **dict.fromkeys(("每半年", "半年", "半年度", "每半年1次"), Frequency.HALF_YEAR),
    **dict.fromkeys(("每年", "年", "年度", "每年1次"), Frequency.ANNUAL),
}
MODES: Mapping[str, IndicatorMode] = {
    "automatic": IndicatorMode.AUTOMATIC,
    "自动": IndicatorMode.AUTOMATIC,
    "manual": IndicatorMode.MANUAL,
    "人工": IndicatorMode.MANUAL,
}
FORMULAS: Mapping[str, Formula] = {
    "share": Formula.SHARE,
    "按比例得分": Formula.SHARE,
    "按比例": Formula.SHARE,
    "deduct": Formula.DEDUCT,
    "每例扣分": Formula.DEDUCT,
    "扣分": Formula.DEDUCT,
}
YES, NO = frozenset({"true", "yes", "y", "1", "是", "√", "✓"}), frozenset({"", "false", "no", "n", "0", "否", "×"})


def folded(text: str) -> str:
    """Full and half width are one, case too."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def key(header: str) -> str:
    """权重（%） and section_weight_pct as they are looked up."""
    return re.sub(r"[\s_()%·:.]", "", folded(header))
