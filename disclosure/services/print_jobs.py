"""The print queue: what takes longer than a page may is made by workers in parts, and fetched when it is done.

The rows are the truth and the broker only a bell. A part is taken by one statement that compares what it was, so that
two workers, or a message that comes twice, never make it both; whoever died over it has it for LEASE, then another
takes it. Files lie below PRINT_ROOT and go with their job after KEPT.
"""

import hashlib
import json
import logging
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime

from disclosure.enums import PUBLIC_CHAIN, LogKind, PrintFormat, PrintKind, PrintState
from disclosure.models import LogEntry, PrintJob, PrintPart, SheetItem
from govportal import audit, jobs, pdf
from govportal.html import without_controls
from govportal.models import PublicRevision, User
from govportal.now import today

PART, FINISH = "disclosure.print_part", "disclosure.finish_print"
LEASE = timedelta(minutes=6)  # longer than the hard time limit of the task, so that whoever held it is gone
PATIENCE = timedelta(minutes=2)  # a bell may be late so long before it is rung again
MOST_TRIES = 3  # to make a part over which workers die
KEPT = timedelta(days=7)
MOST_OPEN = 40  # jobs of the public that wait or run at once
RUNG_AT_ONCE = 20  # parts; the next minute rings for more
OPEN = (PrintState.WAITING, PrintState.RUNNING)
# What the public log says of an item whose text no paper may show any more.
_TAKEN_BACK = (LogKind.WITHDRAW, LogKind.TERMINATE, LogKind.REDACT)
_NOT_IN_NAMES = '\\/:*?"<>|'

TOO_LONG = "文字太多，一册放不下。请缩小范围后重新生成。"
TOO_SLOW = "生成时间超过限度。请缩小范围后重新生成。"
NO_ROOM = "服务器存储空间不足，请联系管理员。"
BROKEN = "生成时出错，请稍后重试；仍然失败的，请联系管理员。"
GIVEN_UP = "多次没有生成完，已停止。请缩小范围后重新生成。"
CLEARED = "有内容依法删除，此前生成的文件已清除。请重新生成。"
BUSY = "正在生成的文件太多，请稍后再试。"

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


def order(wish: Wish, *, actor: User | None, at: datetime) -> PrintJob:
    """The job of a wish: one that is under way or done for the same state of the records, or a new one.

    Raises ValidationError when the queue is full.
    """
    digest = _digest(wish)
    if found := _same(digest):
        return found
    if actor is None and PrintJob.objects.filter(state__in=OPEN, asked_by=None).count() >= MOST_OPEN:
        raise ValidationError(BUSY)
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
            _ring(job.parts.values_list("pk", flat=True))
    except IntegrityError:  # pressed twice at one moment: the other was first
        if found := _same(digest):
            return found
        raise
    return job


def _digest(wish: Wish) -> str:
    """Of the wish and of all that the public may read today."""
    volumes = [[volume.title, volume.wanted] for volume in wish.volumes]
    whole = [wish.kind, wish.format, wish.title, wish.wanted, volumes, PublicRevision.current(), today().isoformat()]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _same(digest: str) -> PrintJob | None:
    for job in PrintJob.objects.filter(digest=digest, state__in=[*OPEN, PrintState.DONE]).order_by("-pk"):
        if job.state != PrintState.DONE or file_of(job):
            return job
    return None


def _ring(parts: Iterable[int]) -> None:
    for part_id in parts:
        jobs.enqueue(PART, part_id=part_id)


def make(part_id: int, maker: Maker, *, clock: Callable[[], datetime]) -> bool:
    """Make one part, unless somebody else has it or it is done. Whatever goes wrong ends the job with words."""
    part = take(part_id, at=clock())
    if part is None:
        return False
    try:
        content = maker(part)
        kept = _keep(part, content)
    except SoftTimeLimitExceeded:
        return _fail(part, TOO_SLOW)
    except pdf.TooLong:
        return _fail(part, TOO_LONG)
    except OSError:
        logger.exception("print part %s could not be kept", part.pk)
        return _fail(part, NO_ROOM)
    except Exception:
        logger.exception("print part %s could not be made", part.pk)
        return _fail(part, BROKEN)
    if kept and not part.job.parts.exclude(state=PrintState.DONE).exists():
        jobs.enqueue(FINISH, job_id=part.job_id)
    return kept


