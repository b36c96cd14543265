"""What the audit trail calls the deeds on messages and correction reports."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.feedback_enums import FeedbackAction

# Whoever wrote, as the trail names him: a record is Chinese, whatever language his page has.
WRITER = "留言人"

FEEDBACK_WORDS: dict[str, Promise | str] = {
    "feedback": _("留言纠错"),
    "feedback.send": _("网上提交"),
    **{f"feedback.{action}": action.label for action in FeedbackAction},
    "feedback.select": _("列入公开摘要"),
    "feedback.deselect": _("不列入公开摘要"),
    "feedback.view_contact": _("查看联系方式"),
    "feedback.draft_summary": _("拟制公开摘要"),
    "feedback.purge": _("清除期满的个人信息"),
}
