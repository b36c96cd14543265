"""Item types as data: what each type of published item carries beyond the common metadata.

A type is a line here, never a class or a table: its extra fields live in `Edition.extra` and are
checked, shown, exported and printed from this description.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from disclosure import type_rules
from disclosure.enums import Aspect
from disclosure.type_choices import (
    ENFORCEMENT_KINDS,
    EVALUATION_KINDS,
    HOSPITALITY_COLUMNS,
    LIST_CHANGES,
    MATERIAL_COLUMNS,
    POWER_KINDS,
    PROJECT_ASPECTS,
    PROMISE_KINDS,
)
from disclosure.type_fields import ExtraField, FieldKind, ItemType

__all__ = [
    "ENFORCEMENT_KINDS",
    "HOSPITALITY_COLUMNS",
    "ITEM_TYPES",
    "ITEM_TYPE_CHOICES",
    "POWER_KINDS",
    "PROJECT_ASPECTS",
    "ExtraField",
    "FieldKind",
    "ItemType",
    "missing_elements",
]

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
    ItemType(
        "consultation",
        _("意见征集"),
        Aspect.DECISION,
        faults=type_rules.consultation_faults,
        extra=(
            ExtraField("opens_on", _("征求意见开始日期"), FieldKind.DATE, is_required=True),
            ExtraField("closes_on", _("征求意见截止日期"), FieldKind.DATE, is_required=True),
            ExtraField(
                "outcome_by",
                _("采纳情况公布期限"),
                FieldKind.DATE,
                is_required=True,
                hint=_("最迟在这一天公布意见采纳情况；到期没有公布的，公告页面会写明逾期。"),
            ),
            ExtraField("way", _("提意见的方式"), FieldKind.LINES, is_required=True),
            ExtraField(
                "short_reason",
                _("缩短期限的理由"),
                FieldKind.LONG,
                hint=_("征求意见一般不少于30日；少于30日的，必须写明理由，理由随公告公开。"),
            ),
        ),
    ),
    ItemType(
        "evaluation_result",
        _("考核评议结果"),
        Aspect.RESULT,
        faults=type_rules.evaluation_faults,
        extra=(
            ExtraField("kind", _("种类"), FieldKind.CHOICE, is_required=True, choices=EVALUATION_KINDS),
            ExtraField("period", _("考核评议期间"), is_required=True),
            ExtraField(
                "digest",
                _("结果数据摘要（SHA-256）"),
                FieldKind.DIGEST,
                hint=_("64位十六进制数，责任追究可以不填。"),
            ),
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
