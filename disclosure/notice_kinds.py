"""Kinds of messages to staff from this app: each may choose of which he wants mails."""

from django.utils.translation import gettext_lazy as _

NOTICE_KINDS = {
    "review": _("审查办理"),
    "publication": _("定时公开结果"),
    "motion": _("撤回、恢复等办理申请"),
    "withholdings": _("不予公开备案"),
    "rectifications": _("整改"),
}
