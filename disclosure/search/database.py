"""What search keeps in the database beyond the models: its tables, and the first synonyms."""

import csv
from pathlib import Path

from disclosure.models import Synonym
from disclosure.search import postgres, sqlite
from govportal.dbsetup import DatabaseObject, Seed

SYNONYMS = Path(__file__).with_name("synonyms.csv")


def _seed_synonyms(using: str) -> None:
    """Only into an empty table: an administrator may have removed some."""
    if Synonym.objects.using(using).exists():
        return
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        rows = [Synonym(word=row["word"], term=row["term"]) for row in csv.DictReader(file)]
    Synonym.objects.using(using).bulk_create(rows)


def declarations() -> list[DatabaseObject | Seed]:
    text = DatabaseObject(
        name="search_text",
        table="search_text",
        create={"sqlite": sqlite.CREATE_TEXT, "postgresql": postgres.CREATE_TEXT},
        drop={"sqlite": sqlite.DROP_TEXT, "postgresql": postgres.DROP_TEXT},
        is_trigger=False,
    )
    return [text, Seed("disclosure.synonyms", _seed_synonyms)]