def take(part_id: int, *, at: datetime) -> PrintPart | None:
    """The part, now in the hands of the caller until `at` + LEASE; None if there is nothing to do for him.

    One statement over columns of its own row: with a second table PostgreSQL would not look again after waiting.
    """
    free = Q(state=PrintState.WAITING) | Q(state=PrintState.RUNNING, started_at__lte=at - LEASE)
    part = PrintPart.objects.filter(free, pk=part_id, job__state__in=OPEN).select_related("job").first()
    if part is None:
        return None
    part.wanted["tries"] = part.wanted.get("tries", 0) + 1
    rows = PrintPart.objects.filter(free, pk=part_id)
    if not rows.update(state=PrintState.RUNNING, started_at=at, wanted=part.wanted):
        return None
    part.state, part.started_at = PrintState.RUNNING, at
    if part.wanted["tries"] > MOST_TRIES:
        _fail(part, GIVEN_UP)
        return None
    PrintJob.objects.filter(pk=part.job_id, state=PrintState.WAITING).update(state=PrintState.RUNNING)
    return part


def _held(part: PrintPart) -> QuerySet[PrintPart]:
    """The row as long as it is in the hands of who took it then."""
    return PrintPart.objects.filter(pk=part.pk, state=PrintState.RUNNING, started_at=part.started_at)


def _keep(part: PrintPart, content: bytes) -> bool:
    """Under a name nobody else writes, and named in the row only by who still holds the part."""
    name = f"{part.job.key}/{part.number:04d}-{token_hex(4)}.pdf"
    path = _root() / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content)
    if _held(part).update(state=PrintState.DONE, file=name):
        return True
    path.unlink(missing_ok=True)
    return False


def _fail(part: PrintPart, fault: str) -> bool:
    if _held(part).update(state=PrintState.FAILED):
        PrintJob.objects.filter(pk=part.job_id, state__in=OPEN).update(state=PrintState.FAILED, fault=fault)
    return False


def finish(job_id: int, *, at: datetime) -> bool:
    """Put the parts of a job together once all of them are there. Two at once write two files, and one is kept."""
    job = PrintJob.objects.filter(pk=job_id, state=PrintState.RUNNING).first()
    parts = list(job.parts.order_by("number")) if job else []
    if job is None or not parts or any(part.state != PrintState.DONE for part in parts):
        return False
    name = f"{job.key}/whole-{token_hex(4)}.{job.format}"
    path = _root() / name
    try:
        if job.format == PrintFormat.ZIP:
            _write_zip(path, job, parts)
        else:
            shutil.copyfile(_root() / parts[0].file, path)
        size = path.stat().st_size
    except OSError:
        logger.exception("print job %s could not be put together", job.pk)
        path.unlink(missing_ok=True)
        PrintJob.objects.filter(pk=job.pk, state=PrintState.RUNNING).update(state=PrintState.FAILED, fault=NO_ROOM)
        return False
    rows = PrintJob.objects.filter(pk=job.pk, state=PrintState.RUNNING)
    # A part that was taken back meanwhile is not done any more.
    undone = PrintPart.objects.filter(job=OuterRef("pk")).exclude(state=PrintState.DONE)
    if rows.exclude(Exists(undone)).update(state=PrintState.DONE, file=name, size=size, done_at=at):
        for part in parts:
            (_root() / part.file).unlink(missing_ok=True)
        return True
    path.unlink(missing_ok=True)
    return False


def _write_zip(path: Path, job: PrintJob, parts: list[PrintPart]) -> None:
    """The volumes as they are, for a PDF does not shrink, and what each should hash to."""
    stamp = localtime(job.asked_at).timetuple()[:6]
    listed = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            source = _root() / part.file
            entry = zipfile.ZipInfo(f"{safe_name(part.title)}.pdf", stamp)
            entry.file_size = source.stat().st_size
            sha256 = hashlib.sha256()
            with source.open("rb") as reading, archive.open(entry, "w") as writing:
                while block := reading.read(1 << 20):
                    sha256.update(block)
                    writing.write(block)
            listed.append({"file": entry.filename, "sha256": sha256.hexdigest(), "size": entry.file_size})
        made = {"title": job.title, "asked_at": job.asked_at.isoformat(timespec="seconds"), "volumes": listed}
        archive.writestr(zipfile.ZipInfo("manifest.json", stamp), json.dumps(made, ensure_ascii=False, indent=1))
        archive.writestr(zipfile.ZipInfo("README.txt", stamp), _readme(job, listed))


def _readme(job: PrintJob, listed: list[dict[str, Any]]) -> str:
    lines = [job.title, f"共 {len(listed)} 个文件。每个文件的 SHA-256：", ""]
    lines += [f"{each['sha256']}  {each['file']}" for each in listed]
    return "\r\n".join([*lines, ""])


def safe_name(title: str) -> str:
    """A title as the name of a file on any system."""
    text = "".join("_" if sign in _NOT_IN_NAMES else sign for sign in without_controls(title))
    return text.strip(" .")[:80] or "print"


def file_name(job: PrintJob) -> str:
    """What the file of a job is called by whoever fetches it."""
    return f"{safe_name(job.title)}.{job.format}"


