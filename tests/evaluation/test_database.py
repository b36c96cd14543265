"""What the database itself refuses of rounds, whoever holds the connection."""

from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from evaluation.enums import FindingState, ObjectionState, RoundState, Ruling
from evaluation.models import (
    Assessment,
    AssessmentRound,
    Check,
    Finding,
    FindingFile,
    Objection,
    ObjectionFile,
    SampleItem,
    Score,
)
from evaluation.workflow import ROUND
from govportal.now import now, today
from tests.database import displaced, refused
from tests.evaluation.objections.test_objections import make_dispute
from tests.factories import make_item, make_private_file
from tests.factories.kernel import make_agency, make_user
from tests.factories.obligations import noon
from tests.factories.rounds import (
    PERIOD,
    check_all,
    freeze_round,
    make_finding,
    make_office,
    open_round,
    share_round,
)

pytestmark = pytest.mark.django_db
MODELS = (Assessment, Score, Check, SampleItem, Finding, FindingFile, Objection, ObjectionFile)


def filled(slug: str) -> AssessmentRound:
    """An open round with a row of everything that hangs on it."""
    office = make_office()
    agency = make_agency(parent=office)
    make_item(agency=agency, edition={"published_on": PERIOD[0], "published_at": noon(PERIOD[0])})
    row = open_round(agency, office=office, slug=slug, sample_size=1)
    assessment = row.assessments.get()
    finding = make_finding(assessment, count=4, ruled_deduction=Decimal("0.10"))
    added = {"title": "截图", "added_by": row.made_by, "added_at": now()}
    FindingFile.objects.create(finding=finding, file=make_private_file(), **added)
    ObjectionFile.objects.create(objection=finding.objections.get(), file=make_private_file(), **added)
    check_all(row)
    return row


def rows_of(model: Any, row: AssessmentRound) -> Any:
    path = {
        Assessment: "round",
        FindingFile: "finding__assessment__round",
        ObjectionFile: "objection__assessment__round",
    }
    return model.objects.filter(**{path.get(model, "assessment__round"): row.pk}).order_by("pk")


def test_no_row_of_a_frozen_round_gives_way_to_one_of_another() -> None:
    frozen, other = freeze_round(share_round(filled("frozen"))), filled("other")
    for model in MODELS:
        pk, by = (rows_of(model, row).values_list("pk", flat=True)[0] for row in (frozen, other))
        assert not displaced(model._meta.db_table, pk, by), model
        if model in (FindingFile, ObjectionFile):
            assert not displaced(model._meta.db_table, pk, by, key="file_id"), model


def refuses(write: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            write()
    except DatabaseError:
        return True
    return False


def test_round_moves_as_its_table_says() -> None:
    ways = {(source, step.target) for step in ROUND.values() for source in step.sources}
    row = share_round(open_round())
    found = AssessmentRound.objects.filter(pk=row.pk)
    for source in (RoundState.FEEDBACK, RoundState.CANCELLED):
        found.update(state=source)
        for target in set(RoundState) - {source, RoundState.FROZEN}:  # a frozen one has more than its state
            with transaction.atomic():
                assert refused(f"UPDATE {row._meta.db_table} SET state = '{target}' WHERE id = %s", row.pk) == (
                    (source, target) not in ways
                ), (source, target)
                transaction.set_rollback(True)


def test_numbers_are_given_once_in_a_round_and_stay() -> None:
    it = make_dispute()
    objection, finding = it.heard(), it.finding
    other = make_finding(it.row.assessments.exclude(pk=it.assessment.pk).get())
    for write in (
        lambda: Finding.objects.filter(pk=other.pk).update(number=finding.number),
        lambda: Finding.objects.filter(pk=other.pk).update(number=99),
        lambda: Objection.objects.filter(pk=objection.pk).update(number=99),
        lambda: make_objection(other, number=objection.number),
    ):
        assert refuses(write)
    assert not refuses(lambda: make_objection(other, number=objection.number + 1))


def make_objection(finding: Finding, **values: Any) -> Objection:
    plain = {"assessment": finding.assessment, "finding": finding, "indicator": finding.indicator, "text": "不属实。"}
    return Objection.objects.create(**plain | {"filed_by": make_user(), "filed_at": now(), "rule_by": today()} | values)


def test_one_open_objection_takes_no_place_of_another() -> None:
    """To a finding and to a case, by the partial keys that the two have."""
    it = make_dispute()
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    columns = ", ".join(
        str(one.column) for one in Objection._meta.concrete_fields if one.column not in ("id", "number")
    )
    copied = f"{verb} INTO evaluation_objection (number, {columns}) SELECT 9, {columns} FROM evaluation_objection"
    for first in (it.file(), it.file(it.case)):
        assert refused(f"{copied} WHERE id = %s", first.pk), first.case_key


def test_what_was_told_is_not_withdrawn_and_nothing_is_carried_over_afterwards() -> None:
    it = make_dispute()
    other = make_finding(it.row.assessments.exclude(pk=it.assessment.pk).get())
    found = Finding.objects.filter(pk=it.finding.pk)
    assert refuses(lambda: found.update(carried_from=other))
    signed = {"decided_by": it.judge, "decided_at": now(), "note": "核对以后不成立"}
    assert refuses(lambda: found.update(state=FindingState.WITHDRAWN, **signed))
    AssessmentRound.objects.filter(pk=it.row.pk).update(state=RoundState.OPEN)
    assert refuses(lambda: found.update(carried_from=other))
    assert not refuses(lambda: found.update(state=FindingState.WITHDRAWN, **signed))


def test_rulings_alone_lessen_what_a_finding_takes_off() -> None:
    it = make_dispute()
    found = Finding.objects.filter(pk=it.finding.pk)
    heard = it.heard()
    assert refuses(lambda: found.update(ruled_deduction=0))
    assert refuses(lambda: _as_ruled(it.finding))
    assert refuses(lambda: _ruled_by_its_finder(it.finding))
    it.rule(heard, Ruling.PARTLY, left=Decimal("0.10"))
    assert refuses(lambda: found.update(ruled_deduction=None))


def _as_ruled(finding: Finding) -> Finding:
    """Entered as if a ruling had been there."""
    row = copy(finding)
    row.pk, row.number, row.ruled_deduction = None, 8, Decimal(0)
    row.save(force_insert=True)
    return row


def _ruled_by_its_finder(finding: Finding) -> Objection:
    signed = {"heard_by": finding.found_by, "ruled_by": finding.found_by, "ruled_at": now(), "heard_on": today()}
    words = {"hearing": "听取", "ruling": Ruling.UPHELD, "reason": "属实"}
    return make_objection(finding, number=7, state=ObjectionState.RULED, **signed, **words)
