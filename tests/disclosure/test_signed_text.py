"""What the database itself keeps as it is: signed texts and files, rows written once, editions in a lawful state."""

from datetime import date
from typing import Any

import pytest

from disclosure.database.signatures import SIGNED_COLUMNS
from disclosure.enums import (
    ItemState,
    ObligationKind,
    ReviewStep,
    StatementKind,
    WithholdingGround,
    WithholdingState,
)
from disclosure.models import (
    Edition,
    EditionAttachment,
    EditionEvent,
    Filing,
    Obligation,
    Statement,
    Withholding,
    WithholdingReview,
)
from govportal.models import User
from govportal.now import now
from tests.database import copying_edition, refused, replaced, run
from tests.factories import make_agency, make_attachment, make_catalogue_entry, make_item, make_user
from tests.factories.published import AT, draft_one, sign_through, submit

# --- What is signed does not change -------------------------------------------------------------------------

_NEW_VALUES = {
    "number": "9",
    "title_breaks": "'[2]'",
    "keywords": "'[\"改\"]'",
    "extra": "'{\"改\": 1}'",
    "review_steps": "'[\"secrecy\"]'",
    "is_substantive": "NOT is_substantive",
    "formed_on": "'2020-01-01'",
    "effective_on": "'2020-01-01'",
    "expires_on": "'2020-01-01'",
    "validity": "'void'",
    "category": "'finance'",
    "aspect": "'service'",
    "mode": "'not_public'",
    "item_id": "(SELECT MAX(id) FROM disclosure_item)",
    "created_by_id": "(SELECT MAX(id) FROM govportal_user)",
    "last_edited_by_id": "(SELECT MAX(id) FROM govportal_user)",
    "review_digest": "'" + "c" * 64 + "'",
}


@pytest.mark.parametrize("column", [*SIGNED_COLUMNS, "review_digest"])
@pytest.mark.django_db
def test_signed_text_refuses_to_change_while_a_signature_stands(column: str) -> None:
    edition = sign_through(draft_one(agency=make_agency(level="township")), until=ReviewStep.SECRECY)
    make_item(state=ItemState.UNPUBLISHED)
    make_user()
    change = f"UPDATE disclosure_edition SET {column} = {_NEW_VALUES.get(column, column + " || '改'")} WHERE id = %s"

    assert refused(change, edition.pk)
    for state in ("draft", "approved", "discarded"):
        assert refused(change.replace("SET ", f"SET state = '{state}', "), edition.pk)
    run("UPDATE disclosure_approval SET voided_at = %s", AT)
    assert not refused(change, edition.pk)


def test_signed_columns_are_all_but_those_of_the_procedure() -> None:
    """A new column of Edition is signed, or stands here with a reason."""
    of_the_procedure = {
        "id",
        "state",
        "lock_version",
        "procedure",
        "created_at",
        "published_at",
        "published_on",  # fixed by the publication itself
        "digest",
        "review_digest",  # guarded beside them
        "publish_at",
        "publish_fault",
        "emergency_reason",
        "review_due_on",
        "redacted_by_entry_id",
    }

    assert {field.column for field in Edition._meta.concrete_fields} - set(SIGNED_COLUMNS) == of_the_procedure


@pytest.mark.django_db
def test_signed_files_refuse_to_change_while_a_signature_stands() -> None:
    agency = make_agency(level="township")
    edition = draft_one(agency=agency, attachments=[(make_attachment(), "名单")])
    other = draft_one(agency=agency, attachments=[(make_attachment(b"%PDF-1.7\n2"), "另一份")])
    sign_through(edition, until=ReviewStep.SECRECY)
    file = make_attachment(b"%PDF-1.7\n3").pk
    changes: list[tuple[Any, ...]] = [
        (
            "INSERT INTO disclosure_editionattachment (edition_id, attachment_id, title, position) "
            "VALUES (%s, %s, '加', 9)",
            edition.pk,
            file,
        ),
        ("UPDATE disclosure_editionattachment SET title = '改' WHERE edition_id = %s", edition.pk),
        ("UPDATE disclosure_editionattachment SET attachment_id = %s WHERE edition_id = %s", file, edition.pk),
        ("UPDATE disclosure_editionattachment SET position = position + 20 WHERE edition_id = %s", edition.pk),
        (
            "UPDATE disclosure_editionattachment SET edition_id = %s, position = 8 WHERE edition_id = %s",
            edition.pk,
            other.pk,
        ),
        ("DELETE FROM disclosure_editionattachment WHERE edition_id = %s", edition.pk),
    ]

    assert [refused(*change) for change in changes] == [True] * len(changes)
    run("UPDATE disclosure_approval SET voided_at = %s", AT)
    assert [refused(*change) for change in changes] == [False] * len(changes)


