"""The print queue: what takes longer than a page may is made by workers in parts, and fetched when it is done.

The rows are the truth and the broker only a bell. A part is taken by one statement that compares what it was, so that
two workers, or a message that comes twice, never make it both; whoever died over it has it for LEASE, then another
takes it. Files lie below PRINT_ROOT and go with their job after KEPT.
"""

import errno
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from disclosure import print_files
from disclosure.enums import PUBLIC_CHAIN, LogKind, PrintFormat, PrintKind, PrintState
from disclosure.models import LogEntry, PrintJob, PrintPart, SheetItem
from disclosure.services.procedure import check
from govportal import access, audit, jobs, pdf
from govportal.models import Agency, User
from govportal.permissions import Permission

PART, FINISH = "disclosure.print_part", "disclosure.finish_print"
LEASE = timedelta(minutes=6)  # longer than the hard time limit of the task, so that whoever held it is gone
PATIENCE = timedelta(minutes=2)  # a bell may be late so long before it is rung again
LONGEST_PATIENCE = timedelta(hours=1)  # with workers that are away
MOST_TRIES = 3  # to make a part over which workers die
KEPT = timedelta(days=7)
FRESH = timedelta(hours=1)  # what is done is given to whoever wishes the same so long
SETTLING = timedelta(minutes=1)  # what was taken back so long before may not have been seen
MOST_OPEN = 40  # jobs of the public that wait or run at once
RUNG_AT_ONCE = 20  # parts; when they are made the next minute rings for more
OPEN = (PrintState.WAITING, PrintState.RUNNING)
# What the public log says of an item whose text no paper may show any more.
_TAKEN_BACK = (LogKind.WITHDRAW, LogKind.TERMINATE, LogKind.REDACT)
_FULL = (errno.ENOSPC, errno.EDQUOT)

# Kept in the row, so Chinese whatever language the page has.
TOO_LONG = "文字太多，一册放不下。请缩小范围后重新生成。"
TOO_SLOW = "生成时间超过限度。请缩小范围后重新生成。"
TOO_MUCH_FOR_ONE = "内容太多，一个 PDF 放不下。请选 ZIP 重新生成。"
NO_ROOM = "服务器存储空间不足，请联系管理员。"
BROKEN = "生成时出错，请稍后重试；仍然失败的，请联系管理员。"
GIVEN_UP = "多次没有生成完，已停止。请缩小范围后重新生成。"
CLEARED = "有内容依法删除，此前生成的文件已清除。请重新生成。"

logger = logging.getLogger(__name__)

type Maker = Callable[[PrintPart], bytes]


@dataclass(frozen=True, slots=True)
class Volume:
    """One file (第n册) of a wish; `wanted` are values that the maker of the kind reads."""

    title: str
    wanted: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants printed, split into what a worker makes in one go."""

    kind: PrintKind
    format: PrintFormat
    title: str
    volumes: tuple[Volume, ...]
    wanted: dict[str, Any] = field(default_factory=dict)


def reasons_against_ordering(wish: Wish, actor: User | None, *, at: datetime) -> list[str]:
    """Why this person cannot have this made now; empty when he can."""
    reasons = _against_wishing(wish.kind, wish.wanted, actor)
    if actor is None and not _same(_digest(wish), at) and _open_of_the_public() >= MOST_OPEN:
        reasons.append(_("正在生成的文件太多，请稍后再试。"))
    return reasons


def _against_wishing(kind: str, wanted: Mapping[str, Any], actor: Any) -> list[str]:
    """A list is anybody's; the boards of an agency are put together by those who keep them."""
    if kind != PrintKind.BUNDLE:
        return []
    agency = Agency.objects.filter(pk=wanted["agency"]).first()
    if agency and access.can(actor, Permission.MANAGE_BOARDS, agency):
        return []
    return [_("您在这个单位没有管理公开栏的角色。")]


def _open_of_the_public() -> int:
    return PrintJob.objects.filter(state__in=OPEN, asked_by=None).count()


