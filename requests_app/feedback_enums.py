"""Closed vocabularies of feedback: messages and correction reports (留言、纠错) from any page."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FeedbackKind(TextChoices):
    MESSAGE = "message", _("留言")
    CORRECTION = "correction", _("纠错")


class FeedbackState(TextChoices):
    """Where a message stands. Overdue is a query, never a state."""

    RECEIVED = "received", _("已收到")
    JUDGED = "judged", _("已研判")
    ANSWERED = "answered", _("已答复")
    REDIRECTED = "redirected", _("已告知其他途径")
    SET_ASIDE = "set_aside", _("不予办理")


OPEN_FEEDBACK = (FeedbackState.RECEIVED, FeedbackState.JUDGED)


class Judgement(TextChoices):
    """研判: what is in a message. Empty until somebody has looked."""

    RIGHT = "right", _("情况属实")
    PARTLY_RIGHT = "partly_right", _("部分属实")
    NOT_SO = "not_so", _("情况不符")
    QUESTION = "question", _("咨询建议")


class FeedbackAction(TextChoices):
    JUDGE = "judge", _("研判")
    PASS_ON = "pass_on", _("转其他单位")
    ANSWER = "answer", _("答复")
    REDIRECT = "redirect", _("告知其他途径")
    SET_ASIDE = "set_aside", _("不予办理")
