"""What of a waiting reminder still holds when it is sent: nothing is told of what was closed or moved meanwhile."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.utils import translation

from govportal import reminder_words
from govportal.contributions import deadline_sources
from govportal.models import InboxMessage, Notice, Reminder
from govportal.reminder_words import Told

type Subject = tuple[str, str, date]  # kind, key and day of a deadline


def review(notice: Notice) -> bool:
    """Whether there is anything left to tell. A mail about several deadlines names those that are open alone.

    Only what is sent changes: the outbox keeps what was written.
    """
    if notice.key.startswith("hook:"):
        subject = reminder_words.hook_subject(notice)
        return subject in _living([subject])
    if not notice.key.startswith("reminder:"):
        return True
    rows = list(notice.reminders.select_related("recipient").order_by("due_on", "deadline"))
    living = _living((row.kind, row.deadline, row.due_on) for row in rows)
    left = [row for row in rows if (row.kind, row.deadline, row.due_on) in living and _concerns(row)]
    if left and len(left) < len(rows):
        _write_again(notice, left)
    return bool(left) or not rows


def _concerns(row: Reminder) -> bool:
    """Whether it may still be told to whom it was written: he is there, and the matter is not closed to him."""
    asked = next((source.concerns for source in deadline_sources.all() if source.key == row.kind), None)
    return row.recipient.is_active and (asked is None or asked(row.recipient, row.deadline))


def _living(subjects: Iterable[Subject]) -> set[Subject]:
    """Those that are open, with the day that was told. A kind that no source has any more cannot be asked: it lives."""
    by_kind: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        by_kind[subject[0]].append(subject)
    sources = {source.key: source for source in deadline_sources.all()}
    found: set[Subject] = set()
    for kind, asked in by_kind.items():
        if kind in sources:
            days = sources[kind].still_open({key for _kind, key, _day in asked})
            found.update(one for one in asked if days.get(one[1]) == one[2])
        else:
            found.update(asked)
    return found


def _write_again(notice: Notice, rows: list[Reminder]) -> None:
    """From the inbox, which has each of them by itself."""
    messages = {
        key: (subject, path)
        for key, subject, path in InboxMessage.objects.filter(
            key__in=[f"reminder:{row.pk}" for row in rows]
        ).values_list("key", "subject", "path")
    }
    told = [Told(*messages[key], row.rung > 0) for row in rows if (key := f"reminder:{row.pk}") in messages]
    if len(told) == len(rows):
        with translation.override(settings.LANGUAGE_CODE):  # staff read Chinese
            notice.subject, notice.body = reminder_words.subject(told), reminder_words.body(told)
