"""Bring an archive in: resumable, idempotent by source id, every problem row listed with what was done."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import batched
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from disclosure.enums import Category, ItemState
from disclosure.models import Item
from disclosure.services.draft import Content, Source, create_item
from disclosure.services.index_number import reason_against
from disclosure.services.item_rows import (
    ItemRow,
    label_of,
    note_missing,
    parse_row,
    read_rows,
    settle_published_on,
)
from disclosure.services.publish import may_migrate, migrate
from disclosure.types import ITEM_TYPES
from govportal.html import sanitise
from govportal.models import Agency, User

logger = logging.getLogger(__name__)

# Rows of one transaction: a killed import loses at most so many, and the next run brings them in.
_BATCH = 50

# Where items of a type stand when the file does not say.
_CATEGORY_OF_TYPE = {
    "normative": Category.DECISIONS,
    "interpretation": Category.DECISIONS,
    "service_guide": Category.AFFAIRS,
    "power": Category.AFFAIRS,
    "budget": Category.FINANCE,
    "consultation": Category.DECISIONS,
    "project": Category.DECISIONS,
    "appointment": Category.PERSONNEL,
    "proposal_reply": Category.PROPOSALS,
    "duties": Category.DUTIES,
    "leader": Category.DUTIES,
    "feedback_summary": Category.FEEDBACK,
    "evaluation_result": Category.FEEDBACK,
}


class Result(StrEnum):
    PUBLISHED = "published"
    DRAFTED = "drafted"
    UNCHANGED = "unchanged"
    DIFFERENT = "different"
    REFUSED = "refused"


RESULT_WORDS: Mapping[Result, str] = {
    Result.PUBLISHED: "已公开",
    Result.DRAFTED: "存为草稿",
    Result.UNCHANGED: "此前已迁入",
    Result.DIFFERENT: "与此前迁入的文本不同，未改动",
    Result.REFUSED: "未迁入",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    row: int
    source_id: str
    title: str
    result: Result
    index_number: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is imported, for whom and by whom. `reason` is needed to publish."""

    agency: Agency
    item_type: str
    mapping: Mapping[str, str]
    author: User
    at: datetime
    today: date
    source_name: str
    is_publishing: bool = False
    reason: str = ""
    category: str = ""

    def __post_init__(self) -> None:
        if self.item_type not in ITEM_TYPES:
            known = ", ".join(ITEM_TYPES)
            raise ValidationError(_("没有类型“%(type)s”，可用：%(known)s。") % {"type": self.item_type, "known": known})
        if self.category and self.category not in Category.values:
            raise ValidationError(_("没有类别“%s”。") % self.category)
        # Drafts bind nobody; publishing an archive does.
        if self.is_publishing and not may_migrate(self.author, self.agency):
            raise ValidationError(_("%s 不是这个单位的管理员，不能迁入存量信息。") % self.author.username)
        if self.is_publishing and not self.reason.strip():
            raise ValidationError(_("公开存量信息须写明理由（--reason）。"))

    @property
    def settled_category(self) -> str:
        return self.category or _CATEGORY_OF_TYPE.get(self.item_type, Category.OTHER)


@dataclass(slots=True)
class _Seen:
    """Titles met so far with the hash of their text, to report one title with two texts."""

    texts: dict[str, str] = field(default_factory=dict)

    def note(self, row: ItemRow, body: str) -> None:
        digest = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()
        if self.texts.setdefault(row.title, digest) != digest:
            row.problems.append(_("标题重复而正文不同"))


