from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from disclosure.models import Item, Synonym
from disclosure.search import index_item, search
from disclosure.search.database import declarations
from govportal.dbsetup import Seed
from tests.factories import make_item

pytestmark = pytest.mark.django_db


def rebuild(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_search", *arguments, stdout=out, skip_checks=True)
    return out.getvalue()


def test_rebuild_search_indexes_what_is_missing_and_drops_what_is_stale() -> None:
    item = make_item(edition={"body": "<p>政府</p>"})
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_text VALUES (999999, ' 无 ', ' 无 ', '', '')")

    output = rebuild()

    assert "1 of 1 items in the index, 1 stale rows removed" in output
    assert list(search("政府", Item.objects.all())) == [item]
    assert "agree" in rebuild("--check")


def test_rebuild_search_twice_changes_nothing() -> None:
    make_item()

    assert rebuild() == rebuild()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("DELETE FROM search_text WHERE item_id = %s", "missing"),
        ("UPDATE search_text SET text = ' 别 ' WHERE item_id = %s", "another text"),
        ("UPDATE search_text SET item_id = item_id + 1000 WHERE item_id = %s", "no such item"),
    ],
)
def test_check_names_the_item_that_differs(fault: str, reason: str) -> None:
    item = make_item()
    index_item(item)
    with connection.cursor() as cursor:
        cursor.execute(fault, [item.pk])

    with pytest.raises(CommandError, match=reason):
        rebuild("--check")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only FTS5 keeps a second copy of the tokens")
def test_check_finds_a_token_index_that_differs() -> None:
    index_item(make_item())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")

    with pytest.raises(CommandError, match="malformed"):
        rebuild("--check")


def test_synonyms_are_seeded_only_into_an_empty_table() -> None:
    [seed] = [declared for declared in declarations() if isinstance(declared, Seed)]
    Synonym.objects.all().delete()

    seed.apply("default")
    assert Synonym.objects.count() >= 40
    Synonym.objects.exclude(word="低保").delete()
    seed.apply("default")

    assert [str(row) for row in Synonym.objects.all()] == ["低保 → 最低生活保障"]
