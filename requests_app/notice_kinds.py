"""Kinds of messages to staff from this app: each may choose of which he wants mails."""

from django.utils.translation import gettext_lazy as _

NOTICE_KINDS = {
    "requests": _("依申请公开"),
    "decision": _("答复、延期的签发"),
    "complaints": _("投诉举报办理"),
}
