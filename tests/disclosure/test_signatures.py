"""What the database itself refuses about signatures: every statement here goes past the services."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from disclosure.enums import (
    EditionState,
    Procedure,
    ReviewStep,
)
from disclosure.models import (
    Approval,
    Edition,
)
from disclosure.services import draft, publish
from disclosure.services.verify_log import verify
from govportal.models import Agency
from govportal.permissions import Role
from tests.database import copying_edition, guards_off, refused, replaced, run
from tests.factories import make_agency, make_member, make_user
from tests.factories.published import AT, draft_one, publish_one, sign_through, signer, submit


def township() -> Agency:
    """A body with the fewest people: two signatures, secrecy review and approval."""
    return make_agency(level="township")


def under_review(**values: Any) -> Edition:
    """A submitted edition that one person drafted and another edited last. Nobody has signed it yet."""
    agency = values.pop("agency", None) or township()
    edition = draft_one(agency=agency, **values)
    content = draft.Content(
        title="公示办法", body="<p>第一条　公示期不少于七个工作日。</p>", formed_on=date(2026, 2, 27)
    )
    editor = make_member(Role.PUBLISHER, agency)
    draft.edit(edition.pk, content, actor=editor, at=AT, lock_version=0)
    return submit(Edition.objects.select_related("item__agency", "last_edited_by").get(pk=edition.pk))


_SIGN = """
    INSERT INTO disclosure_approval
        (edition_id, step, digest, signer_id, author_id, last_editor_id, note, at, voided_at, void_reason)
    VALUES (%s, %s, %s, %s, %s, %s, '', %s, %s, '')
