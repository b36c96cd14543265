"""Closed vocabularies of complaints about disclosure (投诉举报). The label is the official Chinese wording."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ComplaintGround(TextChoices):
    """The nine grounds, in the order of the model rules (《政务公开投诉举报受理工作制度》第四条, 一至九项)."""

    NOT_CARRIED_OUT = "not_carried_out", _("不履行公开规定")
    FALSE = "false", _("公开内容虚假")
    OUTSIDE_POWER_LIST = "outside_power_list", _("不按公开的权力清单、流程图办事")
    MUST_NOT_BE_PUBLIC = "must_not_be_public", _("公开了不应当公开的内容")
    LATE_OR_STALE = "late_or_stale", _("公开不及时或长期不更新")
    UNAPPROVED = "unapproved", _("未经审查批准擅自公开")
    LEAKED = "leaked", _("泄露或利用未公开信息谋利")
    REQUEST_REFUSED = "request_refused", _("对申请推诿、拖延、不答复")
    OTHER = "other", _("其他违反公开规定的行为")


# A sentence under the ground, for whoever has to choose.
GROUND_HINTS = {
    ComplaintGround.NOT_CARRIED_OUT: _("应当公开的没有公开"),
    ComplaintGround.FALSE: _("公开的与事实不符"),
    ComplaintGround.OUTSIDE_POWER_LIST: _("多要材料、多走环节、超过公开的时限或收费"),
    ComplaintGround.MUST_NOT_BE_PUBLIC: _("例如泄露个人信息、商业秘密"),
    ComplaintGround.LATE_OR_STALE: _("超过规定期限，或内容早已变化仍未更新"),
    ComplaintGround.UNAPPROVED: _("没有经过审查就发布"),
    ComplaintGround.LEAKED: _("工作人员把还没有公开的信息告诉他人或自己利用"),
    ComplaintGround.REQUEST_REFUSED: _("申请信息公开被无故拒绝、拖延，或不按答复提供"),
    ComplaintGround.OTHER: _("以上各项都不合适时选择"),
}


class ComplaintChannel(TextChoices):
    """The six channels (domain §7)."""

    WEB = "web", _("网上")
    MAIL = "mail", _("来信")
    PHONE = "phone", _("电话")
    FAX = "fax", _("传真")
    EMAIL = "email", _("电子邮件")
    VISIT = "visit", _("来访")


class ComplaintState(TextChoices):
    """Where a complaint stands. The procedure is in complaint_workflow.py; overdue is a query, never a state."""

    RECEIVED = "received", _("已收到")
    ACCEPTED = "accepted", _("已受理")
    TRANSFERRED = "transferred", _("已转送")
    INVESTIGATING = "investigating", _("调查中")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已办结")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    REDIRECTED = "redirected", _("已告知其他途径")
    WITHDRAWN = "withdrawn", _("投诉人撤回")


ENDED_COMPLAINTS = (
    ComplaintState.CLOSED,
    ComplaintState.NOT_ACCEPTED,
    ComplaintState.REDIRECTED,
    ComplaintState.WITHDRAWN,
)
OPEN_COMPLAINTS = tuple(state for state in ComplaintState if state not in ENDED_COMPLAINTS)
# The complainant still waits for a result.
UNANSWERED_COMPLAINTS = tuple(state for state in OPEN_COMPLAINTS if state != ComplaintState.ANSWERED)


class ComplaintAction(TextChoices):
    """What can be done to a complaint (complaint_workflow.py says from where, to where and by whom)."""

    ACCEPT = "accept", _("受理")
    REFUSE = "refuse", _("不予受理")
    REDIRECT = "redirect", _("告知其他途径")
    ASSIGN = "assign", _("分派经办人")
    TRANSFER = "transfer", _("转送有权单位")
    INVESTIGATE = "investigate", _("开始调查")
    EXTEND = "extend", _("延期办理")
    ANSWER = "answer", _("答复")
    ORDER = "order", _("交办整改")
    REFER = "refer", _("移送责任追究")
    CLOSE = "close", _("办结")
    SUPPLEMENT = "supplement", _("补充材料")
    WITHDRAW = "withdraw", _("撤回")
    NOTE = "note", _("内部备注")


class ComplaintResult(TextChoices):
    """What the investigation found; empty while there is no answer."""

    UPHELD = "upheld", _("属实")
    PARTLY = "partly", _("部分属实")
    NOT_UPHELD = "not_upheld", _("不属实")


class OtherPath(TextChoices):
    """Where a complaint that is none is sent."""

    REQUEST = "request", _("依申请公开")
    FEEDBACK = "feedback", _("留言纠错")
    PETITION = "petition", _("信访")
    REVIEW = "review", _("行政复议或者行政诉讼")
    DISCIPLINE = "discipline", _("纪检监察机关")


class ComplaintFileKind(TextChoices):
    """What a file of a complaint is. The complainant sees what he sent and what he was answered with."""

    EVIDENCE = "evidence", _("证据材料")
    INQUIRY = "inquiry", _("调查材料")
    ANSWER = "answer", _("答复附件")
