"""Makes the parts of print jobs as a worker does, of a few bytes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from pytest_django import Settings

from disclosure import publication_log
from disclosure.enums import LogKind
from disclosure.models import Item, PrintJob, PrintPart
from disclosure.services import print_jobs
from tests.factories import make_user
from tests.factories.prints import make_job

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def of_number(part: PrintPart) -> bytes:
    return f"%PDF {part.number}".encode()


def make(part: PrintPart, maker: Callable[[PrintPart], bytes] = of_number, at: datetime = AT) -> bool:
    return print_jobs.make(part.pk, maker, clock=lambda: at)


def make_done(parts: int = 2, title: str = "权力清单") -> PrintJob:
    job = make_job(parts, at=AT, title=title)
    for part in job.parts.all():
        assert make(part)
    assert print_jobs.finish(job.pk, at=AT)
    job.refresh_from_db()
    return job


def states(job: PrintJob) -> tuple[str, list[str]]:
    job.refresh_from_db()
    return job.state, list(job.parts.values_list("state", flat=True))


def take_back(item: Item, at: datetime) -> None:
    with transaction.atomic():
        publication_log.append(LogKind.WITHDRAW, item, item.current_edition, actor=make_user(), at=at)


def files(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.PRINT_ROOT).rglob("*") if path.is_file()]
