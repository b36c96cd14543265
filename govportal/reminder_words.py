"""What a reminder says: numbers, days and an address, never a matter nor a person."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from govportal.contributions import Deadline, DeadlineSource
from govportal.models import Notice
from govportal.rungs import Rung, is_missed
from govportal.site import absolute_url

LISTED = 100  # deadlines that one mail names; the page has all of them
LONGEST_KEY = 160


@dataclass(frozen=True)
class Due:
    """A rung of a deadline that has come, with the working days that are left: negative once it is overdue."""

    source: DeadlineSource
    deadline: Deadline
    rung: Rung
    left: int

    @property
    def version(self) -> str:
        """What arms the rungs anew when it changes: the day."""
        return self.deadline.due_on.isoformat()

    @property
    def identity(self) -> tuple[str, str, int]:
        return self.deadline.key, self.version, self.rung

    @property
    def is_missed(self) -> bool:
        return is_missed(self.rung, self.left)

    @cached_property
    def sentence(self) -> str:
        """In one line, as inbox and mail name it; made once for all who are told."""
        return _("%(label)s：%(day)s 到期，%(days)s") % {
            "label": self.deadline.label[:120],
            "day": self.deadline.due_on.isoformat(),
            "days": days_words(self.left),
        }

    @property
    def told(self) -> "Told":
        return Told(self.sentence, self.deadline.path, self.left < 0)


@dataclass(frozen=True, slots=True)
class Told:
    """A deadline as a mail names it."""

    sentence: str
    path: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Round:
    """What a round told: ledger rows, mails, messages to messengers; keys of deadlines with nobody to tell; sources
    that could not be read. What is confidential is counted apart, and its number is in no words."""

    told: int = 0
    mails: int = 0
    hooks: int = 0
    unheard: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    is_day_off: bool = False
    confidential: int = 0  # ledger rows

    def __str__(self) -> str:
        if self.is_day_off:
            return _("今天不是工作日，不提醒")
        words = [_("提醒 %(told)s 条，邮件 %(mails)s 封") % {"told": self.told, "mails": self.mails}]
        if self.hooks:
            words.append(_("单位消息 %s 条") % self.hooks)
        if self.unheard:
            words.append(_("无人可提醒 %s 项") % len(self.unheard) + f"（{'、'.join(self.unheard[:3])}）")
        if self.failed:
            words.append(_("读不出：%s") % "、".join(self.failed))
        return "，".join(words)


def days_words(left: int) -> str:
    """How long is left, or how long the day has passed."""
    if left < 0:
        return _("已逾期 %s 个工作日") % -left
    return _("今天到期") if left == 0 else _("还有 %s 个工作日") % left


def subject(told: Sequence[Told]) -> str:
    if len(told) == 1:
        return told[0].sentence
    late = sum(one.is_late for one in told)
    words = _("期限提醒：%s 项期限") % len(told)
    return words + (_("，其中逾期 %s 项") % late if late else "")


def body(told: Sequence[Told]) -> str:
    """In this order, each with its address; the first of very many."""
    lines = [f"{one.sentence}\n{absolute_url(one.path)}" for one in told[:LISTED]]
    if len(told) > LISTED:
        more = _("另有 %s 项，见期限一览：") % (len(told) - LISTED)
        lines.append(f"{more}\n{absolute_url(reverse('admin:deadlines'))}")
    return "\n\n".join(lines)


def hook_key(due: Due) -> str:
    """One for each rung of each version of a deadline; a digest of it where it is too long for its column."""
    key = f"hook:{due.source.key}:{due.deadline.key}:{due.version}:{due.rung}"
    return key if len(key) <= LONGEST_KEY else f"hook:{hashlib.sha256(key.encode()).hexdigest()}"


def hook_body(due: Due) -> str:
    content = {
        "id": due.deadline.key,
        "kind": due.source.key,
        "label": due.deadline.label,
        "due_on": due.deadline.due_on.isoformat(),
        "days": due.left,
        "url": absolute_url(due.deadline.path),
    }
    return json.dumps(content, ensure_ascii=False)


def hook_subject(notice: Notice) -> tuple[str, str, date]:
    """(kind, key, day) of the deadline that a message to a messenger tells of."""
    content = json.loads(notice.body)
    return content["kind"], content["id"], date.fromisoformat(content["due_on"])
