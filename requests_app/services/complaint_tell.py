"""Who is mailed after a step of a complaint: numbers, days and the address, never what is complained of nor of whom.

Every one of these notices is confidential: no list of the outbox shows that there is one.
"""

from contextlib import suppress

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import notices
from govportal.site import absolute_url
from requests_app.complaint_enums import ComplaintAction
from requests_app.models import Complainant, Complaint, ComplaintEvent
from requests_app.services.complaint_desks import officers

KIND = "complaints"  # of messages to staff (contributions.notice_kinds)
# Steps of which the complainant is told, with the sentence.
_TO_COMPLAINANT: dict[ComplaintAction, Promise | str] = {
    ComplaintAction.ACCEPT: gettext_lazy("您提交的 %(number)s 已受理。"),
    ComplaintAction.REFUSE: gettext_lazy("您提交的 %(number)s 不予受理，理由请凭查询码查看。"),
    ComplaintAction.REDIRECT: gettext_lazy("您提交的 %(number)s 应走其他途径，请凭查询码查看。"),
    ComplaintAction.TRANSFER: gettext_lazy("您提交的 %(number)s 已转送有权单位办理。"),
    ComplaintAction.EXTEND: gettext_lazy("您提交的 %(number)s 延期办理，理由请凭查询码查看。"),
    ComplaintAction.ANSWER: gettext_lazy("您提交的 %(number)s 已有处理结果，请凭查询码查看。"),
}
_BY_COMPLAINANT: dict[ComplaintAction, Promise | str] = {
    ComplaintAction.SUPPLEMENT: gettext_lazy("投诉人补充了材料：%(number)s"),
    ComplaintAction.WITHDRAW: gettext_lazy("投诉人已撤回：%(number)s"),
}
_HANDED_OVER: dict[ComplaintAction, Promise | str] = {
    ComplaintAction.ASSIGN: gettext_lazy("分派给您经办：%(number)s"),
    ComplaintAction.TRANSFER: gettext_lazy("转来的投诉举报：%(number)s"),
}


def after(event: ComplaintEvent) -> None:
    """Mail whoever has to know of a step. Call inside the transaction that writes it."""
    row, action, key = event.complaint, ComplaintAction(event.action), f"complaint-event:{event.pk}"
    if sentence := _TO_COMPLAINANT.get(action):
        _tell_complainant(row, key, str(sentence) % {"number": row.number})
    subject = _HANDED_OVER.get(action) or (_BY_COMPLAINANT.get(action) if event.by_complainant else None)
    if subject:
        _tell_desk(row, key, subject, but=event.actor_id)


def of_filing(row: Complaint) -> None:
    """It has come in by the portal: the desk learns of it, and the complainant gets the number by mail."""
    _tell_desk(row, f"complaint-filed:{row.pk}", gettext_lazy("新的投诉举报：%(number)s"))
    of_entering(row)


def of_entering(row: Complaint) -> None:
    _tell_complainant(row, f"complaint-filed:{row.pk}", _("您提交的材料已收到，编号 %s。") % row.number)


def _tell_complainant(row: Complaint, key: str, sentence: str) -> None:
    """To the address he gave, if he gave one. The code that opens the case is never mailed."""
    address = ""
    with suppress(Complainant.DoesNotExist):  # anonymous, or purged
        address = row.complainant.email
    if address:
        body = "\n".join([sentence, _("凭编号和查询码查看：%s") % absolute_url(reverse("complaint_lookup"))])
        notices.enqueue(key=f"{key}:complainant", address=address, subject=sentence, body=body, is_confidential=True)


def _tell_desk(row: Complaint, key: str, subject: Promise | str, but: int | None = None) -> None:
    """To the handler; while there is none, to everybody who may see the case. Staff read Chinese."""
    people = officers(row.desk, row.agency)
    handlers = [one for one in people if one.pk == row.handler_id]
    with translation.override(settings.LANGUAGE_CODE):
        words = str(subject) % {"number": row.number}
    notices.tell(
        [one for one in handlers or people if one.pk != but],
        kind=KIND,
        key=key,
        subject=words,
        path=reverse("admin:requests_app_complaint_change", args=[row.pk]),
        is_confidential=True,
    )
