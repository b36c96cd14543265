"""Publishing: the edition is sealed, logged and searchable in one transaction, or nothing happened.

The review procedure stands in front of `publish` and `schedule`; an emergency enters by `publish_in_emergency`
with one signature, an archive by `migrate`.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure import publication_log, search
from disclosure.enums import (
    OPEN_STATES,
    EditionAction,
    EditionState,
    ItemState,
    LogKind,
    Mode,
    Procedure,
    ReviewStep,
)
from disclosure.models import Edition, Item, LogEntry
from disclosure.services import fulfil, procedure, submission
from govportal import access, audit
from govportal.calendar import load_calendar
from govportal.html import sanitise
from govportal.models import Agency, PublicRevision, User
from govportal.permissions import Permission
from govportal.site import site_profile
from govportal.workdays import add_working_days

# The verb by which each procedure ends; an archive has none.
_ACTION_OF = {
    Procedure.REVIEW: EditionAction.PUBLISH,
    Procedure.EMERGENCY: EditionAction.EMERGENCY_PUBLISH,
}

LATEST = timedelta(days=366)  # a year: what is scheduled later has the wrong date
# Columns of Item that are a projection of its current edition.
PROJECTED = (
    "title",
    "document_number",
    "category",
    "aspect",
    "topic",
    "validity",
    "formed_on",
    "published_on",
    "expires_on",
)


def open_edition(item: Item) -> Edition | None:
    """The edition that is being worked on, if any."""
    edition = item.editions.filter(state__in=OPEN_STATES).first()
    if edition:
        edition.item = item
    return edition


def is_discarded(item: Item) -> bool:
    return Item.objects.discarded().filter(pk=item.pk).exists()


def reasons_against(edition: Edition, action: EditionAction, actor: Any, *, at: datetime) -> list[str]:
    """Why this person cannot publish or schedule this edition at that moment; empty when they can.

    `actor` None is the scheduler, who acts on what others have decided.
    """
    reasons = procedure.reasons_against(edition, action, actor) if actor else _not_scheduled(edition)
    return reasons or [*_unpublishable(edition, localdate(at)), *_not_with_its_partners(edition, localdate(at))]


def _not_scheduled(edition: Edition) -> list[str]:
    if edition.state == EditionState.SCHEDULED:
        return []
    return [_("这一版的状态是“%s”，不在定时公开之列。") % edition.get_state_display()]


def _unpublishable(edition: Edition, day: date) -> list[str]:
    """What forbids publication whoever asks: attribute, day, state, a text that is not what was signed."""
    reasons = [*_faults(edition, day), *_not_proactive(edition)]
    if edition.formed_on and edition.formed_on > day:
        reasons.append(_("公开日期不能早于成文日期 %s。") % edition.formed_on.isoformat())
    if edition.state in (EditionState.APPROVED, EditionState.SCHEDULED):
        signed = edition.approvals.standing().filter(digest=publication_log.review_digest(edition))
        if not set(edition.steps) <= set(signed.values_list("step", flat=True)):
            reasons.append(_("文本与审定时的摘要不一致，或者签署不全，须重新送审。"))
    return reasons


def _not_proactive(edition: Edition) -> list[str]:
    if edition.mode == Mode.PROACTIVE:
        return []
    return [_("公开方式是“%s”，不能主动公开。") % edition.get_mode_display()]


def _not_with_its_partners(edition: Edition, day: date) -> list[str]:
    """Policy and interpretation appear together: neither alone (domain §4.4)."""
    reasons = [
        _("解读与政策文件同时公开，请公开“%s”，本解读会一并公开。") % target.index_number
        for target in submission.interpreted(edition.item)
    ]
    # One that was there at submission may have been given up since.
    reasons += submission.missing_interpretation(edition)
    for source in _waiting_interpretations(edition.item):
        partner = open_edition(source)
        if partner is None or partner.state not in (EditionState.APPROVED, EditionState.SCHEDULED):
            reasons.append(_("政策解读 %s 还没有审定。") % source.index_number)
        else:
            reasons += _unpublishable(partner, day)
    return reasons


def _waiting_interpretations(item: Item) -> list[Item]:
    return [source for source in submission.interpretations(item) if source.current_edition_id is None]


def _faults(edition: Edition, day: date) -> list[str]:
    """What no text may be made public with, an archive's no more than another."""
    reasons = submission.ended(edition.item, edition.expires_on, day)
    if not edition.title.strip() or not edition.body.strip():
        reasons.append(_("标题和正文不能为空。"))
    return reasons


