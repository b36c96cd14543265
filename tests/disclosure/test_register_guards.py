"""What the database itself refuses about decided rows: every statement here goes past the services."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from disclosure.enums import ItemAction, RecordKind, RectificationState, WithholdingState
from disclosure.models import Motion, Obligation, Receipt, Rectification, SupportingRecord, Withholding
from disclosure.services import motion
from govportal.now import now, today
from govportal.permissions import Role
from tests.database import refused, replaced
from tests.factories import make_member, make_user
from tests.factories.obligations import make_obligation
from tests.factories.policies import add_evidence, draft_budget
from tests.factories.published import AT, publish_edition, publish_one
from tests.factories.registers import make_receipt, make_rectification, make_withholding

WORDS: dict[str, Any] = {"ground": "内容有误", "basis": "《条例》第六条", "explanation": "另行公布。"}
pytestmark = pytest.mark.django_db


def open_motion() -> Motion:
    item = publish_one()
    asker = make_member(Role.PUBLISHER, item.agency)
    return motion.ask(item.pk, ItemAction.WITHDRAW, actor=asker, at=AT, **WORDS)


def decided_motion() -> Motion:
    row = open_motion()
    motion.refuse(row.pk, actor=make_member(Role.APPROVER, row.item.agency), at=AT, note="理由不足")
    return row


def checked_receipt() -> Receipt:
    return make_receipt(checked_by=make_user(), checked_at=now())


def verified() -> Rectification:
    return make_rectification(
        state=RectificationState.VERIFIED,
        report="已更新。",
        reported_by=make_user(),
        reported_on=today(),
        verified_by=make_user(),
        verified_on=today(),
    )


def public_record() -> SupportingRecord:
    edition = draft_budget()
    publish_edition(edition)
    return edition.records.get()


def met() -> Obligation:
    return make_obligation(met_on=today())


def refuses(row: Model, column: str, value: Any) -> bool:
    return refused(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", value, row.pk)


@pytest.mark.parametrize(
    ("make", "column", "value"),
    [
        (open_motion, "ground", "别的事由"),
        (open_motion, "asked_by_id", 0),
        (decided_motion, "state", "granted"),
        (decided_motion, "decision_note", "别的意见"),
        (decided_motion, "decided_at", "2020-01-01 00:00:00+00:00"),
        (make_withholding, "matter", "别的事项"),
        (make_withholding, "ground", "process"),
        (make_withholding, "agency_id", 0),
        (make_withholding, "decided_by_id", 0),
        (make_withholding, "state", WithholdingState.PROPOSED),
        (checked_receipt, "amount", 1),
        (checked_receipt, "checked_at", None),
        (make_rectification, "problem", "别的问题"),
        (verified, "finding", "别的意见"),
        (verified, "state", RectificationState.ORDERED),
        (public_record, "title", "别的记录"),
        (make_obligation, "agency_id", 0),
        (make_obligation, "period_start", "2020-01-01"),
        (met, "due_on", "2030-01-01"),
    ],
)
def test_decided_column_is_never_rewritten(make: Callable[[], Model], column: str, value: Any) -> None:
    assert refuses(make(), column, value)


@pytest.mark.parametrize(
    "make",
    [
        open_motion,
        decided_motion,
        make_withholding,
        checked_receipt,
        make_rectification,
        public_record,
        make_obligation,
    ],
)
def test_decided_row_is_neither_deleted_nor_replaced(make: Callable[[], Model]) -> None:
    row = make()

    assert refused(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)
    assert not replaced(row._meta.db_table, row.pk)


def test_open_motion_is_not_replaced_by_another() -> None:
    row = open_motion()
    columns = ", ".join(str(field.column) for field in Motion._meta.concrete_fields if field.column != "id")

    statement = "INSERT OR REPLACE INTO" if connection.vendor == "sqlite" else "INSERT INTO"
    assert refused(
        f"{statement} disclosure_motion ({columns}) SELECT {columns} FROM disclosure_motion WHERE id = %s",
        row.pk,
    )


def test_record_is_not_added_behind_a_published_text() -> None:
    record = public_record()

    assert refused(
        "INSERT INTO disclosure_supportingrecord (edition_id, kind, title, number, dated_on, added_by_id) "
        "SELECT edition_id, kind, title, number, dated_on, added_by_id FROM disclosure_supportingrecord WHERE id = %s",
        record.pk,
    )


@pytest.mark.parametrize(
    ("make", "column", "value"),
    [
        (make_withholding, "review_on", "2027-01-01"),
        (make_withholding, "filing_number", "备〔2026〕1号"),
        (make_withholding, "state", WithholdingState.RELEASED),
        (make_receipt, "purpose", "别的事由"),
        (make_rectification, "report", "已更新。"),
        (make_obligation, "due_on", "2030-01-01"),
        (make_obligation, "met_on", "2026-05-01"),
        (met, "met_on", None),
    ],
)
def test_what_goes_on_is_still_written(make: Callable[[], Model], column: str, value: Any) -> None:
    assert not refuses(make(), column, value)


@pytest.mark.parametrize(
    "make", [lambda: make_withholding(state=WithholdingState.PROPOSED), make_receipt, lambda: draft_record()]
)
def test_what_nobody_decided_can_be_taken_back(make: Callable[[], Model]) -> None:
    row = make()

    assert not refused(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)


def draft_record() -> SupportingRecord:
    return add_evidence(draft_budget(has_audit=False), RecordKind.AUDIT)


def test_released_matter_is_only_proposed_anew() -> None:
    row = make_withholding(state=WithholdingState.RELEASED, released_at=now())

    assert refuses(row, "matter", "别的事项")
    assert not refused(
        "UPDATE disclosure_withholding SET state = 'proposed', decided_by_id = NULL, decided_at = NULL WHERE id = %s",
        row.pk,
    )
    assert Withholding.objects.get(pk=row.pk).state == WithholdingState.PROPOSED
