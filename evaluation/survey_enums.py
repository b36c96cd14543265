"""Closed vocabularies of the social evaluation (社会评议). The label is the official Chinese wording."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class SurveyState(TextChoices):
    """Where a survey stands. Published is no state: it is once the item that tells its results is public."""

    DRAFT = "draft", _("筹备中")
    OPEN = "open", _("评议中")
    CLOSED = "closed", _("已截止")
    TALLIED = "tallied", _("已汇总")
    CANCELLED = "cancelled", _("已取消")


class SurveyAction(TextChoices):
    """What can be done to a survey (survey_workflow.py says from where, to where and by whom)."""

    EDIT = "edit", _("修改设置")
    ASK = "ask", _("修改题目")
    INVITE = "invite", _("确定特邀评议人员")
    ISSUE = "issue", _("发放评议码")
    STEP = "step", _("登记程序")
    OPEN = "open", _("开始评议")
    EXTEND = "extend", _("延长截止日期")
    CLOSE = "close", _("截止")
    TALLY = "tally", _("汇总")
    DRAFT_ITEM = "draft_item", _("拟制公开稿")
    CANCEL = "cancel", _("取消")


class SurveyAspect(TextChoices):
    """What is asked about (《政务公开暨行政权力公开透明运行工作社会评议制度》第五条; domain §9)."""

    TRUE = "true", _("真实")
    ACCURATE = "accurate", _("准确")
    COMPLETE = "complete", _("全面")
    TIMELY = "timely", _("及时")
    PROCEDURE = "procedure", _("程序合规")
    INSTITUTIONS = "institutions", _("制度落实")
    OTHER = "other", _("其他")


class Level(IntegerChoices):
    """How an answer rates an agency. 不了解 is no level: it is kept as an answer without one and counts nowhere."""

    VERY_GOOD = 5, _("很好")
    GOOD = 4, _("较好")
    FAIR = 3, _("一般")
    POOR = 2, _("较差")
    VERY_POOR = 1, _("很差")


class SurveyStepKind(TextChoices):
    """The seven steps, in their order (《社会评议制度》第六条, 一至七项)."""

    NOTICE = "notice", _("下发通知、刊登告示")
    FORM = "form", _("编制测评表")
    EVALUATORS = "evaluators", _("确定参评人员")
    BRIEFING = "briefing", _("组织查阅资料、听取汇报")
    COLLECTION = "collection", _("发放、填写、回收测评表")
    TALLY = "tally", _("汇总评议情况并公开")
    RESULT = "result", _("根据评议结果作出处理")


class EvaluatorGroup(TextChoices):
    """Who is invited (《社会评议制度》第三条)."""

    DEPUTIES = "deputies", _("人大代表")
    CPPCC = "cppcc", _("政协委员")
    ENTERPRISES = "enterprises", _("工商企业代表")
    SUPERVISORS = "supervisors", _("特邀监督员")
    EXPERTS = "experts", _("有关专家")
    RESIDENTS = "residents", _("群众代表")
    DEPARTMENTS = "departments", _("相关部门人员")


class InvitationWay(TextChoices):
    """How the one-time token reached the evaluator."""

    MAIL = "mail", _("电子邮件")
    SLIP = "slip", _("纸质评议码")
