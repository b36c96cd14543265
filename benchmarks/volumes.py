"""Long lists in volumes and the boards of a county, by two workers: how long, and what each of them holds in memory."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.http import QueryDict
from django.utils.timezone import make_aware

from benchmarks.measure import Context, Measure
from benchmarks.published import write_archive
from disclosure import print_tables, print_volumes
from disclosure.enums import Category, PrintFormat
from disclosure.models import Item, PrintJob
from disclosure.services import print_jobs
from disclosure.services.print_jobs import Wish
from govportal.models import Agency, PublicRevision, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories import make_agency, make_item, make_member
from tests.factories.boards import make_board, make_sheet

ROWS, AGENCIES = 5_000, 40
TODAY = date(2026, 3, 10)
NOON = make_aware(datetime(2026, 3, 9, 12))  # noqa: DTZ001


def run(context: Context) -> list[Measure]:
    county = make_agency(code="county", name="澄明县人民政府")
    for number in range(AGENCIES):
        make_agency(code=f"bench-{number:03}", name=f"澄明县第{number}局", parent=county)
    make_member(Role.ADMINISTRATOR, county, username="printer")
    PublicRevision.seed()
    return [*_volumes(), *_boards(county)]


def _volumes() -> list[Measure]:
    write_archive(ROWS + ROWS // 100, TODAY, NOON)
    words = "澄明县人民政府关于进一步做好社会救助工作的通知（"
    Item.objects.update(title=Concat(Value(words), F("title"), Value("）")))
    table = print_tables.PAPER_TABLES["items"]
    wish, chosen = _timed(lambda: print_tables.wish(table, table.filters(QueryDict(""))))
    job, made, peak, busy = _make(wish)
    return [
        Measure(f"rows chosen for an order of {wish.wanted['rows']:,}", chosen, "s", limit=1),
        Measure(f"{job.parts.count()} volumes by two processes", made, "s", limit=15),
        Measure("of which each computed", busy, "s"),
        Measure("memory of the larger process", peak, "MB", limit=300),
        Measure("jobs that failed", int(job.state != "done"), "", limit=0),
        Measure("size of the ZIP", job.size / 2**20, "MB"),
    ]


def _boards(county: Agency) -> list[Measure]:
    """A board with eight sections of each agency, of items of this month: a file of each, and all in one."""
    for agency in Agency.objects.exclude(pk=county.pk):
        for category in Category:
            body = "<p>自2026年11月1日起施行，由县民政局会同县财政局组织实施，每半年公布一次执行情况。</p>"
            make_item(agency=agency, category=category, edition={"title": f"{category.label}情况公示", "body": body})
        make_sheet(make_board(agency, sections=8))
    half = print_volumes.half_years(today())[0]
    job, made, peak, busy = _make(print_volumes.bundle(county, half, PrintFormat.ZIP))
    one, _made, heap, seconds = _make(print_volumes.bundle(county, half, PrintFormat.PDF))
    return [
        Measure(f"boards of {job.parts.count()} agencies by two processes", made, "s", limit=40),
        Measure("of which each computed, boards", busy, "s"),
        Measure("memory of the larger process, boards", peak, "MB", limit=300),
        Measure(f"all {AGENCIES} in one PDF, by one process", 2 * seconds, "s"),
        Measure("memory of that process", heap, "MB", limit=settings.PRINT_MEMORY_MB),
        Measure("jobs of boards that failed", sum(each.state != "done" for each in (job, one)), "", limit=0),
    ]


def _make(wish: Wish) -> tuple[PrintJob, float, float, float]:
    """The job when it is put together, the seconds it took, the most memory of one worker in MB, and the seconds one
    worker had a processor, which other work on the machine does not lengthen."""
    job = print_jobs.order(wish, actor=User.objects.get(username="printer"), at=now())
    used, made = _timed(_two_workers)
    _whole, finished = _timed(lambda: print_jobs.finish(job.pk, at=now()))
    job.refresh_from_db()
    peaks, busy = zip(*used, strict=True)
    return job, made + finished, max(peaks), sum(busy) / len(busy)


def _timed[T](work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _two_workers() -> list[tuple[float, float]]:
    command = [sys.executable, "-m", "benchmarks.volume_worker"]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _number in range(2)]
    answers = [worker.communicate()[0].split() for worker in workers]
    return [(float(peak), float(busy)) for peak, busy in answers]
