"""An archive beside the deadlines: items with texts; some end on a day, some missed the minute set for them."""

from datetime import date, datetime, timedelta
from itertools import batched

from django.db import connection
from django.db.models import OuterRef, Subquery

from disclosure.enums import EditionState, ItemState, Procedure
from disclosure.models import Edition, Item
from govportal.models import Agency, User

BATCH = 5_000
ENDING, TIMED, FAILED = 50, 20, 1_000  # one in so many has a last day, had a minute of its own, failed at it


def write_archive(count: int, today: date, moment: datetime) -> None:
    """Last days within a year around today; the failed ones since yesterday."""
    agencies, user = list(Agency.objects.order_by("pk")), User.objects.order_by("pk")[0]
    for numbers in batched(range(count), BATCH):
        items = [
            Item(
                index_number=f"BENCH/{n:07}", slug=f"BENCH-{n:07}", agency=agencies[n % len(agencies)],
                title=f"文件{n}",
                created_by=user, created_at=moment, updated_at=moment, published_on=today - timedelta(days=n % 3650),
                expires_on=today + timedelta(days=n % 365 - 180) if n % ENDING == 0 else None,
            )
            for n in numbers
        ]  # fmt: skip
        Item.objects.bulk_create(items)
        Edition.objects.bulk_create(_edition(item, n, user, moment) for item, n in zip(items, numbers, strict=True))
    published = Edition.objects.filter(item=OuterRef("pk"), state=EditionState.PUBLISHED).values("pk")
    live = Item.objects.filter(editions__state=EditionState.PUBLISHED).values("pk")
    Item.objects.filter(pk__in=live).update(current_edition=Subquery(published), state=ItemState.LIVE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _edition(item: Item, n: int, user: User, moment: datetime) -> Edition:
    has_failed = n % FAILED == 1
    return Edition(
        item=item, number=1, procedure=Procedure.MIGRATION, title=item.title, body="<p>正文</p>",
        state=EditionState.SCHEDULED if has_failed else EditionState.PUBLISHED,
        publish_at=moment - timedelta(days=1) if has_failed or n % TIMED == 0 else None,
        publish_fault="摘要不一致" if has_failed else "",
        published_on=None if has_failed else item.published_on, published_at=None if has_failed else moment,
        digest="0" * 64, created_by=user, last_edited_by=user, created_at=moment,
    )  # fmt: skip