def file_of(job: PrintJob) -> Path | None:
    """The file of a done job; None if it is gone."""
    path = _root() / job.file if job.state == PrintState.DONE and job.file else None
    return path if path and path.is_file() else None


def is_outdated(job: PrintJob) -> bool:
    """Whether something in it was withdrawn or deleted by law since it was ordered: it is given to nobody."""
    # A minute earlier, for what was under way when the job was ordered.
    since = job.asked_at - timedelta(minutes=1)
    entries = LogEntry.objects.filter(chain=PUBLIC_CHAIN, kind__in=_TAKEN_BACK, at__gte=since)
    closed = set(entries.values_list("item_id", flat=True))
    return bool(closed) and not closed.isdisjoint(_items_of(job))


def _items_of(job: PrintJob) -> Iterator[int]:
    sheets: list[int] = []
    for wanted in job.parts.values_list("wanted", flat=True):
        yield from wanted.get("items", [])
        sheets += wanted.get("sheets", [])
    yield from SheetItem.objects.filter(sheet__in=sheets).values_list("item_id", flat=True)


def reasons_against_retrying(job: PrintJob, actor: User) -> list[str]:
    return [] if job.state == PrintState.FAILED else ["只有未能生成的任务才能重试。"]


def retry(job_id: int, *, actor: User, at: datetime) -> PrintJob:
    """Begin a failed job again; parts that are there stay. Raises ValidationError."""
    try:
        return _retry(job_id, actor, at)
    except IntegrityError as error:  # the same was ordered anew
        raise ValidationError("同样的任务正在生成，不需要重试。") from error


@transaction.atomic
def _retry(job_id: int, actor: User, at: datetime) -> PrintJob:
    job = PrintJob.objects.select_for_update().get(pk=job_id)
    if reasons := reasons_against_retrying(job, actor):
        raise ValidationError(reasons)
    lost = []
    for part in job.parts.order_by("number"):
        if part.file and (_root() / part.file).is_file():
            part.state = PrintState.DONE
        else:
            part.state, part.started_at, part.file = PrintState.WAITING, None, ""
            part.wanted.pop("tries", None)
            lost.append(part.pk)
        part.save(update_fields=["state", "started_at", "file", "wanted"])
    job.state, job.fault, job.asked_at = (PrintState.WAITING if lost else PrintState.RUNNING), "", at
    job.save(update_fields=["state", "fault", "asked_at"])
    audit.record(actor, "printjob.retry", job)
    _ring(lost)
    if not lost:
        jobs.enqueue(FINISH, job_id=job.pk)
    return job


def ring_again(at: datetime) -> int:
    """Ring for parts whose bell was lost or whose worker died, and for jobs that nobody put together."""
    waiting = Q(state=PrintState.WAITING, job__asked_at__lte=at - PATIENCE)
    stalled = Q(state=PrintState.RUNNING, started_at__lte=at - LEASE)
    parts = PrintPart.objects.filter(waiting | stalled, job__state__in=OPEN).order_by("job", "number")
    found = list(parts.values_list("pk", flat=True)[:RUNG_AT_ONCE])
    _ring(found)
    undone = PrintPart.objects.filter(job=OuterRef("pk")).exclude(state=PrintState.DONE)
    whole = PrintJob.objects.filter(~Exists(undone), state=PrintState.RUNNING, asked_at__lte=at - PATIENCE)
    for job_id in whole.values_list("pk", flat=True)[:RUNG_AT_ONCE]:
        jobs.enqueue(FINISH, job_id=job_id)
    return len(found)


def clear() -> int:
    """A text was deleted by law: no file may keep it. What is done is gone, what is under way begins anew."""
    done = PrintJob.objects.filter(state=PrintState.DONE)
    count = done.update(state=PrintState.FAILED, fault=CLEARED, file="", size=0)
    # Taken out of the hands of who makes it from the old text: he no longer holds what he took.
    anew = PrintPart.objects.filter(job__state__in=OPEN).exclude(state=PrintState.WAITING)
    PrintPart.objects.filter(pk__in=list(anew.values_list("pk", flat=True))).update(
        state=PrintState.WAITING, started_at=None, file=""
    )
    _delete_folders(_folders())
    return count


def sweep(at: datetime) -> int:
    """Delete jobs after KEPT, with their files, and files that no job names."""
    deleted, _by_model = PrintJob.objects.filter(asked_at__lte=at - KEPT).exclude(state__in=OPEN).delete()
    folders = _folders()  # before the keys are read: a job that comes meanwhile keeps its folder
    known = set(PrintJob.objects.values_list("key", flat=True))
    _delete_folders(folder for folder in folders if folder.name not in known)
    return deleted


def _folders() -> list[Path]:
    root = _root()
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def _delete_folders(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _root() -> Path:
    return Path(settings.PRINT_ROOT)