@transaction.atomic
def publish(edition_id: int, *, actor: User | None, at: datetime, note: str = "") -> LogEntry:
    """Publish an approved edition in its agency's name, and its waiting interpretations with it.

    公开日期 is the day the public could first read the item: an amendment keeps it, a first edition takes the
    day of `at` in Beijing. `actor` None: the scheduler. Raises ValidationError with every reason against it.
    """
    edition = procedure.locked(edition_id)
    waiting = [open_edition(source) for source in _waiting_interpretations(edition.item)]
    # Locked before anybody looks at them: nobody takes a partner back between the look and the deed.
    partners = [procedure.locked(partner.pk) for partner in waiting if partner]
    procedure.check(reasons_against(edition, EditionAction.PUBLISH, actor, at=at))
    if actor is None and edition.publish_at and edition.publish_at > at:
        raise ValidationError(_("还没有到定时公开的时间 %s。") % _minute(edition.publish_at))
    entry = _make_public(edition, actor=actor, at=at, note=note)
    for partner in partners:
        _make_public(partner, actor=actor, at=at, note=note)
    return entry


def _make_public(edition: Edition, *, actor: User | None, at: datetime, note: str) -> LogEntry:
    item = edition.item
    kind = LogKind.AMEND if item.current_edition_id else LogKind.PUBLISH
    return _seal(item, edition, kind, actor=actor, at=at, note=note, published_on=item.published_on or localdate(at))


@transaction.atomic
def schedule(edition_id: int, *, actor: User, at: datetime, publish_at: datetime) -> Edition:
    """定时公开: fix the minute at which an approved edition becomes public. Raises ValidationError with reasons."""
    edition = procedure.locked(edition_id)
    procedure.check(reasons_against(edition, EditionAction.SCHEDULE, actor, at=at))
    if publish_at <= at:
        raise ValidationError({"publish_at": _("定时公开的时间已经过去，请选以后的时间，或者立即公开。")})
    if publish_at > at + LATEST:
        raise ValidationError({"publish_at": _("定时公开的时间不能在一年以后。")})
    edition.publish_at, edition.publish_fault = publish_at.replace(second=0, microsecond=0), ""
    fields = ("publish_at", "publish_fault")
    procedure.move(edition, EditionAction.SCHEDULE, actor=actor, at=at, note=_minute(publish_at), fields=fields)
    return edition


@transaction.atomic
def unschedule(edition_id: int, *, actor: User, at: datetime, note: str = "") -> Edition:
    """取消定时: the edition stays approved."""
    edition = procedure.locked(edition_id)
    procedure.check(procedure.reasons_against(edition, EditionAction.UNSCHEDULE, actor))
    edition.publish_at, edition.publish_fault = None, ""
    fields = ("publish_at", "publish_fault")
    procedure.move(edition, EditionAction.UNSCHEDULE, actor=actor, at=at, note=note, fields=fields)
    return edition


