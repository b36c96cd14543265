"""Closed vocabularies of accountability (责任追究). The label is the official Chinese wording.

Articles are those of 《政务公开暨行政权力公开透明运行工作责任追究办法》; which of them holds from when is in
accountability_rules.py.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TriggerGroup(TextChoices):
    """What somebody is held to account for: 第五条至第九条, one group an article."""

    NOT_DISCLOSED = "not_disclosed", _("应当公开而未公开")
    DEFECTIVE = "defective", _("公开不全面、不及时、不真实")
    IRREGULAR = "irregular", _("权力运行不规范")
    NOT_REPORTED = "not_reported", _("不能按时报送有关材料")
    UNSUPERVISED = "unsupervised", _("监督管理不到位")


class CaseState(TextChoices):
    """Where a case stands. The procedure is in accountability_workflow.py; overdue is a query, never a state."""

    OPENED = "opened", _("已立案")
    HEARD = "heard", _("已听取陈述")
    DECIDED = "decided", _("已决定")
    CORRECTED = "corrected", _("已报告改正")
    CLOSED = "closed", _("已结案")
    DROPPED = "dropped", _("不予追究")


# Those in which somebody is held to account.
RULED_CASES = (CaseState.DECIDED, CaseState.CORRECTED, CaseState.CLOSED)
ENDED_CASES = (CaseState.CLOSED, CaseState.DROPPED)


class CaseAction(TextChoices):
    """What can be done to a case (accountability_workflow.py says from where, to where and by whom); OPEN makes it,
    and WITHDRAW follows from a DIVIDE that charges somebody with what he was not told."""

    OPEN = "open", _("立案")
    AMEND = "amend", _("修改查明的事实")
    NAME = "name", _("登记责任人")
    STRIKE = "strike", _("撤销责任人登记")
    NOTIFY = "notify", _("制发告知书")
    HEAR = "hear", _("听取陈述和申辩")
    WAIVE = "waive", _("登记放弃陈述")
    DIVIDE = "divide", _("区分责任")
    WITHDRAW = "withdraw", _("告知书作废")
    CONCLUDE = "conclude", _("陈述听取完毕")
    REOPEN = "reopen", _("退回补充调查")
    DECIDE = "decide", _("作出决定")
    DROP = "drop", _("不予追究")
    ORDER = "order", _("交办整改")
    REFER = "refer", _("登记移送")
    REPORT = "report", _("报告改正情况")
    RECEIVE = "receive", _("登记书面改正报告")
    RETURN = "return", _("退回改正报告")
    VERIFY = "verify", _("核实结案")
    DELIVER = "deliver", _("登记送达")
    SUMMARISE = "summarise", _("拟制公开摘要")


class Part(TextChoices):
    """Which part a person had in what happened (第十条)."""

    UNDERTAKER = "undertaker", _("承办人")
    HEAD_IN_CHARGE = "head_in_charge", _("主管领导")
    MAIN_LEADER = "main_leader", _("主要领导")
    MEMBER = "member", _("班子其他成员")


class Circumstance(TextChoices):
    """How it came to what happened (第十条): said of whose deed it was, for it is told to everybody it concerns."""

    NOT_SOUGHT = "not_sought", _("承办人应当报批而未报批")
    APPROVED = "approved", _("经主管领导审批或者同意")
    KEPT_SILENT = "kept_silent", _("承办人明知会导致失误而不提醒、不建议")
    OVERRULED = "overruled", _("承办人提出正确意见未被采纳")
    COLLECTIVE = "collective", _("经领导班子集体讨论决定")


class Responsibility(TextChoices):
    """What somebody bears of it (第十条)."""

    WHOLE = "whole", _("全部责任")
    MAIN = "main", _("主要责任")
    SECONDARY = "secondary", _("次要责任")
    NONE = "none", _("不承担责任")


class Measure(TextChoices):
    """方式: the five steps (第十一条), and the admonition talk with leaders."""

    ORAL = "oral", _("口头告诫或者批评教育")
    TALK = "talk", _("诫勉谈话")
    CRITICISM = "criticism", _("批评、书面检查")
    CIRCULAR = "circular", _("通报批评、调离岗位或者离岗培训")
    DISCIPLINE = "discipline", _("移交纪检监察机关")
    JUDICIAL = "judicial", _("移送司法机关")


class MeasureForm(TextChoices):
    """Of a measure that names several things, which is meant (第十一条第（一）项、第（三）项)."""

    ADMONITION = "admonition", _("口头告诫，并限期改正")
    EDUCATION = "education", _("批评教育，并限期改正")
    TRANSFER = "transfer", _("调离原工作岗位")
    TRAINING = "training", _("离岗培训3个月")


# What can be done to an agency; the others are for persons alone.
AGENCY_MEASURES = (Measure.ORAL, Measure.CRITICISM, Measure.CIRCULAR)
REFERRING_MEASURES = (Measure.DISCIPLINE, Measure.JUDICIAL)


class NoticeKind(TextChoices):
    """文书 of a case."""

    HEARING = "hearing", _("责任追究告知书")
    AGENCY_DECISION = "agency_decision", _("责任追究决定书")
    PERSON_DECISION = "person_decision", _("责任追究决定通知书")
