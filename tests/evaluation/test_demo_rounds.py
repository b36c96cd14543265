"""The rounds of the demo county: everything occurs, on any day, no sentence twice; what was frozen is recomputed."""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from disclosure.enums import NOTICE_STATES, ObligationKind
from disclosure.models import LogEntry, Obligation
from disclosure.services import demo
from disclosure.services.demo_texts import FOLDER
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
from evaluation.models import Assessment, AssessmentRound, Check, Finding, Objection, Survey
from evaluation.services import archive, demo_rounds, demo_surveys
from evaluation.services.demo_surveys import assessed_year
from evaluation.survey_enums import SurveyState
from govportal.contributions import DemoCounty
from govportal.models import User
from govportal.now import now
from tests.evaluation.services.test_rounds import recompute
from tests.factories.obligations import make_entry, make_obligation

# The first day on which the half year is told; the first of January, when it is long over.
DAYS = (date(2026, 9, 1), date(2027, 1, 1))
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
    """In a county without anything that rounds do not name, but for one duty and the surveys: all is looked at."""
    at = datetime.combine(today, time(1, 30), tzinfo=UTC)
    agencies = demo._seed_agencies()
    demo._seed_users(agencies)
    people = {user.username: user for user in User.objects.all()}
    year = assessed_year(today)
    make_obligation(
        entry=make_entry("每季度公开", agencies["CM-ZJJ"], in_force_on=date(year, 1, 1)),
        agency=agencies["CM-ZJJ"],
        kind=ObligationKind.RECURRING,
        period_start=date(year, 4, 1),
        period_end=date(year, 6, 30),
        due_on=date(year, 6, 30),
    )
    county = DemoCounty(today, at, agencies, people)
    demo_surveys.tell(county)
    demo_rounds.tell(county)


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
        assert AssessmentRound.objects.published().count() == 3
        assert_every_round_is_recomputed(tmp_path)
        assert_objected_to_twice()
        assert_published_in_their_time()
        running = Survey.objects.get(state=SurveyState.OPEN)
        assert running.title.startswith(f"{today.year}年{'上' if today.month <= 6 else '下'}半年")
        assert AssessmentRound.objects.get(kind=RoundKind.YEAR_END, state=RoundState.OPEN).survey == running
        transaction.set_rollback(True)


def assert_every_round_is_recomputed(folder: Path) -> None:
    """The frozen ones from their archives, the others from what theirs would be: with a finding carried over from a
    round whose ruling left less of it."""
    assert Finding.objects.filter(source=FindingSource.CARRIED, ruled_deduction__isnull=False).exists()
    for row in AssessmentRound.objects.exclude(measured_at=None):
        data = row.archive.file.open().read() if row.archive else archive.build(row, at=now())
        done = recompute(data, folder / row.slug)
        assert done.returncode == 0, f"{row.slug}: {done.stdout}{done.stderr}"


def assert_objected_to_twice() -> None:
    """What was declared too late, and after the measuring: one matter, two indicators, both ruled on."""
    rows = Objection.objects.exclude(case_key="").select_related("assessment__round", "indicator").order_by("number")
    assert [(row.indicator.code, row.ruling) for row in rows] == [("C01", Ruling.UPHELD), ("C02", Ruling.UPHELD)]
    duty = Obligation.objects.get()
    assert {row.case_key for row in rows} == {f"obligation-{duty.pk}"}
    measured_at = rows[0].assessment.round.measured_at
    assert duty.met_on and measured_at and measured_at.date() < duty.met_on < rows[0].filed_at.date()


def assert_published_in_their_time() -> None:
    for row in AssessmentRound.objects.published():
        assert row.item and row.item.published_on and row.frozen_at
        assert timedelta() < row.item.published_on - row.frozen_at.date() <= timedelta(days=7), row.slug
    entries = LogEntry.objects.order_by("sequence")
    assert all(one.at <= other.at for one, other in pairwise(entries))


def test_what_is_closed_stands_in_the_archives_of_all_days_on_which_it_could_be_read() -> None:
    """Indicators read states as they are when the county is made. Whatever was live when a round was measured and
    counts in it must be so still, on whatever day that is."""
    raws = tomllib.loads(demo_rounds._FILE.read_text("utf-8"))["round"]
    # The oldest set has no automatic indicator.
    rounds = [raw for raw in raws if raw["state"] == RoundState.FROZEN and raw["set"] != "{O}"]
    lives = dict(_lives())
    assert len(lives) > 3
    faults = set()
    for seeded_on in (date(2026, 9, 1) + timedelta(days=n) for n in range(365)):
        year = assessed_year(seeded_on)
        for raw in rounds:
            days = (text.format(Y=year, P=year - 1, O=year - 2) for text in (*raw["period"], raw["opened"]))
            first, last, measured_on = map(date.fromisoformat, days)
            for key, (published, closed) in lives.items():
                published_on, closed_on = seeded_on - timedelta(days=published), seeded_on - timedelta(days=closed)
                if first <= published_on <= last and closed_on > measured_on:
                    faults.add((key, raw["slug"]))

    assert faults == set()


def _lives() -> Iterator[tuple[str, tuple[int, int]]]:
    """Of items that nobody reads any more: how many days before the seeding they were published and closed."""
    for path in (FOLDER / "items").glob("*.toml"):
        for raw in tomllib.loads(path.read_text("utf-8"))["item"]:
            closing = raw.get("closing", {})
            is_restored = any(one["action"] == "restore" for one in raw.get("motions", []))
            if closing.get("state") in NOTICE_STATES and not is_restored:
                yield raw["key"], (raw["days_ago"] - raw.get("publish_lag", 0), closing["days_ago"])


def test_no_two_texts_share_a_sentence() -> None:
    texts = [text for raw in tomllib.loads(demo_rounds._FILE.read_text("utf-8"))["round"] for text in _texts(raw)]

    counts = Counter(text for text in texts if len(_HAN.findall(text)) >= 6)

    assert [text for text, count in counts.items() if count > 1] == []


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part for part in re.split(r"[。；！？\n]", value) if part]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]
