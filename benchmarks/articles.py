"""100,000 items for benchmarks: the laws split by article, repeated, written straight into the tables."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from itertools import batched, cycle, islice
from pathlib import Path

from django.db.models import OuterRef, Subquery

from disclosure.enums import Aspect, Category, EditionState, ItemState, Procedure
from disclosure.models import Edition, Item
from govportal.models import Agency, User
from govportal.now import now

ITEMS = 100_000
AGENCIES = 40
BATCH = 5_000
_ARTICLE = re.compile(r"(?m)^(?=第[一二三四五六七八九十百零]+条)")


def articles(data: Path) -> Iterator[tuple[str, str, str]]:
    """(title, document number, text) of every article of the laws, once."""
    with (data / "laws" / "laws.jsonl").open(encoding="utf-8") as lines:
        for law in map(json.loads, lines):
            for number, text in enumerate(filter(str.strip, _ARTICLE.split(law["body"]))):
                yield law["title"], (law["doc_number"] or "") if number == 0 else "", text.strip()


def write_items(data: Path, count: int = ITEMS) -> None:
    """Agencies, items and editions. Dates run over ten years; categories, topics and agencies take turns."""
    user = User.objects.create(username="benchmark")
    agencies = Agency.objects.bulk_create(
        Agency(code=f"bench-{n}", name=f"测试单位{n}", position=n) for n in range(AGENCIES)
    )
    moment, categories = now(), Category.values
    texts = islice(enumerate(cycle(list(articles(data)))), count)
    for batch in batched(texts, BATCH):
        items = []
        for n, (title, document_number, _text) in batch:
            day = date(2016, 1, 1) + timedelta(days=n * 7919 % 3650)
            items.append(
                Item(
                    index_number=f"BENCH/{day.year}-{n:06}",
                    slug=f"BENCH-{day.year}-{n:06}",
                    agency=agencies[n * n % AGENCIES],
                    created_by=user,
                    created_at=moment,
                    title=title,
                    document_number=document_number,
                    category=categories[n % len(categories)],
                    aspect=Aspect.RESULT,
                    topic=f"主题{n % 20}",
                    level="county",
                    published_on=day,
                    formed_on=day,
                    year=day.year,
                    updated_at=moment,
                )
            )
        Item.objects.bulk_create(items)
        Edition.objects.bulk_create(
            _edition(item, text, user) for item, (_n, (_title, _number, text)) in zip(items, batch, strict=True)
        )
    edition = Edition.objects.filter(item=OuterRef("pk")).values("pk")
    Item.objects.filter(index_number__startswith="BENCH/").update(
        current_edition=Subquery(edition), state=ItemState.LIVE
    )


def _edition(item: Item, text: str, user: User) -> Edition:
    body = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part)
    return Edition(
        item=item,
        number=1,
        state=EditionState.PUBLISHED,
        procedure=Procedure.MIGRATION,
        title=item.title,
        body=body,
        document_number=item.document_number,
        published_on=item.published_on,
        published_at=item.created_at,
        category=item.category,
        topic=item.topic,
        digest=hashlib.sha256(body.encode()).hexdigest(),
        created_by=user,
        last_edited_by=user,
        created_at=item.created_at,
    )
