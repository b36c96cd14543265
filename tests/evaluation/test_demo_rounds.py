"""The rounds of the demo county: everything occurs, on any day, no sentence twice; what was frozen is recomputed."""

import re
import tomllib
from collections import Counter
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from disclosure.services import demo
from evaluation.enums import (
    CheckResult,
    FindingSource,
    FindingState,
    Grade,
    ObjectionState,
    RoundKind,
    RoundState,
    Ruling,
)
from evaluation.models import Assessment, AssessmentRound, Check, Finding, Objection
from evaluation.services import demo_rounds
from govportal.contributions import DemoCounty
from govportal.models import User
from tests.evaluation.services.test_rounds import recompute

# An ordinary Monday; the first of January, when the half year is long over.
DAYS = (date(2026, 11, 30), date(2027, 1, 1))
_HAN = re.compile(r"[\u4e00-\u9fff]")
OCCURRING: dict[str, tuple[Collection[str], Any, str]] = {
    "kind": (RoundKind, AssessmentRound, "kind"),
    "state": (RoundState, AssessmentRound, "state"),
    "source": (FindingSource, Finding, "source"),
    "finding": (FindingState, Finding, "state"),
    "check": (CheckResult, Check, "result"),
    "objection": (ObjectionState, Objection, "state"),
    "ruling": ({"", *Ruling}, Objection, "ruling"),
    "grade": ({"", *Grade}, Assessment, "grade"),
}


def tell(today: date) -> None:
    """In a county without anything that rounds do not name: nothing is counted, and all is looked at."""
    now = datetime.combine(today, time(1, 30), tzinfo=UTC)
    agencies = demo._seed_agencies()
    demo._seed_users(agencies)
    people = {user.username: user for user in User.objects.all()}
    demo_rounds.tell(DemoCounty(today, now, agencies, people))


@pytest.mark.django_db
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_everything_occurs_on_any_day(today: date, tmp_path: Path) -> None:
    with transaction.atomic():
        cache.clear()
        tell(today)

        missing = {
            name: set(wanted) - set(model.objects.values_list(column, flat=True))
            for name, (wanted, model, column) in OCCURRING.items()
        }
        assert {name: values for name, values in missing.items() if values} == {}
        assert not AssessmentRound.objects.filter(opened_at__date__gt=today).exists()
        assert Finding.objects.exclude(rectification=None).exists()
        published = AssessmentRound.objects.published()
        assert published.count() == 3
        for row in published:
            assert row.archive is not None
            done = recompute(row.archive.file.open().read(), tmp_path / row.slug)
            assert done.returncode == 0, f"{row.slug}: {done.stdout}{done.stderr}"
        transaction.set_rollback(True)


def test_no_two_texts_share_a_sentence() -> None:
    texts = [text for raw in tomllib.loads(demo_rounds._FILE.read_text("utf-8"))["round"] for text in _texts(raw)]

    counts = Counter(text for text in texts if len(_HAN.findall(text)) >= 6)

    assert [text for text, count in counts.items() if count > 1] == []


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part for part in re.split(r"[。；！？\n]", value) if part]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]