@pytest.mark.django_db
def test_unsigned_files_may_change() -> None:
    edition = draft_one(attachments=[(make_attachment(), "名单")])

    assert EditionAttachment.objects.filter(edition=edition).delete()[0] == 1


# --- Rows that are written once -----------------------------------------------------------------------------


def make_event() -> EditionEvent:
    return submit(draft_one()).events.get()


def make_obligation() -> Obligation:
    return Obligation.objects.create(
        entry=make_catalogue_entry(),
        agency=make_agency(),
        kind=ObligationKind.RECURRING,
        period_start=date(2026, 1, 1),
        period_end=date(2026, 3, 31),
        due_on=date(2026, 4, 20),
        created_at=now(),
    )


def make_statement() -> Statement:
    return Statement.objects.create(
        obligation=make_obligation(), kind=StatementKind.NIL, signed_by=make_user(), signed_at=now()
    )


def make_filing() -> Filing:
    return Filing.objects.create(
        obligation=make_obligation(),
        filed_with=make_agency(),
        filed_on=date(2026, 4, 1),
        title="半年报告",
        recorded_by=make_user(),
        recorded_at=now(),
    )


def make_withholding(proposer: User, decider: User) -> Withholding:
    return Withholding.objects.create(
        agency=make_agency(),
        matter="事项",
        ground=WithholdingGround.STATE_SECRET,
        reason="理由",
        basis="依据",
        state=WithholdingState.IN_FORCE,
        review_on=date(2026, 9, 1),
        proposed_by=proposer,
        proposed_at=now(),
        decided_by=decider,
        decided_at=now(),
    )


def make_withholding_review() -> WithholdingReview:
    return WithholdingReview.objects.create(
        withholding=make_withholding(make_user(), make_user()),
        is_kept=False,
        reason="已过保密期",
        reviewed_by=make_user(),
        reviewed_at=now(),
    )


@pytest.mark.parametrize(
    ("make", "column"),
    [
        (make_event, "note"),
        (make_statement, "note"),
        (make_filing, "title"),
        (make_withholding_review, "reason"),
    ],
)
@pytest.mark.django_db
def test_append_only_row_refuses_update_delete_and_replacement(make: Any, column: str) -> None:
    row = make()
    table = row._meta.db_table

    assert refused(f"UPDATE {table} SET {column} = '改' WHERE id = %s", row.pk)
    assert refused(f"UPDATE {table} SET id = id + 1000 WHERE id = %s", row.pk)
    assert refused(f"DELETE FROM {table} WHERE id = %s", row.pk)
    assert not replaced(table, row.pk)


# --- Constraints of editions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "state = 'scheduled', publish_at = NULL",
        "procedure = 'emergency', emergency_reason = '', review_due_on = '2026-03-12'",
        "procedure = 'emergency', emergency_reason = '汛情', review_due_on = NULL",
        "procedure = 'favour'",
        "state = 'half_published'",
    ],
)
@pytest.mark.django_db
def test_edition_in_an_impossible_state_is_refused(change: str) -> None:
    edition = draft_one()

    assert refused(f"UPDATE disclosure_edition SET {change} WHERE id = %s", edition.pk)


@pytest.mark.django_db
def test_edition_scheduled_or_urgent_with_what_it_needs_is_taken() -> None:
    edition = draft_one()

    assert not refused(
        "UPDATE disclosure_edition SET state = 'scheduled', publish_at = %s WHERE id = %s", AT, edition.pk
    )
    assert not refused(
        "UPDATE disclosure_edition SET procedure = 'emergency', emergency_reason = '汛情', "
        "review_due_on = '2026-03-12' WHERE id = %s",
        edition.pk,
    )


@pytest.mark.parametrize("first", ["draft", "submitted", "approved", "scheduled"])
@pytest.mark.django_db
def test_edition_second_open_one_of_an_item_is_refused(first: str) -> None:
    edition = draft_one()
    Edition.objects.filter(pk=edition.pk).update(state=first, publish_at=AT)
    insert = copying_edition({"number": "2", "state": "'draft'"})

    assert refused(insert, edition.pk)
    Edition.objects.filter(pk=edition.pk).update(state="discarded")
    assert not refused(insert, edition.pk)