"""


def signature(edition: Edition, **false: Any) -> tuple[Any, ...]:
    """The values of a true copy, `false` put in their place. A stranger signs, unless said otherwise."""
    values = {
        "edition": edition.pk,
        "step": "secrecy",
        "digest": edition.review_digest,
        "signer": None,
        "author": edition.created_by_id,
        "last_editor": edition.last_edited_by_id,
        "at": AT,
        "voided_at": None,
    } | false
    values["signer"] = values["signer"] or make_user().pk
    return tuple(values.values())


# --- A signature is a true copy -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_signature_true_copy_by_a_stranger_is_taken() -> None:
    """The rule by which the refusals below prove anything."""
    assert not refused(_SIGN, *signature(under_review()))


@pytest.mark.parametrize("writer", ["created_by_id", "last_edited_by_id"])
@pytest.mark.django_db
def test_signature_by_who_wrote_the_text_is_refused(writer: str) -> None:
    edition = under_review()

    assert refused(_SIGN, *signature(edition, signer=getattr(edition, writer)))


@pytest.mark.django_db
def test_signature_by_the_author_under_false_names_is_refused() -> None:
    edition = under_review()
    other = make_user().pk

    assert refused(_SIGN, *signature(edition, signer=edition.created_by_id, author=other))
    assert refused(_SIGN, *signature(edition, signer=edition.last_edited_by_id, last_editor=other))


@pytest.mark.parametrize(
    "false", [{"digest": "0" * 64}, {"digest": ""}, {"step": "blessing"}, {"voided_at": AT}], ids=str
)
@pytest.mark.django_db
def test_signature_with_a_false_value_is_refused(false: dict[str, Any]) -> None:
    assert refused(_SIGN, *signature(under_review(), **false))


@pytest.mark.django_db
def test_signature_with_empty_digest_under_an_empty_digest_is_refused() -> None:
    edition = under_review()
    Edition.objects.filter(pk=edition.pk).update(review_digest="")

    assert refused(_SIGN, *signature(edition, digest=""))


@pytest.mark.parametrize("name", ["author", "last_editor"])
@pytest.mark.django_db
def test_signature_with_a_false_author_or_editor_is_refused(name: str) -> None:
    assert refused(_SIGN, *signature(under_review(), **{name: make_user().pk}))


@pytest.mark.django_db
def test_signature_two_steps_by_one_signer_are_refused() -> None:
    edition, person = under_review(), make_user().pk
    run(_SIGN, *signature(edition, signer=person))

    assert refused(_SIGN, *signature(edition, signer=person, step="approval"))
    assert not refused(_SIGN, *signature(edition, step="approval"))


@pytest.mark.django_db
def test_signature_one_step_twice_is_refused_until_the_first_is_void() -> None:
    edition = under_review()
    run(_SIGN, *signature(edition))

    assert refused(_SIGN, *signature(edition))
    run("UPDATE disclosure_approval SET voided_at = %s, void_reason = '退回'", AT)
    assert not refused(_SIGN, *signature(edition))


@pytest.mark.parametrize(
    "state",
    [s for s in EditionState if s not in {"submitted", "secrecy_reviewed", "pre_reviewed", "second_reviewed"}],
)
@pytest.mark.django_db
def test_signature_under_what_is_not_under_review_is_refused(state: EditionState) -> None:
    edition = sign_through(draft_one(agency=township()))
    if state == EditionState.PUBLISHED:
        publish.publish(edition.pk, actor=signer(ReviewStep.APPROVAL, edition.item.agency), at=AT)
    else:
        Edition.objects.filter(pk=edition.pk).update(state=state, publish_at=AT)

    assert refused(_SIGN, *signature(edition, step="pre"))


# The constraints of the table alone, should the triggers be gone.


@pytest.mark.django_db(transaction=True)
def test_constraints_of_signatures_hold_without_triggers() -> None:
    edition, person = under_review(), make_user().pk
    with guards_off():
        run(_SIGN, *signature(edition, signer=person))
        results = {
            "signer is author": refused(_SIGN, *signature(edition, signer=edition.created_by_id, step="approval")),
            "signer edited": refused(_SIGN, *signature(edition, signer=edition.last_edited_by_id, step="approval")),
            "no digest": refused(_SIGN, *signature(edition, digest="", step="approval")),
            "unknown step": refused(_SIGN, *signature(edition, step="blessing")),
            "signer again": refused(_SIGN, *signature(edition, signer=person, step="approval")),
            "step again": refused(_SIGN, *signature(edition)),
            "another step by another": not refused(_SIGN, *signature(edition, step="approval")),
        }

    assert results == dict.fromkeys(results, True)


# --- A signature stays, or is voided once -------------------------------------------------------------------


def signed_by_one() -> Approval:
    edition = under_review()
    run(_SIGN, *signature(edition))
    return edition.approvals.get()


CHANGES = {
    "step": "'approval'",
    "digest": "'" + "0" * 64 + "'",
    "note": "'另一意见'",
    "at": "'2020-01-01 00:00:00+00:00'",
    "signer_id": "(SELECT MAX(id) FROM govportal_user)",
    "author_id": "(SELECT MAX(id) FROM govportal_user)",
    "last_editor_id": "(SELECT MAX(id) FROM govportal_user)",
    "edition_id": "(SELECT MAX(id) FROM disclosure_edition)",
    "id": "id + 1000",
}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.django_db
def test_signature_refuses_to_change_in_any_column(column: str) -> None:
    approval = signed_by_one()
    draft_one()
    make_user()

    assert refused(f"UPDATE disclosure_approval SET {column} = {CHANGES[column]} WHERE id = %s", approval.pk)
    assert refused(
        f"UPDATE disclosure_approval SET voided_at = %s, {column} = {CHANGES[column]} WHERE id = %s", AT, approval.pk
    )


def test_signature_changes_name_every_column_but_the_voiding() -> None:
    assert set(CHANGES) == {field.column for field in Approval._meta.concrete_fields} - {"voided_at", "void_reason"}


@pytest.mark.django_db
def test_signature_is_voided_once_and_neither_taken_up_again_nor_voided_anew() -> None:
    approval = signed_by_one()
    assert not refused(
        "UPDATE disclosure_approval SET voided_at = %s, void_reason = '退回' WHERE id = %s", AT, approval.pk
    )

    assert refused("UPDATE disclosure_approval SET voided_at = NULL WHERE id = %s", approval.pk)
    assert refused("UPDATE disclosure_approval SET voided_at = %s WHERE id = %s", AT + timedelta(days=1), approval.pk)
    assert refused("UPDATE disclosure_approval SET void_reason = '另一原因' WHERE id = %s", approval.pk)


@pytest.mark.django_db
def test_signature_refuses_to_go_or_to_be_replaced() -> None:
    approval = signed_by_one()

    assert refused("DELETE FROM disclosure_approval WHERE id = %s", approval.pk)
    assert not replaced("disclosure_approval", approval.pk)


@pytest.mark.parametrize("same", ["step", "signer"])
@pytest.mark.django_db
def test_signature_is_not_pushed_out_by_a_new_one(same: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    approval = signed_by_one()
    values = {"step": "secrecy"} if same == "step" else {"step": "approval", "signer": approval.signer_id}

    assert refused(_SIGN.replace("INSERT", "INSERT OR REPLACE"), *signature(approval.edition, **values))


@pytest.mark.django_db
def test_signatures_of_a_published_edition_are_neither_voided_nor_added_to() -> None:
    item = publish_one(agency=township())
    edition = item.current_edition
    assert edition is not None

    assert refused("UPDATE disclosure_approval SET voided_at = %s", AT)
    assert refused(_SIGN, *signature(edition, step="pre"))


@pytest.mark.django_db
def test_signatures_of_an_emergency_are_added_to_but_not_voided() -> None:
    edition = draft_one(agency=township())
    approver = signer(ReviewStep.APPROVAL, edition.item.agency)
    publish.publish_in_emergency(edition.pk, actor=approver, at=AT, reason="汛情")
    edition.refresh_from_db()

    assert not refused(_SIGN, *signature(edition))
    assert refused(_SIGN, *signature(edition, step="approval", signer=edition.created_by_id))
    assert refused("UPDATE disclosure_approval SET voided_at = %s", AT)


# --- Nothing becomes public without signatures --------------------------------------------------------------

_PUBLISH = (
    "UPDATE disclosure_edition SET state = 'published', procedure = %s, digest = %s, published_on = '2026-03-02', "
    "published_at = %s, emergency_reason = '汛情', review_due_on = '2026-03-12' WHERE id = %s"
)


def publishing(edition: Edition, procedure: str = Procedure.REVIEW) -> tuple[Any, ...]:
    return procedure, "a" * 64, AT, edition.pk


@pytest.mark.django_db
def test_publication_with_both_signatures_is_taken() -> None:
    edition = sign_through(draft_one(agency=township()))

    assert not refused(_PUBLISH, *publishing(edition))


@pytest.mark.parametrize("steps", [(), ("secrecy",), ("approval",), ("secrecy", "pre"), ("pre", "approval")], ids=str)
@pytest.mark.parametrize("state", ["submitted", "approved", "scheduled", "draft"])
@pytest.mark.django_db
def test_publication_without_both_signatures_is_refused(state: str, steps: tuple[str, ...]) -> None:
    edition = under_review()
    for step in steps:
        run(_SIGN, *signature(edition, step=step))
    Edition.objects.filter(pk=edition.pk).update(state=state, publish_at=AT)

    assert refused(_PUBLISH, *publishing(edition))


@pytest.mark.parametrize("step", ["secrecy", "approval"])
@pytest.mark.django_db
def test_publication_with_a_void_signature_is_refused(step: str) -> None:
    edition = sign_through(draft_one(agency=township()))
    run("UPDATE disclosure_approval SET voided_at = %s WHERE step = %s", AT, step)

    assert refused(_PUBLISH, *publishing(edition))


@pytest.mark.parametrize("procedure", [Procedure.LEGACY, Procedure.EMERGENCY])
@pytest.mark.django_db
def test_publication_under_another_procedure_is_refused(procedure: Procedure) -> None:
    for edition in (under_review(), sign_through(draft_one(agency=township()))):
        assert refused(_PUBLISH, *publishing(edition, procedure))


@pytest.mark.django_db
def test_publication_with_the_digest_changed_in_the_same_statement_is_refused() -> None:
    edition = sign_through(draft_one(agency=township()))

    assert refused(_PUBLISH.replace("SET ", "SET review_digest = '" + "b" * 64 + "', ", 1), *publishing(edition))
    assert refused(_PUBLISH.replace("SET ", "SET body = '<p>改</p>', ", 1), *publishing(edition))


@pytest.mark.parametrize("procedure", [p for p in Procedure if p != Procedure.MIGRATION])
@pytest.mark.django_db
def test_publication_by_inserting_a_published_edition_is_refused(procedure: Procedure) -> None:
    edition = sign_through(draft_one(agency=township()))
    insert = copying_edition(
        {
            "number": "9",
            "state": "'published'",
            "procedure": f"'{procedure}'",
            "digest": "'a'",
            "published_on": "'2026-03-02'",
            "published_at": "created_at",
            "emergency_reason": "'汛情'",
            "review_due_on": "'2026-03-12'",
        }
    )

    assert refused(insert, edition.pk)
    assert not refused(insert.replace(f"'{procedure}'", "'migration'"), edition.pk)


@pytest.mark.django_db
def test_publication_by_the_door_of_the_archive_is_named_by_verify() -> None:
    """Whoever holds the database may claim a migration; then the log must claim it too, before everybody's eyes."""
    edition, submitted = draft_one(agency=township()), under_review()
    run(_PUBLISH, *publishing(edition, Procedure.MIGRATION))

    assert refused(_PUBLISH, *publishing(submitted, Procedure.MIGRATION))
    assert any(edition.item.index_number in fault for fault in verify().faults)


@pytest.mark.django_db
def test_signature_by_who_edited_between_author_and_last_editor_is_refused() -> None:
    edition = draft_one(agency=township())
    between, last = (make_member(Role.PUBLISHER, edition.item.agency) for _number in range(2))
    for version, person in enumerate((between, last)):
        content = draft.Content(title="公示办法", body=f"<p>{version}</p>", formed_on=date(2026, 2, 27))
        draft.edit(edition.pk, content, actor=person, at=AT, lock_version=version)
    edition = submit(Edition.objects.select_related("item__agency", "last_edited_by").get(pk=edition.pk))

    assert between.pk not in {edition.created_by_id, edition.last_edited_by_id}
    assert refused(_SIGN, *signature(edition, signer=between.pk))
    assert not refused(_SIGN, *signature(edition))
