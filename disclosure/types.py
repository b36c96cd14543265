"""Item types as data: what each type of published item carries beyond the common metadata.

A type is a line here, never a class or a table: its extra fields live in `Edition.extra` and are
checked, shown, exported and printed from this description.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.enums import Aspect, RecordKind
from disclosure.masking import shown_party


class FieldKind(StrEnum):
    TEXT = "text"  # one line
    LONG = "long"  # several lines, plain text
    INTEGER = "integer"
    WORKING_DAYS = "working_days"  # a number; the page shows it with its unit
    AMOUNT = "amount"  # decimal number; the unit stands in the label
    DATE = "date"  # ISO 8601
    CHOICE = "choice"
    LINES = "lines"  # list of strings, shown as an ordered list
    TABLE = "table"  # list of objects with the keys of `columns`
    FLOW = "flow"  # list of steps: key, name, lane, days, note, next (list of keys)


@dataclass(frozen=True, slots=True)
class ExtraField:
    key: str
    label: Promise | str
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = False
    choices: tuple[tuple[str, Promise | str], ...] = ()
    columns: tuple[tuple[str, Promise | str], ...] = ()
    page_label: Promise | str = ""  # where the value itself carries the unit; tables need it in the label
    names_party: bool = False  # 行政相对人: of a person only a part of the name may be public

    def shown(self, value: Any) -> Any:
        """A choice by its label, a person with the name masked; any other value as it is."""
        if self.names_party:
            return shown_party(str(value or ""))
        return dict(self.choices).get(str(value), value) if self.kind == FieldKind.CHOICE else value


@dataclass(frozen=True, slots=True)
class ItemType:
    """One type of item. `required` names common metadata that must not be empty."""

    key: str
    label: Promise | str
    aspect: Aspect
    required: tuple[str, ...] = ("title", "body", "agency", "category")
    extra: tuple[ExtraField, ...] = ()
    needs_interpretation: bool = False
    needs_audit_record: bool = False
    needs_meeting_record: bool = False
    needs_second_review: bool = False  # 复审, where the agency has the people for it
    is_official_document: bool = False  # set in the 公文 layout, with first-line indent
    review_after_months: int | None = None  # continuous texts are looked through again after so long

    @property
    def records(self) -> tuple[RecordKind, ...]:
        """What must have happened before its text is published, and been recorded."""
        needed = {RecordKind.AUDIT: self.needs_audit_record, RecordKind.MEETING: self.needs_meeting_record}
        return tuple(kind for kind, is_needed in needed.items() if is_needed)

    @property
    def elements(self) -> int:
        """How many elements an edition of this type must have."""
        return len(self.required) + sum(field.is_required for field in self.extra)

    def extra_field(self, key: str) -> ExtraField | None:
        return next((field for field in self.extra if field.key == key), None)


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
DOCUMENT = ("title", "body", "agency", "category", "document_number", "formed_on")

_TYPES = (
    ItemType("general", _("一般公开信息"), Aspect.RESULT),
    ItemType(
        "normative",
        _("行政规范性文件"),
        Aspect.DECISION,
        required=(*DOCUMENT, "effective_on", "validity"),
        needs_interpretation=True,
        needs_meeting_record=True,
        needs_second_review=True,
        is_official_document=True,
        extra=(
            ExtraField("registration_number", _("规范性文件登记编号")),
            ExtraField(
                "cleanup_result",
                _("清理结果"),
                FieldKind.CHOICE,
                choices=(
                    ("kept", _("保留")),
                    ("amended", _("修改")),
                    ("abolished", _("废止")),
                    ("lapsed", _("失效")),
                ),
            ),
            ExtraField("cleanup_on", _("清理日期"), FieldKind.DATE),
        ),
    ),
    ItemType(
        "interpretation",
        _("政策解读"),
        Aspect.DECISION,
        extra=(
            ExtraField(
                "form",
                _("解读形式"),
                FieldKind.CHOICE,
                is_required=True,
                choices=(
                    ("text", _("文字解读")),
                    ("figure", _("图解")),
                    ("qa", _("政策问答")),
                    ("video", _("视频解读")),
                ),
            ),
            ExtraField("contact", _("解读单位联系电话")),
        ),
    ),
    ItemType(
        "service_guide",
        _("办事指南"),
        Aspect.SERVICE,
        review_after_months=6,
        extra=(
            ExtraField("basis", _("设定依据"), FieldKind.LINES, is_required=True),
            ExtraField("conditions", _("申请条件"), FieldKind.LINES, is_required=True),
            ExtraField("materials", _("申请材料"), FieldKind.TABLE, is_required=True, columns=MATERIAL_COLUMNS),
            ExtraField("procedure", _("办理程序"), FieldKind.LINES, is_required=True),
            ExtraField("office", _("受理机构"), is_required=True),
            ExtraField("address", _("办理地点")),
            ExtraField("hours", _("办理时间")),
            ExtraField("phone", _("咨询电话"), is_required=True),
            ExtraField("complaint_phone", _("监督电话")),
            ExtraField("statutory_days", _("法定办结时限（工作日）"), FieldKind.WORKING_DAYS, page_label=_("法定时限")),
            ExtraField("promised_days", _("承诺办结时限（工作日）"), FieldKind.WORKING_DAYS, page_label=_("承诺时限")),
            ExtraField("promise_kind", _("办件类型"), FieldKind.CHOICE, choices=PROMISE_KINDS),
            ExtraField("result", _("办理结果")),
            ExtraField("fee", _("收费依据和标准")),
            ExtraField("discipline", _("办事纪律"), FieldKind.LINES),
        ),
    ),
    ItemType(
        "power",
        _("权力事项"),
        Aspect.MANAGEMENT,
        needs_second_review=True,
        review_after_months=6,
        extra=(
            ExtraField("power_code", _("职权编码"), is_required=True),
            ExtraField("power_kind", _("职权类型"), FieldKind.CHOICE, is_required=True, choices=POWER_KINDS),
            ExtraField("subject", _("实施主体"), is_required=True),
            ExtraField("subject_nature", _("实施主体性质")),
            ExtraField("office", _("承办机构"), is_required=True),
            ExtraField("basis", _("实施依据"), FieldKind.LINES, is_required=True),
            ExtraField("conditions", _("实施条件"), FieldKind.LINES),
            ExtraField("statutory_days", _("法定时限（工作日）"), FieldKind.WORKING_DAYS, page_label=_("法定时限")),
            ExtraField("promised_days", _("承诺时限（工作日）"), FieldKind.WORKING_DAYS, page_label=_("承诺时限")),
            ExtraField("promise_kind", _("办件类型"), FieldKind.CHOICE, choices=PROMISE_KINDS),
            ExtraField("fee", _("收费依据和标准")),
            ExtraField("posts", _("办理岗位"), FieldKind.LINES),
            ExtraField("supervision_points", _("监督环节"), FieldKind.LINES),
            ExtraField("rights", _("相对人权利"), FieldKind.LINES),
            ExtraField("duties", _("责任事项"), FieldKind.LINES),
            ExtraField("complaint_channel", _("投诉渠道")),
            ExtraField("steps", _("运行流程"), FieldKind.FLOW, is_required=True),
            ExtraField("list_change", _("清单变动"), FieldKind.CHOICE, choices=LIST_CHANGES),
            ExtraField("list_change_reason", _("变动原因"), FieldKind.LONG),
        ),
    ),
    ItemType(
        "budget",
        _("预算决算"),
        Aspect.RESULT,
        needs_audit_record=True,
        needs_second_review=True,
        extra=(
            ExtraField("fiscal_year", _("财政年度"), FieldKind.INTEGER, is_required=True),
            ExtraField(
                "kind",
                _("种类"),
                FieldKind.CHOICE,
                is_required=True,
                choices=(
                    ("budget", _("预算")),
                    ("adjustment", _("预算调整")),
                    ("final_account", _("决算")),
                    ("execution", _("执行报告")),
                ),
            ),
            ExtraField("approved_on", _("批准或批复日期"), FieldKind.DATE),
            ExtraField("income", _("收入总计（万元）"), FieldKind.AMOUNT),
            ExtraField("expenditure", _("支出总计（万元）"), FieldKind.AMOUNT),
            ExtraField("hospitality", _("“三公”经费"), FieldKind.TABLE, columns=HOSPITALITY_COLUMNS),
        ),
    ),
    ItemType(
        "project",
        _("重大建设项目"),
        Aspect.EXECUTION,
        needs_meeting_record=True,
        extra=(
            ExtraField("project_code", _("项目代码"), is_required=True),
            ExtraField(
                "stage",
                _("阶段"),
                FieldKind.CHOICE,
                is_required=True,
                choices=(("planned", _("批准")), ("in_progress", _("实施")), ("result", _("竣工验收"))),
            ),
            ExtraField("investment", _("总投资（万元）"), FieldKind.AMOUNT),
            ExtraField("owner", _("项目法人")),
            ExtraField("contractor", _("施工单位")),
            ExtraField("progress", _("形象进度（%）"), FieldKind.INTEGER),
            ExtraField("starts_on", _("开工日期"), FieldKind.DATE),
            ExtraField("ends_on", _("计划竣工日期"), FieldKind.DATE),
        ),
    ),
    ItemType(
        "project_stage",
        _("重大建设项目分阶段信息"),
        Aspect.EXECUTION,
        extra=(
            ExtraField("project_aspect", _("公开方面"), FieldKind.CHOICE, is_required=True, choices=PROJECT_ASPECTS),
            ExtraField("document", _("批复或合同文号")),
            ExtraField("party", _("责任单位或相对方")),
            ExtraField("amount", _("金额（万元）"), FieldKind.AMOUNT),
            ExtraField("progress", _("形象进度（%）"), FieldKind.INTEGER),
        ),
    ),
    ItemType(
        "enforcement",
        _("行政执法结果"),
        Aspect.MANAGEMENT,
        required=("title", "body", "agency", "category", "formed_on"),
        extra=(
            ExtraField("decision_number", _("决定书文号"), is_required=True),
            ExtraField("kind", _("执法类别"), FieldKind.CHOICE, is_required=True, choices=ENFORCEMENT_KINDS),
            ExtraField("party", _("行政相对人"), is_required=True, names_party=True),
            ExtraField("party_code", _("统一社会信用代码"), names_party=True),
            ExtraField("matter", _("事由或许可内容"), is_required=True),
            ExtraField("basis", _("执法依据"), FieldKind.LINES, is_required=True),
            ExtraField("result", _("决定内容"), is_required=True),
            ExtraField("decided_on", _("决定日期"), FieldKind.DATE, is_required=True),
            ExtraField("shown_until", _("公示期至"), FieldKind.DATE),
        ),
    ),
    ItemType("correction", _("更正公告"), Aspect.RESULT),
    ItemType(
        "appointment",
        _("人事任免"),
        Aspect.RESULT,
        required=("title", "body", "agency", "category", "formed_on"),
        needs_meeting_record=True,
        extra=(
            ExtraField(
                "action",
                _("类别"),
                FieldKind.CHOICE,
                is_required=True,
                choices=(
                    ("appoint", _("任职")),
                    ("remove", _("免职")),
                    ("notice", _("任前公示")),
                    ("recruit", _("招录招聘")),
                ),
            ),
            ExtraField(
                "people",
                _("人员"),
                FieldKind.TABLE,
                columns=(("name", _("姓名")), ("post", _("职务")), ("change", _("任免"))),
            ),
            ExtraField("notice_ends_on", _("公示截止日期"), FieldKind.DATE),
        ),
    ),
    ItemType(
        "proposal_reply",
        _("建议提案答复"),
        Aspect.RESULT,
        required=DOCUMENT,
        is_official_document=True,
        extra=(
            ExtraField(
                "proposal_kind",
                _("类别"),
                FieldKind.CHOICE,
                is_required=True,
                choices=(("npc", _("人大代表建议")), ("cppcc", _("政协提案"))),
            ),
            ExtraField("session", _("届次"), is_required=True),
            ExtraField("proposal_number", _("编号"), is_required=True),
            ExtraField("proposer", _("领衔代表或委员")),
            ExtraField(
                "handling",
                _("办理结果"),
                FieldKind.CHOICE,
                choices=(
                    ("a", _("A类：已解决或基本解决")),
                    ("b", _("B类：正在解决或列入计划")),
                    ("c", _("C类：留作参考")),
                ),
            ),
        ),
    ),
    ItemType(
        "annual_report",
        _("政府信息公开年度报告"),
        Aspect.RESULT,
        extra=(ExtraField("report_year", _("报告年度"), FieldKind.INTEGER, is_required=True),),
    ),
    ItemType(
        "duties",
        _("机构职能"),
        Aspect.MANAGEMENT,
        review_after_months=6,
        extra=(
            ExtraField("duties", _("主要职责"), FieldKind.LINES, is_required=True),
            ExtraField("commitments", _("对外承诺"), FieldKind.LINES),
        ),
    ),
    ItemType(
        "leader",
        _("领导信息"),
        Aspect.MANAGEMENT,
        review_after_months=6,
        extra=(
            ExtraField("name", _("姓名"), is_required=True),
            ExtraField("post", _("职务"), is_required=True),
            ExtraField("division", _("分工"), FieldKind.LONG, is_required=True),
        ),
    ),
    ItemType(
        "feedback_summary",
        _("投诉与反映办理情况"),
        Aspect.RESULT,
        extra=(
            ExtraField("period", _("统计期间"), is_required=True),
            ExtraField("received", _("收到（件）"), FieldKind.INTEGER),
            ExtraField("answered", _("办结（件）"), FieldKind.INTEGER),
            ExtraField("on_time", _("按期办结（件）"), FieldKind.INTEGER),
        ),
    ),
    ItemType(
        "gazette",
        _("政府公报"),
        Aspect.RESULT,
        extra=(
            ExtraField("year", _("年份"), FieldKind.INTEGER, is_required=True),
            ExtraField("issue", _("期号"), FieldKind.INTEGER, is_required=True),
            ExtraField("contents", _("目录"), FieldKind.LINES, is_required=True),
        ),
    ),
)

ITEM_TYPES: Mapping[str, ItemType] = MappingProxyType({kind.key: kind for kind in _TYPES})
ITEM_TYPE_CHOICES = [(kind.key, kind.label) for kind in _TYPES]


def missing_elements(type_key: str, values: Mapping[str, Any], extra: Mapping[str, Any]) -> list[str]:
    """Keys of required metadata and extra fields that are empty: the base of 规范率 (domain §5)."""
    kind = ITEM_TYPES[type_key]
    missing = [key for key in kind.required if values.get(key) in (None, "", [])]
    missing += [f"extra.{f.key}" for f in kind.extra if f.is_required and extra.get(f.key) in (None, "", [])]
    return missing
