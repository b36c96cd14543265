"""What of messages becomes public: a question and an answer in words of the office, and nothing of who asked."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from disclosure.enums import OPEN_STATES
from disclosure.models import Item
from govportal import audit, personal_data
from govportal.html import clean_line, clean_text
from govportal.models import User
from requests_app.feedback_enums import FeedbackState
from requests_app.models import Feedback
from requests_app.services.feedback import is_named_in, locked, reasons_against_role
from requests_app.services.procedure import check

LONGEST_QUESTION, LONGEST_PUBLIC_ANSWER = 1_000, 3_000


def is_alive(summary: Item) -> bool:
    """Whether a summary is on its way to the public, or was there; not if its draft was discarded."""
    return bool(summary.current_edition_id) or summary.editions.filter(state__in=OPEN_STATES).exists()


def reasons_against(row: Feedback, actor: Any) -> list[str]:
    """Why this person cannot choose it for the public summary, or take it out; empty when he can."""
    reasons = reasons_against_role(row, actor)
    if row.state != FeedbackState.ANSWERED:
        reasons.append(_("答复以后才能列入公开摘要。"))
    if row.summary and is_alive(row.summary):
        reasons.append(_("已经写进公开摘要 %s。") % row.summary.index_number)
    if row.purged_at:
        reasons.append(_("内容已按保存期限清除。"))
    return reasons


def reasons_against_deselecting(row: Feedback, actor: Any) -> list[str]:
    return reasons_against(row, actor) + ([] if row.is_selected else [_("没有列入公开摘要。")])


def reasons_against_words(row: Feedback, question: str, answer: str) -> list[str]:
    """What cannot be public, or is missing."""
    reasons = []
    if not (question.strip() and answer.strip()):
        reasons.append(_("公开的问题和答复都要填写。"))
    if len(question) > LONGEST_QUESTION or len(answer) > LONGEST_PUBLIC_ANSWER:
        most = {"question": LONGEST_QUESTION, "answer": LONGEST_PUBLIC_ANSWER}
        reasons.append(_("公开的问题最多 %(question)s 个字，答复最多 %(answer)s 个字。") % most)
    text = f"{question}\n{answer}"
    if found := personal_data.find(text):
        masked = "、".join(one.masked for one in found)
        reasons.append(_("公开的文字里有身份证号、手机号或者银行卡号：%s，请删去。") % masked)
    if is_named_in(row, text):
        reasons.append(_("公开的文字里有留言人的称呼或者联系方式，请删去。"))
    return reasons


@transaction.atomic
def select(feedback_id: int, question: str, answer: str, *, actor: User, at: datetime) -> Feedback:
    """列入公开摘要 with these words, which the next summary shows. Raises ValidationError."""
    row = locked(feedback_id)
    question, answer = clean_line(question), clean_text(answer)
    check([*reasons_against(row, actor), *reasons_against_words(row, question, answer)])
    row.is_selected, row.public_question, row.public_answer = True, question, answer
    _save(row)
    audit.record(actor, "feedback.select", row, agency=row.agency)
    return row


@transaction.atomic
def deselect(feedback_id: int, *, actor: User, at: datetime) -> Feedback:
    """Take it out again, before a summary was drafted of it."""
    row = locked(feedback_id)
    check(reasons_against_deselecting(row, actor))
    row.is_selected, row.public_question, row.public_answer = False, "", ""
    _save(row)
    audit.record(actor, "feedback.deselect", row, agency=row.agency)
    return row


def _save(row: Feedback) -> None:
    row.save(update_fields=["is_selected", "public_question", "public_answer"])
