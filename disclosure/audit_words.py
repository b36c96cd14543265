"""What the audit trail calls the deeds of disclosure: the words of the verbs themselves where there are any."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.enums import EditionAction, LogKind, MotionState
from disclosure.workflow_rectification import RectificationAction

type _Words = dict[str, Promise | str]

_NOUNS: _Words = {
    "catalogue": _("公开事项"),
    "event": _("公开事由"),
    "record": _("佐证记录"),
}
_DEEDS: _Words = {
    "edition.draft": _("起草"),
    "edition.review_afterwards": _("补审"),
    "edition.schedule_failed": _("定时公开失败"),
    "item.end_failed": _("到期失效失败"),
    "item.relate": _("建立关联"),
    "item.unrelate": _("取消关联"),
    "motion.ask": _("申请"),
    "motion.grant": MotionState.GRANTED.label,
    "motion.refuse": MotionState.REFUSED.label,
    "withholding.register": _("登记"),
    "withholding.propose": _("随文本提出"),
    "withholding.drop": _("取消提出"),
    "withholding.in_force": _("审定，不予公开"),
    "withholding.file": _("登记报备"),
    "withholding.keep": _("评估，继续不公开"),
    "withholding.release": _("评估，解除"),
    "rectification.order": _("交办"),
    "receipt.record": _("登记"),
    "receipt.correct": _("更正"),
    "receipt.check": _("复核"),
    "noticeboard.set_up": _("设立"),
    "noticeboard.compose": _("编排"),
    "boardsheet.issue": _("制作"),
    "boardsheet.post": _("登记张贴"),
    "boardsheet.remove": _("登记撤下"),
    "boardsheet.cancel": _("作废"),
    "printjob.order": _("提交"),
    "printjob.retry": _("重试"),
    "obligation.meet": _("履行"),
    "obligation.reopen": _("恢复为未履行"),
    "obligation.cancel": _("取消"),
    "statement.sign": _("签署"),
    "filing.file": _("登记报送"),
    "event.record": _("登记"),
    "event.move": _("更改日期"),
    "event.adopt": _("对应公开信息"),
    "event.free": _("解除对应"),
    "event.cancel": _("取消"),
    "record.add": _("上传"),
    "record.remove": _("移除"),
    "record.read": _("查阅"),
    "catalogue.adopt": _("采用模板"),
    "agency.badges": _("印制证件与座牌"),
}
AUDIT_WORDS: _Words = {
    **{f"edition.{action}": action.label for action in EditionAction},
    **{f"item.{kind}": kind.label for kind in LogKind},
    **{f"rectification.{action}": action.label for action in RectificationAction},
    **_NOUNS,
    **_DEEDS,
}
