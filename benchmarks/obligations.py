"""What 200 entries make 500 agencies owe: generated, generated again, closed by what is published, counted."""

import time
from collections.abc import Callable
from datetime import date, datetime

from django.db.models import Max
from django.utils.timezone import make_aware

from benchmarks.measure import Context, Measure
from disclosure import measures
from disclosure.enums import Channel, EditionState, ItemState, Procedure
from disclosure.models import CatalogueEntry, Edition, Item, Obligation
from disclosure.rules import to_columns
from disclosure.services import oblige
from disclosure.timing_text import parse_timing
from govportal.models import Agency, PublicRevision, User

AGENCIES, ENTRIES, ITEMS = 500, 200, 2000
# Rules that make one obligation a pair in the half-year: presence, review, a half-yearly and a yearly report.
TEXTS = ("信息形成或者变更之日起20个工作日内", "长期公开", "每半年至少公开一次", "每年1月31日前")
IN_FORCE, TODAY = date(2026, 1, 1), date(2026, 3, 10)
NOON = make_aware(datetime(2026, 3, 9, 12))  # noqa: DTZ001


def run(context: Context) -> list[Measure]:
    _catalogue()
    first, seconds = _timed(lambda: oblige.generate(TODAY))
    before = _state()
    _second, again = _timed(lambda: oblige.generate(TODAY))
    changed = _state() != before
    _publish()
    done, daily = _timed(lambda: oblige.daily(TODAY))
    _repeated, daily_again = _timed(lambda: oblige.daily(TODAY))
    found, counted = _timed(lambda: measures.overview(TODAY, IN_FORCE).agencies)
    return [
        Measure("obligations made of 500 agencies × 200 entries", first.created, "rows", limit=100_000, at_least=True),
        Measure("generated for the first time", seconds, "s", limit=30),
        Measure("generated again", again, "s", limit=5),
        Measure("changed by the second run", int(changed), "", limit=0),
        Measure("daily round with 2,000 new publications", daily, "s", limit=10),
        Measure("of which met", done.met, "rows", limit=ITEMS, at_least=True),
        Measure("daily round with nothing new", daily_again, "s"),
        Measure(f"measures of {len(found)} agencies", counted, "s"),
    ]


def _timed[T](work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _state() -> tuple[object, ...]:
    last = Obligation.objects.aggregate(Max("pk"), Max("created_at"))
    return Obligation.objects.count(), last, PublicRevision.objects.count()


def _catalogue() -> None:
    agencies = Agency.objects.bulk_create(
        Agency(code=f"bench-{n:03}", name=f"测试单位{n}", position=n) for n in range(AGENCIES)
    )
    entries = CatalogueEntry.objects.bulk_create(
        CatalogueEntry(
            code=f"B-{n:03}",
            domain="综合政务",
            level1=f"事项{n}",
            in_force_on=IN_FORCE,
            responsible_kinds=["department"] if n % 2 else [],
            channels=[Channel.WEBSITE, Channel.NOTICE_BOARD] if n % 4 < 2 else [Channel.WEBSITE],
            **to_columns(parse_timing(TEXTS[n % len(TEXTS)])),
        )
        for n in range(ENTRIES)
    )
    link = CatalogueEntry.agencies.through
    named = [entry for entry in entries if not entry.responsible_kinds]
    link.objects.bulk_create(
        [link(catalogueentry_id=entry.pk, agency_id=agency.pk) for entry in named for agency in agencies],
        batch_size=5000,
    )


def _publish() -> None:
    """Items published before the round looks: rows alone, each of another entry and agency."""
    author = User.objects.create_superuser("bench")
    agencies, entries = list(Agency.objects.order_by("pk")), list(CatalogueEntry.objects.order_by("pk"))
    items = Item.objects.bulk_create(
        Item(
            index_number=f"B/{n}", slug=f"B-{n}", agency=agencies[n % AGENCIES], catalogue_entry=entries[n % 199],
            created_by=author, created_at=NOON, title=f"信息{n}", category="other", published_on=NOON.date(),
            updated_at=NOON, year=2026,
        )
        for n in range(ITEMS)
    )  # fmt: skip
    editions = Edition.objects.bulk_create(
        Edition(
            item=item, number=1, title=item.title, body="<p>正文。</p>", created_by=author, last_edited_by=author,
            created_at=NOON, published_at=NOON, published_on=NOON.date(), state=EditionState.PUBLISHED,
            digest=f"{item.pk:064}", procedure=Procedure.MIGRATION,
        )
        for item in items
    )  # fmt: skip
    for item, edition in zip(items, editions, strict=True):
        item.current_edition, item.state = edition, ItemState.LIVE
    Item.objects.bulk_update(items, ["current_edition", "state"], batch_size=500)
