"""What the clock does: scheduled editions become public, texts past their last day end (domain §4.3, §4.6).

Found by query and done one by one, each in a transaction of its own, so that a fault stops nothing else, a round
may be cut off anywhere, and two rounds at once do each thing once: the second finds it done.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _

from disclosure.enums import EditionState, ItemAction, ReviewStep
from disclosure.models import Edition, Item
from disclosure.queries import ItemQuerySet
from disclosure.services import close, procedure, publish, ruling, terms
from govportal import audit, notices
from govportal.models import AuditEvent, User

logger = logging.getLogger(__name__)

# Ends in one round of ten minutes, so that an archive that is taken over does not hold up the worker.
ENDS_A_ROUND = 2000
END_FAILED = "item.end_failed"


@dataclass(frozen=True, slots=True)
class Round:
    """The ids of what was done and of what could not be done."""

    done: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not (self.done or self.failed):
            return _("没有到时的事项")
        return _("办理 %(done)s 件，失败 %(failed)s 件") % {"done": len(self.done), "failed": len(self.failed)}


def publish_due(at: datetime) -> Round:
    """Publish every edition whose minute has come.

    One that cannot be published keeps its place and is tried again in each round, which costs one look at it. Its
    fault is written down, audited and mailed once, when it first appears or changes; a fault is judged only after
    all others had their turn, for an interpretation goes public with its policy.
    """
    due = list(Edition.objects.due_for_publication(at).values_list("pk", flat=True))
    done, faults = _one_by_one(due, lambda pk: _publish(pk, at))
    failed = [pk for pk, fault in faults.items() if _note_fault(pk, fault)]
    return Round(tuple(done), tuple(failed))


def expire_due(at: datetime) -> Round:
    """End what has passed its last day: texts past 有效期至 expire, enforcement results past 公示期至 terminate.

    The longest past its day first. A fault is noted in the audit trail, and tried again the next day.
    """
    today = localdate(at)
    expired = _of_a_round(terms.expired(today), at)
    shown_out = _of_a_round(terms.shown_out(today), at)
    done, faults = _one_by_one(expired, lambda pk: _end(pk, _expiry, at))
    also_done, more_faults = _one_by_one(shown_out, lambda pk: _end(pk, _end_of_showing, at))
    for pk, fault in (faults | more_faults).items():
        _note_end_failed(pk, fault)
    return Round((*done, *also_done), (*faults, *more_faults))


def _of_a_round(items: ItemQuerySet, at: datetime) -> list[int]:
    """As many as one round ends. Those that could not be ended today wait until tomorrow, and keep nobody waiting."""
    since = make_aware(datetime.combine(localdate(at), time.min))
    noted = AuditEvent.objects.filter(action=END_FAILED, at__gte=since, at__lt=since + timedelta(days=1))
    failed = {int(pk) for pk in noted.values_list("subject_id", flat=True)}
    ids = items.values_list("pk", flat=True)[: ENDS_A_ROUND + len(failed)]
    return [pk for pk in ids if pk not in failed][:ENDS_A_ROUND]


@transaction.atomic
def _note_end_failed(item_id: int, fault: str) -> None:
    item = Item.objects.select_related("agency").get(pk=item_id)
    audit.record(None, END_FAILED, item, agency=item.agency, note=fault)


def _one_by_one(ids: Iterable[int], deed: Callable[[int], bool]) -> tuple[list[int], dict[int, str]]:
    """What was done, and why the rest was not; a deed answers False when another round had done it."""
    done: list[int] = []
    faults: dict[int, str] = {}
    for pk in ids:
        try:
            if deed(pk):
                done.append(pk)
        except ValidationError as refusal:
            faults[pk] = "；".join(refusal.messages)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # whatever happens to one concerns that one alone
            logger.exception("scheduled work on %s failed", pk)
            faults[pk] = _("系统错误（%s），详见运行日志。") % type(error).__name__
    return done, faults


@transaction.atomic
def _publish(edition_id: int, at: datetime) -> bool:
    edition = procedure.locked(edition_id)
    if not _is_due(edition, at):
        return False
    Edition.objects.filter(pk=edition_id).exclude(publish_fault="").update(publish_fault="")
    publish.publish(edition_id, actor=None, at=at)
    return True


def _is_due(edition: Edition, at: datetime) -> bool:
    """Not yet published by another round, nor taken off the schedule, nor put off."""
    return edition.state == EditionState.SCHEDULED and edition.publish_at is not None and edition.publish_at <= at


@transaction.atomic
def _note_fault(edition_id: int, fault: str) -> bool:
    """Write the fault down if it is new, and tell the author and the approver. False if it is no fault any more."""
    edition = procedure.locked(edition_id)
    if edition.state != EditionState.SCHEDULED:
        return False
    fault = fault[:500]
    if fault == edition.publish_fault:
        return True
    edition.publish_fault = fault
    edition.save(update_fields=["publish_fault"])
    record = audit.record(None, "edition.schedule_failed", edition, agency=edition.item.agency, note=fault)
    approver = Q(pk__in=edition.approvals.standing().filter(step=ReviewStep.APPROVAL).values("signer"))
    notices.tell(
        User.objects.filter(approver | Q(pk=edition.created_by_id)),
        kind="publication",
        key=f"schedule-failed:{record.pk}",
        subject=_("定时公开失败：%s") % edition.item.index_number,
        path=reverse("admin:disclosure_edition_change", args=[edition_id]),
        body=fault,
    )
    return True


@transaction.atomic
def _end(item_id: int, closing_on: Callable[[Item, date], close.Closing | None], at: datetime) -> bool:
    item = ruling.locked(item_id)
    closing = closing_on(item, localdate(at))
    if closing is None or close.faults(item, closing):  # ended by another round, or given a longer life
        return False
    close.close(item_id, closing, actor=None, at=at)
    return True


def _expiry(item: Item, today: date) -> close.Closing | None:
    if item.expires_on is None or item.expires_on >= today:
        return None
    number, day = item.document_number or item.index_number, item.expires_on.isoformat()
    return close.Closing(
        action=ItemAction.EXPIRE,
        ground=_("有效期届满"),
        basis=_("%s 载明的有效期") % number,
        explanation=_("本文件有效期至 %s，期满自行失效。") % day,
    )


def _end_of_showing(item: Item, today: date) -> close.Closing | None:
    last_day = terms.shown_until(item)
    if last_day is None or last_day >= today:
        return None
    return close.Closing(
        action=ItemAction.TERMINATE,
        ground=_("公示期满"),
        basis=_("%s 载明的公示期") % item.index_number,
        explanation=_("本信息公示期至 %s，期满停止公示。") % last_day.isoformat(),
    )