def _minute(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def reasons_against_emergency(edition: Edition, actor: Any, *, at: datetime) -> list[str]:
    """Why this person cannot publish this edition in an emergency, with the review to follow (domain §4.7).

    Reviews, records and interpretation can be made good afterwards; what is sealed with a name or a wrong day cannot.
    """
    reasons = procedure.reasons_against(edition, EditionAction.EMERGENCY_PUBLISH, actor)
    return reasons or [*submission.content_faults(edition, localdate(at)), *_not_proactive(edition)]


@transaction.atomic
def publish_in_emergency(edition_id: int, *, actor: User, at: datetime, reason: str) -> LogEntry:
    """应急公开: one approver who is not the author, a reason, and a day by which the review is made good."""
    edition = procedure.locked(edition_id)
    procedure.check(reasons_against_emergency(edition, actor, at=at))
    if not reason.strip():
        raise ValidationError({"reason": _("应急公开须写明理由。")})
    edition.procedure, edition.emergency_reason = Procedure.EMERGENCY, reason
    if edition.state == EditionState.DRAFT:
        edition.is_substantive = submission.is_substantive(edition)
    edition.review_due_on = add_working_days(localdate(at), site_profile().emergency_review_days, load_calendar())
    edition.review_digest = publication_log.review_digest(edition)
    edition.review_steps = list(edition.steps)
    edition.clean_fields(exclude={"item", "created_by", "last_edited_by"})
    columns = ["procedure", "emergency_reason", "review_due_on", "review_digest", "review_steps", "is_substantive"]
    edition.save(update_fields=columns)
    procedure.sign(edition, ReviewStep.EMERGENCY, actor=actor, at=at, note=reason)
    return _make_public(edition, actor=actor, at=at, note=reason)


@transaction.atomic
def migrate(item_id: int, *, actor: User, at: datetime, reason: str, published_on: date) -> LogEntry:
    """Take over an item that another system published on `published_on`, by a named user with a reason.

    For the archive importer on the command line alone: it skips review because the text is already public.
    """
    if not reason.strip():
        raise ValidationError(_("迁入须写明理由。"))
    item = Item.objects.select_for_update(of=("self",)).select_related("agency").get(pk=item_id)
    edition = open_edition(item)
    if edition is None:
        raise ValidationError(_("没有待公开的版本。"))
    if not may_migrate(actor, item.agency):
        raise PermissionDenied(_("迁入存量信息须由管理员进行。"))
    if item.state != ItemState.UNPUBLISHED:
        raise ValidationError(_("这条信息已经公开过，新版本须经审查。"))
    procedure.check(_faults(edition, localdate(at)))
    edition.procedure = Procedure.MIGRATION
    return _seal(item, edition, LogKind.MIGRATE, actor=actor, at=at, note=reason, published_on=published_on)


def may_migrate(actor: User, agency: Agency) -> bool:
    """The one thing a superuser may do besides opening the admin, and only on the command line (domain §4.1)."""
    return actor.is_superuser or access.can(actor, Permission.MIGRATE_ARCHIVE, agency)


def _seal(
    item: Item, edition: Edition, kind: LogKind, *, actor: User | None, at: datetime, note: str, published_on: date
) -> LogEntry:
    """The one place that makes an edition public. Order matters: digest, log, then what readers see."""
    body = sanitise(edition.body)
    if body != edition.body:
        raise ValidationError(_("正文含有不允许的内容，须重新保存后送审。"))
    edition.published_at, edition.published_on = at, published_on
    edition.digest = publication_log.digest(edition)
    sealed = ("published_at", "published_on", "digest", "procedure")
    if kind == LogKind.MIGRATE:
        edition.state = EditionState.PUBLISHED
        edition.save(update_fields=["state", *sealed])
    else:
        procedure.move(edition, _ACTION_OF[Procedure(edition.procedure)], actor=actor, at=at, note=note, fields=sealed)
    entry = publication_log.append(kind, item, edition, actor=actor or _("定时任务"), at=at, note=note)
    for name in PROJECTED:
        setattr(item, name, getattr(edition, name))
    item.current_edition, item.updated_at = edition, at
    item.year, item.level = published_on.year, item.agency.level
    columns = [*PROJECTED, "current_edition", "updated_at", "year", "level", "state"]
    if item.state == ItemState.EXPIRED:
        item.closed_at, item.closing_ground, item.closing_basis, item.closing_explanation = None, "", "", ""
        item.replaced_by = None
        columns += ["closed_at", "closing_ground", "closing_basis", "closing_explanation", "replaced_by"]
    if item.state in (ItemState.UNPUBLISHED, ItemState.EXPIRED):
        item.state = ItemState.LIVE
    item.save(update_fields=columns)
    search.index_item(item)
    fulfil.meet_by(item, at=at)
    PublicRevision.raise_number()
    audit.record(
        actor,
        f"item.{kind}",
        item,
        agency=item.agency,
        after={"edition": edition.number, "digest": edition.digest, "entry": entry.sequence},
        note=procedure.open_words(item, edition, note),
    )
    return entry
