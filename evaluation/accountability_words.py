"""What the audit trail calls the deeds on accountability, and whose rows no list of it names."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluation.accountability_enums import CaseAction

AUDIT_WORDS: dict[str, Promise | str] = {
    "accountability": _("责任追究"),
    **{f"accountability.{action}": action.label for action in CaseAction},
    "accountability.view": _("查看"),
    "accountability.unmask": _("查看责任人姓名"),
    "accountability.open_notice": _("打开文书"),
    "accountability.open_paper": _("打开书面材料"),
    "accountability.purge": _("清除期满的个人信息"),
}
# Whoever has the case reads its trail beside it.
CONFIDENTIAL = ("evaluation.AccountabilityCase", "evaluation.Respondent", "evaluation.AccountabilityNotice")