def order(wish: Wish, *, actor: User | None, at: datetime) -> PrintJob:
    """The job of a wish: one that is under way, one that was done within FRESH, or a new one.

    Raises ValidationError with every reason.
    """
    check(reasons_against_ordering(wish, actor, at=at))
    digest = _digest(wish)
    if found := _same(digest, at):
        return found
    try:
        with transaction.atomic():
            job = PrintJob.objects.create(
                kind=wish.kind, format=wish.format, title=wish.title[:200], wanted=wish.wanted, digest=digest,
                asked_by=actor, asked_at=at,
            )  # fmt: skip
            PrintPart.objects.bulk_create(
                PrintPart(job=job, number=number, title=volume.title[:200], wanted=volume.wanted)
                for number, volume in enumerate(wish.volumes, 1)
            )
            if actor:
                audit.record(actor, "printjob.order", job, after={"kind": wish.kind, "wanted": wish.wanted})
            _ring(job.parts.values_list("pk", flat=True), at)
    except IntegrityError:  # pressed twice at one moment: the other was first
        if found := _same(digest, at):
            return found
        raise
    return job


def _digest(wish: Wish) -> str:
    """Of the wish alone: the rows of a table are chosen when it is wished."""
    volumes = [[volume.title, volume.wanted] for volume in wish.volumes]
    whole = [wish.kind, wish.format, wish.title, wish.wanted, volumes]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _same(digest: str, at: datetime) -> PrintJob | None:
    alive = Q(state__in=OPEN) | Q(state=PrintState.DONE, done_at__gt=at - FRESH)
    for job in PrintJob.objects.filter(alive, digest=digest).order_by("-pk"):
        if job.state != PrintState.DONE or (file_of(job) and not is_outdated(job)):
            return job
    return None


def _ring(parts: Iterable[int], at: datetime) -> None:
    ids = list(parts)
    PrintPart.objects.filter(pk__in=ids).update(rung_at=at)
    for part_id in ids:
        jobs.enqueue(PART, part_id=part_id)


def _ring_for_whole(job_id: int, at: datetime) -> None:
    PrintJob.objects.filter(pk=job_id).update(rung_at=at)
    jobs.enqueue(FINISH, job_id=job_id)


def make(part_id: int, maker: Maker, *, clock: Callable[[], datetime]) -> bool:
    """Make one part, unless somebody else has it or it is done. Whatever goes wrong ends the job with words."""
    part = take(part_id, at=clock())
    if part is None:
        return False
    try:
        kept = _keep(part, maker(part))
    except Exception as error:
        if not isinstance(error, (pdf.TooLong, SoftTimeLimitExceeded)):
            logger.exception("print part %s could not be made", part.pk)
        return _fail(part, _fault(error, part.job))
    if kept and not part.job.parts.exclude(state=PrintState.DONE).exists():
        _ring_for_whole(part.job_id, clock())
    return kept


