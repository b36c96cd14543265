"""The frozen judged set: queries over the real laws, judged by plain substring search over folded text.

The judge knows nothing of tokens: it folds width and case, drops blanks inside a line (those between two ASCII
words or numbers apart) and takes a number or an ASCII word only whole. `count` in judged.json is what it found
when the set was frozen.
"""

import json
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from disclosure.enums import EditionState, ItemState, Procedure
from disclosure.models import BestBet, Edition, Item, Synonym
from disclosure.search import index_items, search
from govportal.html import from_text
from govportal.now import now
from tests.factories import make_agency, make_user

JUDGED = json.loads(Path(__file__).with_name("judged.json").read_text(encoding="utf-8"))
FLOOR = 0.99


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"(?<![0-9a-z])[^\S\n]+|[^\S\n]+(?![0-9a-z])", "", plain)


def judge(query: str) -> re.Pattern[str]:
    wanted = folded(query)
    before = {"number": r"(?<![0-9])(?<![0-9][.,])", "word": "(?<![a-z])", "other": ""}[_kind(wanted[0])]
    after = {"number": r"(?![0-9])(?![.,][0-9])", "word": "(?![a-z])", "other": ""}[_kind(wanted[-1])]
    return re.compile(before + re.escape(wanted) + after)


def _kind(character: str) -> str:
    if not character.isascii():
        return "other"
    return "number" if character.isdigit() else "word" if character.isalpha() else "other"


@dataclass(frozen=True)
class Archive:
    """The documents as items: their texts as the judge reads them, and the numbers they bear."""

    laws: dict[int, str]
    titles: dict[int, str]
    numbers: dict[int, str]
    newest: list[int]  # ids of the laws, newest first

    def truth(self, *queries: str) -> set[int]:
        patterns = [judge(query) for query in queries]
        return {pk for pk, text in self.laws.items() if any(pattern.search(text) for pattern in patterns)}

    def hits(self, query: str) -> list[int]:
        found = search(query, Item.objects.filter(source="laws"))
        return list(found.values_list("pk", flat=True))


@pytest.fixture(scope="module")
def archive(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Archive]:
    data = Path(os.environ.get("PORTAL_DATA", "no such folder"))
    if not data.is_dir():
        pytest.skip("PORTAL_DATA names no folder of real data")
    laws = _read(data / "laws" / "laws.jsonl")
    documents = _read(data / "gov_policy" / "state_council_docs.jsonl")
    with django_db_blocker.unblock(), transaction.atomic():
        BestBet.objects.all().delete()
        items = [*_write("laws", laws, "body"), *_write("documents", documents, "body_text")]
        index_items(item.pk for item in items)
        ours = items[: len(laws)]
        yield Archive(
            laws={
                item.pk: folded(f"{law['title']}\n{law['doc_number'] or ''}\n{law['body']}")
                for item, law in zip(ours, laws, strict=True)
            },
            titles={item.pk: folded(item.title) for item in ours},
            numbers={item.pk: item.document_number for item in items if item.document_number},
            newest=[item.pk for item in sorted(ours, key=lambda i: (i.published_on, i.pk), reverse=True)],
        )
        transaction.set_rollback(True)


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]


def _write(source: str, rows: list[dict[str, Any]], body: str) -> list[Item]:
    agency, user, moment = make_agency(), make_user(), now()
    items = Item.objects.bulk_create(
        Item(
            index_number=f"{source}/{n}",
            slug=f"{source}-{n}",
            source=source,
            agency=agency,
            created_by=user,
            created_at=moment,
            title=row["title"],
            document_number=row["doc_number"] or "",
            published_on=date.fromisoformat(row["publish_date"] or "1949-10-01"),
        )
        for n, row in enumerate(rows)
    )
    editions = Edition.objects.bulk_create(
        Edition(
            item=item,
            number=1,
            state=EditionState.PUBLISHED,
            procedure=Procedure.MIGRATION,
            title=item.title,
            document_number=item.document_number,
            body=from_text(row[body]),
            published_on=item.published_on,
            published_at=moment,
            digest="0" * 64,
            created_by=user,
            last_edited_by=user,
            created_at=moment,
        )
        for item, row in zip(items, rows, strict=True)
    )
    for item, edition in zip(items, editions, strict=True):
        item.current_edition, item.state = edition, ItemState.LIVE
    Item.objects.bulk_update(items, ["current_edition", "state"], batch_size=200)
    return items


def test_judged_set_is_large_enough() -> None:
    assert len({row["query"] for row in JUDGED["queries"]}) >= 80


def test_judge_still_finds_what_it_found(archive: Archive) -> None:
    counts = {row["query"]: len(archive.truth(row["query"])) for row in JUDGED["queries"]}

    assert counts == {row["query"]: row["count"] for row in JUDGED["queries"]}
    assert all(counts.values())


def test_recall_and_precision_hold(archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    recalls, precisions, faults = [], [], []
    for row in JUDGED["queries"]:
        truth, hits = archive.truth(row["query"]), set(archive.hits(row["query"]))
        recalls.append(len(truth & hits) / len(truth))
        precisions.append(len(truth & hits) / len(hits) if hits else 1.0)
        if truth != hits:
            faults.append(f"{row['query']}: {len(truth - hits)} missed, {len(hits - truth)} beyond, of {len(truth)}")
    recall, precision = sum(recalls) / len(recalls), sum(precisions) / len(precisions)

    with capsys.disabled():
        print(
            f"\njudged set: recall {recall:.4f}, precision {precision:.4f} over {len(recalls)} queries",
            *faults,
            sep="\n  ",
        )
    assert recall >= FLOOR
    assert precision >= FLOOR


def test_rank_is_title_first_then_newest(archive: Archive) -> None:
    for row in JUDGED["queries"]:
        hits = archive.hits(row["query"])
        pattern = judge(row["query"])
        in_title = [bool(pattern.search(archive.titles[pk])) for pk in hits]
        first_body = in_title.index(False) if False in in_title else len(hits)
        if row["kind"] != "document number":
            assert not any(in_title[first_body:]), row["query"]
        for tier in (hits[:first_body], hits[first_body:]):
            assert [pk for pk in archive.newest if pk in set(tier)] == tier, row["query"]


def test_document_number_leads_to_its_document(archive: Archive) -> None:
    wrong = []
    for number in set(archive.numbers.values()):
        for form in (
            number,
            number.replace("〔", "[").replace("〕", "]"),
            number.replace("〔", " (").replace("〕", ") "),
        ):
            top = search(form, Item.objects.all()).first()
            if top is None or top.document_number != number:
                wrong.append(form)

    assert len(archive.numbers) > 200
    assert wrong == []


def test_synonym_finds_word_and_official_term(archive: Archive) -> None:
    for row in JUDGED["synonyms"]:
        Synonym.objects.update_or_create(word=row["word"], defaults={"term": row["term"], "is_active": True})

        hits = archive.hits(row["word"])

        assert set(hits) == archive.truth(row["word"], row["term"]), row["word"]
        assert len(hits) == row["count"], row["word"]
