"""Who is mailed about a message or correction report: its number and the address, never a word of it."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, notices
from govportal.permissions import Permission
from govportal.site import absolute_url
from requests_app.feedback_enums import FeedbackAction
from requests_app.models import Feedback, FeedbackEvent

KIND = "messages"  # of contributions.notice_kinds
_TO_WRITER = {
    FeedbackAction.PASS_ON: gettext_lazy("您的留言 %(number)s 已经转其他单位办理，答复期限不变。"),
    FeedbackAction.ANSWER: gettext_lazy("您的留言 %(number)s 已经答复。"),
    FeedbackAction.REDIRECT: gettext_lazy("您的留言 %(number)s 需要通过其他途径办理，请查看告知的内容。"),
    FeedbackAction.SET_ASIDE: gettext_lazy("您的留言 %(number)s 不予办理，请查看理由。"),
}


def of_sending(row: Feedback) -> None:
    """It has come in: its office learns of it, and the writer gets the number by mail. Call in the transaction."""
    _tell_office(row, key=f"feedback-sent:{row.pk}", subject=gettext_lazy("新的留言纠错：%(number)s"))
    _tell_writer(row, key=f"feedback-sent:{row.pk}", sentence=_("您的留言已收到，编号 %s。") % row.number)


def after(event: FeedbackEvent) -> None:
    """Mail whoever has to know of a step. Call inside the transaction that writes it."""
    row, action, key = event.feedback, FeedbackAction(event.action), f"feedback-event:{event.pk}"
    if sentence := _TO_WRITER.get(action):
        _tell_writer(row, key=key, sentence=sentence % {"number": row.number})
    if action == FeedbackAction.PASS_ON:
        subject = gettext_lazy("其他单位转来的留言纠错：%(number)s")
        _tell_office(row, key=key, subject=subject, but=event.actor_id)


def _tell_writer(row: Feedback, *, key: str, sentence: str) -> None:
    """To the address he left, if he left one. The code that opens the answer is never mailed."""
    if row.email:
        look = _("凭编号和查询码查看：%s") % absolute_url(reverse("feedback_lookup"))
        body = f"{sentence}\n{look}\n{row.agency.name}"
        notices.enqueue(key=f"{key}:writer", address=row.email, subject=sentence, body=body)


def _tell_office(row: Feedback, *, key: str, subject: Promise | str, but: int | None = None) -> None:
    """To everybody who handles messages there. Staff read Chinese, whatever language the writer's page has."""
    path = reverse("admin:requests_app_feedback_change", args=[row.pk])
    people = access.holders(Permission.HANDLE_FEEDBACK, row.agency).exclude(pk=but or 0)
    with translation.override(settings.LANGUAGE_CODE):
        notices.tell(people, kind=KIND, key=key, subject=str(subject) % {"number": row.number}, path=path)