def _fault(error: Exception, job: PrintJob) -> str:
    """What went wrong, in words for whoever waits, and what he can do."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return NO_ROOM
    if not isinstance(error, (pdf.TooLong, MemoryError, SoftTimeLimitExceeded)):
        return BROKEN
    if job.format == PrintFormat.PDF:
        return TOO_MUCH_FOR_ONE
    return TOO_SLOW if isinstance(error, SoftTimeLimitExceeded) else TOO_LONG


def take(part_id: int, *, at: datetime) -> PrintPart | None:
    """The part, now in the hands of the caller until `at` + LEASE; None if there is nothing to do for him.

    One statement over columns of its own row: with a second table PostgreSQL would not look again after waiting.
    """
    free = Q(state=PrintState.WAITING) | Q(state=PrintState.RUNNING, started_at__lte=at - LEASE)
    part = PrintPart.objects.filter(free, pk=part_id, job__state__in=OPEN).select_related("job").first()
    if part is None:
        return None
    rows = PrintPart.objects.filter(free, pk=part_id)
    if not rows.update(state=PrintState.RUNNING, started_at=at, tries=F("tries") + 1):
        return None
    part.refresh_from_db(fields=["state", "started_at", "tries"])
    if part.tries > MOST_TRIES:
        _fail(part, _given_up(part.job))
        return None
    PrintJob.objects.filter(pk=part.job_id, state=PrintState.WAITING).update(state=PrintState.RUNNING)
    return part


def _given_up(job: PrintJob) -> str:
    return TOO_MUCH_FOR_ONE if job.format == PrintFormat.PDF else GIVEN_UP


def _held(part: PrintPart) -> QuerySet[PrintPart]:
    """The row as long as it is in the hands of who took it then."""
    return PrintPart.objects.filter(pk=part.pk, state=PrintState.RUNNING, started_at=part.started_at)


def _keep(part: PrintPart, content: bytes) -> bool:
    """Named in the row only by who still holds the part."""
    name = print_files.write_part(part, content)
    if _held(part).update(state=PrintState.DONE, file=name):
        return True
    print_files.path_of(name).unlink(missing_ok=True)
    return False


def _fail(part: PrintPart, fault: str) -> bool:
    if _held(part).update(state=PrintState.FAILED):
        PrintJob.objects.filter(pk=part.job_id, state__in=OPEN).update(state=PrintState.FAILED, fault=fault)
    return False


def finish(job_id: int, *, at: datetime) -> bool:
    """Put the parts of a job together once all of them are there. It is held for LEASE, as a part is."""
    job = _take_whole(job_id, at)
    if job is None:
        return False
    held = PrintJob.objects.filter(pk=job.pk, state=PrintState.RUNNING, started_at=at)
    parts = list(job.parts.order_by("number"))
    if any(part.state != PrintState.DONE for part in parts):  # taken back before it was held
        held.update(started_at=None)
        return False
    try:
        name = print_files.write_whole(job, parts)
        size = print_files.path_of(name).stat().st_size
    except Exception as error:
        logger.exception("print job %s could not be put together", job.pk)
        held.update(state=PrintState.FAILED, fault=_fault(error, job))
        return False
    # A part that was taken back meanwhile is not done any more.
    if held.exclude(Exists(_undone())).update(state=PrintState.DONE, file=name, size=size, done_at=at):
        print_files.keep_only(job, name)
        return True
    print_files.path_of(name).unlink(missing_ok=True)
    held.update(started_at=None)
    return False


def _undone() -> QuerySet[PrintPart]:
    return PrintPart.objects.filter(job=OuterRef("pk")).exclude(state=PrintState.DONE)


def _take_whole(job_id: int, at: datetime) -> PrintJob | None:
    free = Q(started_at=None) | Q(started_at__lte=at - LEASE)
    rows = PrintJob.objects.filter(free, pk=job_id, state=PrintState.RUNNING)
    job = rows.exclude(Exists(_undone())).first()
    if job is None or _begin_anew(_outdated_parts(job)):
        return None
    if not rows.update(started_at=at, tries=F("tries") + 1):
        return None
    if job.tries >= MOST_TRIES:
        fault = _given_up(job)
        PrintJob.objects.filter(pk=job.pk, started_at=at).update(state=PrintState.FAILED, fault=fault)
        return None
    return job


def _begin_anew(parts: Iterable[int]) -> int:
    """Back into the queue, out of the hands of whoever has them; the next minute rings for them. How many."""
    rows = PrintPart.objects.filter(pk__in=list(parts))
    return rows.update(state=PrintState.WAITING, started_at=None, rung_at=None, tries=0, file="")


def file_name(job: PrintJob) -> str:
    """What the file of a job is called by whoever fetches it."""
    return f"{print_files.safe_name(job.title)}.{job.format}"


def file_of(job: PrintJob) -> Path | None:
    """The file of a done job; None if it is gone."""
    path = print_files.path_of(job.file) if job.state == PrintState.DONE and job.file else None
    return path if path and path.is_file() else None


def is_outdated(job: PrintJob) -> bool:
    """Whether something in it was withdrawn or deleted by law since it was made: it is given to nobody."""
    return bool(_outdated_parts(job))


def _outdated_parts(job: PrintJob) -> list[int]:
    """The parts that were begun before something in them was taken back, or so soon after that nobody can tell."""
    parts = [(part, part.started_at - SETTLING) for part in job.parts.all() if part.started_at]
    since = min((begun for _part, begun in parts), default=None)
    if since is None:
        return []
    entries = LogEntry.objects.filter(chain=PUBLIC_CHAIN, kind__in=_TAKEN_BACK, at__gte=since)
    closed = dict(entries.order_by("at").values_list("item_id", "at"))
    hung: dict[int, set[int]] = {}
    for sheet, item in SheetItem.objects.filter(item__in=closed.keys()).values_list("sheet_id", "item_id"):
        hung.setdefault(sheet, set()).add(item)

    def items_of(part: PrintPart) -> set[int]:
        sheets = [hung.get(sheet, set()) for sheet in part.wanted.get("sheets", [])]
        return closed.keys() & set(part.wanted.get("items", [])).union(*sheets)

    return [part.pk for part, begun in parts if any(closed[item] >= begun for item in items_of(part))]


def reasons_against_retrying(job: PrintJob, actor: User) -> list[str]:
    """Why this person cannot begin it again; empty when he can."""
    reasons = [] if job.state == PrintState.FAILED else [_("只有未能生成的任务才能重试。")]
    if job.asked_by_id != actor.pk and not access.holds_for_all(actor, Permission.MANAGE_SITE):
        reasons.append(_("只有申请人和网站管理员可以重试。"))
    return reasons + _against_wishing(job.kind, job.wanted, actor)


def retry(job_id: int, *, actor: User, at: datetime) -> PrintJob:
    """Begin a failed job again, from the first part: what was made then may be no longer true. Raises ValidationError
    with every reason."""
    try:
        return _retry(job_id, actor, at)
    except IntegrityError as error:  # the same was ordered anew
        raise ValidationError(_("同样的任务正在生成，不需要重试。")) from error


@transaction.atomic
def _retry(job_id: int, actor: User, at: datetime) -> PrintJob:
    job = PrintJob.objects.select_for_update().get(pk=job_id)
    check(reasons_against_retrying(job, actor))
    job.state, job.fault, job.asked_at, job.started_at, job.tries = PrintState.WAITING, "", at, None, 0
    job.save(update_fields=["state", "fault", "asked_at", "started_at", "tries"])
    parts = list(job.parts.values_list("pk", flat=True))
    _begin_anew(parts)
    print_files.delete_folders([print_files.root() / job.key])
    audit.record(actor, "printjob.retry", job)
    _ring(parts, at)
    return job


def ring_again(at: datetime) -> int:
    """Ring for parts whose bell was lost or whose worker died, and for jobs that nobody put together.

    For the first of them only: while no worker is there, more bells would only lie in the broker.
    """
    stalled = Q(state=PrintState.RUNNING, started_at__lte=at - LEASE)
    parts = PrintPart.objects.filter(Q(state=PrintState.WAITING) | stalled, job__state__in=OPEN)
    first = parts.select_related("job").order_by("job", "number")[:RUNG_AT_ONCE]
    due = [part.pk for part in first if _is_due(part.rung_at, part.started_at or part.job.asked_at, at)]
    _ring(due, at)
    whole = PrintJob.objects.filter(~Exists(_undone()), state=PrintState.RUNNING)
    free = whole.filter(Q(started_at=None) | Q(started_at__lte=at - LEASE)).annotate(begun=Max("parts__started_at"))
    for job in free.order_by("pk")[:RUNG_AT_ONCE]:
        if job.begun and _is_due(job.rung_at, job.started_at or job.begun, at):
            _ring_for_whole(job.pk, at)
    return len(due)


def _is_due(rung_at: datetime | None, since: datetime, at: datetime) -> bool:
    """Whether to ring again: after PATIENCE, then as late again as it has waited, so that few bells lie in the broker
    for a worker that is away."""
    return rung_at is None or at - rung_at >= min(max(rung_at - since, PATIENCE), LONGEST_PATIENCE)


def clear(begun_before: datetime | None = None) -> int:
    """A text was deleted by law: no file may keep it. What is done is gone, what is under way begins anew.

    `begun_before`: what was begun later is left, for it was made without the text. How many done jobs were cleared.
    """
    begun = PrintPart.objects.filter(job=OuterRef("pk"), started_at__isnull=False)
    if begun_before:
        begun = begun.filter(started_at__lt=begun_before)
    touched = dict(PrintJob.objects.filter(Exists(begun)).values_list("pk", "key"))
    # Those under way first: what is put together meanwhile is then found among the done ones.
    anew = PrintPart.objects.filter(job__in=touched, job__state__in=OPEN).exclude(state=PrintState.WAITING)
    _begin_anew(anew.values_list("pk", flat=True))
    PrintJob.objects.filter(pk__in=touched, state__in=OPEN).update(started_at=None)
    done = PrintJob.objects.filter(pk__in=touched, state=PrintState.DONE)
    count = done.update(state=PrintState.FAILED, fault=CLEARED, file="", size=0)
    print_files.delete_folders(print_files.root() / key for key in touched.values())
    return count


def sweep(at: datetime) -> int:
    """Delete jobs after KEPT, with their files, and files that no job will give: those of failed ones too."""
    deleted, _by_model = PrintJob.objects.filter(asked_at__lte=at - KEPT).exclude(state__in=OPEN).delete()
    folders = print_files.folders()  # before the keys are read: a job that comes meanwhile keeps its folder
    known = set(PrintJob.objects.exclude(state=PrintState.FAILED).values_list("key", flat=True))
    print_files.delete_folders(folder for folder in folders if folder.name not in known)
    return deleted