def archive_account() -> User:
    """The account that drafts stand under when nobody has taken an archive over yet. Nobody can log in with it."""
    user, is_new = User.objects.get_or_create(
        username="archive-import", defaults={"full_name": "存量信息迁入", "is_active": False, "is_staff": False}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def import_items(path: Path, job: Job, *, on_progress: Callable[[int], None] = lambda done: None) -> Iterator[Outcome]:
    """Import a file row by row, yielding one outcome a row. Running it again changes nothing.

    Raises UnreadableTable when the file as a whole cannot be read; a bad row is an outcome, never an error.
    """
    seen = _Seen()
    names = set(Agency.objects.values_list("name", flat=True))
    done = 0
    for batch in batched(read_rows(path), _BATCH):
        with transaction.atomic():
            outcomes = list(_import_batch(batch, job, seen, names))
        yield from outcomes
        done += len(batch)
        on_progress(done)


def _import_batch(
    batch: Iterable[tuple[int, Mapping[str, Any] | str]], job: Job, seen: _Seen, agency_names: set[str]
) -> Iterator[Outcome]:
    lines = [
        _unreadable(number, columns) if isinstance(columns, str) else parse_row(number, columns, job.mapping)
        for number, columns in batch
    ]
    ids = [line.source_id for line in lines if isinstance(line, ItemRow)]
    known = {
        item.source_id: item
        for item in Item.objects.filter(agency=job.agency, source=job.source_name, source_id__in=ids).select_related(
            "agency"
        )
    }
    for line in lines:
        if isinstance(line, Outcome):
            yield line
            continue
        try:
            with transaction.atomic():
                yield _import_row(line, job, seen, agency_names, known)
        except ValidationError as error:
            yield _outcome(line, Result.REFUSED, extra_problems=error.messages)
        except (DatabaseError, UnicodeError) as error:
            logger.warning("row %d was refused by the database: %s", line.number, error)
            yield _outcome(line, Result.REFUSED, extra_problems=[_("数据库不接受这一行")])


def _unreadable(number: int, problem: str) -> Outcome:
    return Outcome(number, "", "", Result.REFUSED, problems=(problem,))


def _import_row(row: ItemRow, job: Job, seen: _Seen, agency_names: set[str], known: dict[str, Item]) -> Outcome:
    body = sanitise(row.body)
    if row.body and not body:
        row.problems.append(_("正文清理后为空"))
        row.body = ""
    seen.note(row, body)
    if row.values["issuer"] and row.values["issuer"] not in agency_names:
        row.problems.append(_("发文机关“%s”不在单位名录中，照原文保留") % row.values["issuer"])
    note_missing(row, job.item_type, job.settled_category)
    if ITEM_TYPES[job.item_type].needs_interpretation:
        row.problems.append(_("没有解读"))
    if not row.title:
        return _outcome(row, Result.REFUSED)
    is_publishing = job.is_publishing and row.is_publishable
    published_on = settle_published_on(row, job.today) if is_publishing else None
    if row.source_id in known:
        return _meet_again(row, body, job, known[row.source_id], published_on)
    item = _create(row, job)
    if published_on is not None:
        migrate(item.pk, actor=job.author, at=job.at, reason=job.reason, published_on=published_on)
        item.refresh_from_db()
    known[row.source_id] = item
    return _outcome(row, Result.DRAFTED if published_on is None else Result.PUBLISHED, item)


def _meet_again(row: ItemRow, body: str, job: Job, known: Item, published_on: date | None) -> Outcome:
    """A row whose source id is here already: publish a waiting draft, else leave everything as it is."""
    edition = known.editions.order_by("-number").first()
    if edition is None:
        return _outcome(row, Result.DIFFERENT, known)
    offered = {"title": row.title, "body": body, **{name: row.values[name] for name in row.given}}
    changed = [name for name, value in offered.items() if getattr(edition, name) != value]
    changed += [f"extra.{name}" for name, value in row.extra.items() if edition.extra.get(name) != value]
    if row.is_dated and edition.published_on not in (None, published_on):
        changed.append("published_on")
    if changed:
        names = "、".join(str(label_of(job.item_type, name)) for name in changed)
        return _outcome(row, Result.DIFFERENT, known, extra_problems=[_("不同的是：%s") % names])
    if known.state == ItemState.UNPUBLISHED and published_on is not None:
        migrate(known.pk, actor=job.author, at=job.at, reason=job.reason, published_on=published_on)
        return _outcome(row, Result.PUBLISHED, known)
    return _outcome(row, Result.UNCHANGED, known)


def _create(row: ItemRow, job: Job) -> Item:
    content = Content(title=row.title, body=row.body, category=job.settled_category, extra=row.extra, **row.values)
    arguments: dict[str, Any] = {
        "agency": job.agency,
        "item_type": job.item_type,
        "author": job.author,
        "at": job.at,
        "source": Source(job.source_name, row.source_id),
    }
    if row.index_number and (reason := reason_against(row.index_number)):
        row.problems.extend([reason, _("已另编索引号")])
        row.index_number = ""
    return create_item(content, index_number=row.index_number, **arguments)


def _outcome(row: ItemRow, result: Result, item: Item | None = None, extra_problems: Iterable[str] = ()) -> Outcome:
    return Outcome(
        row=row.number,
        source_id=row.source_id,
        title=row.title,
        result=result,
        index_number=item.index_number if item else "",
        problems=(*row.problems, *extra_problems),
    )
