"""Words of the assessment: stored values, official Chinese labels (domain §9)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

RESULT_ITEM = "evaluation_result"  # 考核评议结果: the item that publishes what came out


class SetState(TextChoices):
    """考核指标体系: drawn up, in force for rounds, and followed by another."""

    DRAFT = "draft", _("编制中")
    IN_FORCE = "in_force", _("施行中")
    RETIRED = "retired", _("已停用")


class IndicatorMode(TextChoices):
    AUTOMATIC = "automatic", _("自动")
    MANUAL = "manual", _("人工")


class Formula(TextChoices):
    """How faults become points. Manual indicators are always by deduction."""

    SHARE = "share", _("按比例得分")
    DEDUCT = "deduct", _("每例扣分")


class Frequency(TextChoices):
    MONTHLY = "MONTHLY", _("每月")
    QUARTERLY = "QUARTERLY", _("每季度")
    HALF_YEAR = "HALF_YEAR", _("每半年")
    ANNUAL = "ANNUAL", _("每年")


class RoundKind(TextChoices):
    DAILY = "daily", _("日常检查")
    SPOT = "spot", _("半年抽查")
    YEAR_END = "year_end", _("年终考核")
    CROSS = "cross", _("交叉检查")
    THIRD_PARTY = "third_party", _("第三方评估")


class RoundState(TextChoices):
    """Published is no state: a round is public while its item is (as an annual report)."""

    DRAFT = "draft", _("准备中")
    OPEN = "open", _("评分中")
    FEEDBACK = "feedback", _("征求异议")
    FROZEN = "frozen", _("已定分")
    CANCELLED = "cancelled", _("已取消")


class CheckResult(TextChoices):
    """What was found of one manual indicator at one agency. Not yet looked at: there is no row."""

    CLEAR = "clear", _("未发现问题")
    FOUND = "found", _("发现问题")
    NOT_APPLICABLE = "not_applicable", _("不涉及")


class FindingSource(TextChoices):
    INSPECTION = "inspection", _("考核组")
    SUPERVISOR = "supervisor", _("监督员")
    CROSS = "cross", _("交叉检查")
    THIRD_PARTY = "third_party", _("第三方评估")
    CARRIED = "carried", _("平时检查转入")


class FindingState(TextChoices):
    PROPOSED = "proposed", _("待采纳")
    STANDING = "standing", _("已认定")
    REJECTED = "rejected", _("不采纳")
    WITHDRAWN = "withdrawn", _("已撤销")


class ObjectionState(TextChoices):
    FILED = "filed", _("已提出")
    HEARD = "heard", _("已听取意见")
    RULED = "ruled", _("已裁定")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_OBJECTIONS = (ObjectionState.FILED, ObjectionState.HEARD)


class Ruling(TextChoices):
    UPHELD = "upheld", _("支持")
    PARTLY = "partly", _("部分支持")
    DISMISSED = "dismissed", _("不支持")


class Grade(TextChoices):
    EXCELLENT = "excellent", _("优秀")
    GOOD = "good", _("良好")
    FAIR = "fair", _("一般")
    POOR = "poor", _("差")
