"""The words a field of an item type may be chosen from, and the columns of its tables."""

from django.utils.translation import gettext_lazy as _

POWER_KINDS = (
    ("licence", _("行政许可")),
    ("penalty", _("行政处罚")),
    ("coercion", _("行政强制")),
    ("levy", _("行政征收")),
    ("payment", _("行政给付")),
    ("inspection", _("行政检查")),
    ("confirmation", _("行政确认")),
    ("reward", _("行政奖励")),
    ("adjudication", _("行政裁决")),
    ("other", _("其他行政权力")),
)
PROMISE_KINDS = (("at_once", _("即办件")), ("promised", _("承诺件")))
LIST_CHANGES = (
    ("added", _("新增")),
    ("cancelled", _("取消")),
    ("delegated", _("下放")),
    ("merged", _("合并")),
    ("adjusted", _("调整")),
)
MATERIAL_COLUMNS = (
    ("name", _("材料名称")),
    ("form", _("形式")),
    ("copies", _("份数")),
    ("source", _("来源")),
    ("note", _("备注")),
)
HOSPITALITY_COLUMNS = (
    ("item", _("项目")),
    ("budget", _("预算数（万元）")),
    ("actual", _("决算数（万元）")),
    ("last_year", _("上年数（万元）")),
    ("count", _("批次、人次或车辆数")),
    ("reason", _("增减原因")),
)
# 重点建设项目公开的十个方面（豫办〔2016〕: 推进重点建设项目执行情况的公开）, from approval to acceptance.
PROJECT_ASPECTS = (
    ("approval", _("审批结果")),
    ("progress", _("项目进展")),
    ("bidding", _("招标投标")),
    ("land", _("土地征收")),
    ("design_change", _("设计变更")),
    ("construction", _("施工管理")),
    ("contract", _("合同履约")),
    ("quality", _("质量安全")),
    ("funds", _("资金管理")),
    ("acceptance", _("竣工验收")),
)
# 行政执法公示 (国办发〔2018〕118号): 许可 and 处罚 within 7 working days, all other results within 20.
ENFORCEMENT_KINDS = (
    ("licence", _("行政许可")),
    ("penalty", _("行政处罚")),
    ("coercion", _("行政强制")),
    ("inspection", _("行政检查")),
    ("levy", _("行政征收")),
    ("other", _("其他执法行为")),
)
EVALUATION_KINDS = (
    ("score", _("考核成绩")),
    ("survey", _("社会评议")),
    ("accountability", _("责任追究")),
)
