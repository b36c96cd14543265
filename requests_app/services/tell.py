"""Who is mailed after a step: numbers, days and the address, never what was asked nor by whom."""

from collections.abc import Iterable
from contextlib import suppress

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, notices
from govportal.models import User
from govportal.permissions import Permission
from govportal.site import absolute_url
from requests_app.enums import Action, DecisionKind, DecisionState
from requests_app.models import Applicant, Decision, InformationRequest, RequestEvent

# Steps of which the applicant is told, with the sentence; what he did himself is confirmed on his page.
_TO_APPLICANT = {
    Action.REGISTER: gettext_lazy("您的申请 %(number)s 已受理。"),
    Action.ASK_CORRECTION: gettext_lazy("您的申请 %(number)s 需要补正，请在期限内补正。"),
    Action.ASK_THIRD_PARTY: gettext_lazy("您的申请 %(number)s 正在征求第三方意见，其间不计时。"),
    Action.ASK_CO_AGENCY: gettext_lazy("您的申请 %(number)s 正在征求其他机关意见，其间不计时。"),
    Action.ASK_REASONS: gettext_lazy("您的申请 %(number)s 需要您说明理由。"),
    Action.NOTIFY_FEE: gettext_lazy("您的申请 %(number)s 需要缴纳信息处理费，请在期限内缴纳。"),
    Action.EXTEND: gettext_lazy("您的申请 %(number)s 的答复期限已经延长。"),
    Action.DELAY: gettext_lazy("您的申请 %(number)s 已经确定延迟答复的期限。"),
    Action.REPLY: gettext_lazy("您的申请 %(number)s 已经答复。"),
    Action.LAPSE: gettext_lazy("您的申请 %(number)s 已经终止办理。"),
    Action.TRANSFER: gettext_lazy("您的申请 %(number)s 已经转交其他单位办理。"),
}
# Told to him as well when staff recorded it for him.
_FOR_APPLICANT = {
    Action.RECEIVE_CORRECTION: gettext_lazy("您的申请 %(number)s 已登记补正。"),
    Action.RECEIVE_REASONS: gettext_lazy("您的申请 %(number)s 已登记理由说明。"),
    Action.WITHDRAW: gettext_lazy("您的申请 %(number)s 已登记为撤回，不再办理。"),
}
# What the applicant did, for the office to go on with; what a colleague handed over, for whoever has it now.
_BY_APPLICANT = {
    Action.RECEIVE_CORRECTION: gettext_lazy("申请人已补正：%(number)s"),
    Action.RECEIVE_REASONS: gettext_lazy("申请人已说明理由：%(number)s"),
    Action.WITHDRAW: gettext_lazy("申请人已撤回：%(number)s"),
}
_HANDED_OVER = {
    Action.ASSIGN: gettext_lazy("分派给您经办：%(number)s"),
    Action.TRANSFER: gettext_lazy("其他单位转来的申请：%(number)s"),
}


def after(event: RequestEvent) -> None:
    """Mail whoever has to know of a step. Call inside the transaction that writes it."""
    row, action, key = event.request, Action(event.action), f"request-event:{event.pk}"
    words = {"number": row.number}
    sentence = _TO_APPLICANT.get(action) or (None if event.by_applicant else _FOR_APPLICANT.get(action))
    if sentence:
        tell_applicant(row, key=key, sentence=sentence % words)
    subject = _HANDED_OVER.get(action) or (_BY_APPLICANT.get(action) if event.by_applicant else None)
    if subject:
        tell_office(row, key=key, subject=subject, but=event.actor_id)


def of_filing(row: InformationRequest) -> None:
    """A request has come in by the portal: its office learns of it, and the applicant gets the number by mail."""
    tell_office(row, key=f"request-filed:{row.pk}", subject=gettext_lazy("新的信息公开申请：%(number)s"))
    of_entering(row)


def of_entering(row: InformationRequest) -> None:
    """Staff have entered a request that came on paper: the applicant gets the number by mail, if he gave an address."""
    tell_applicant(row, key=f"request-filed:{row.pk}", sentence=_("您的申请已收到，受理编号 %s。") % row.number)


def of_decision(decision: Decision) -> None:
    """Handed in: whoever may sign is told; returned: whoever drafted it."""
    row = decision.request
    words = {"kind": DecisionKind(decision.kind).label, "number": row.number}
    if decision.state == DecisionState.SUBMITTED:
        people: Iterable[User] = access.holders(Permission.RELEASE_REPLY, row.agency).exclude(pk=decision.drafted_by_id)
        subject = _("待签发：%(kind)s %(number)s") % words
    elif decision.state == DecisionState.RETURNED:
        people, subject = [decision.drafted_by], _("已退回：%(kind)s %(number)s") % words
    else:
        return
    _tell(people, "decision", f"request-decision:{decision.pk}:{decision.state}", subject, row)


def tell_applicant(row: InformationRequest, *, key: str, sentence: str) -> None:
    """To the address he gave, if he gave one. The code that opens the case is never mailed."""
    address = ""
    with suppress(Applicant.DoesNotExist):  # purged, or out of a ledger
        address = row.applicant.email
    if address:
        body = "\n".join(
            [sentence, _("凭受理编号和查询码查看：%s") % absolute_url(reverse("request_lookup")), row.agency.name]
        )
        notices.enqueue(key=f"{key}:applicant", address=address, subject=sentence, body=body)


def tell_office(row: InformationRequest, *, key: str, subject: Promise | str, but: int | None = None) -> None:
    """To the handler; while there is none, or he handles none here any more, to everybody who does.

    `subject` may name the request as %(number)s. Staff read Chinese, whatever language the applicant's page has.
    """
    officers = access.holders(Permission.HANDLE_REQUEST, row.agency)
    with translation.override(settings.LANGUAGE_CODE):
        words = str(subject) % {"number": row.number}
        people = officers.filter(pk=row.handler_id or 0) or officers
        _tell([person for person in people if person.pk != but], "requests", key, words, row)


def _tell(people: Iterable[User], kind: str, key: str, subject: str, row: InformationRequest) -> None:
    path = reverse("admin:requests_app_informationrequest_change", args=[row.pk])
    notices.tell(people, kind=kind, key=key, subject=subject, path=path)
