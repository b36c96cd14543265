"""The signatures a text needs are fixed when it is submitted: a body that changes its level is spared none."""

import pytest
from django.db import DatabaseError, transaction

from disclosure.enums import EditionAction, EditionState, ReviewStep
from disclosure.models import Edition
from disclosure.services import review
from govportal.models.agency import AgencyLevel
from tests.factories.published import AT, draft_one, publish_edition, sign_through, signer, submit

pytestmark = pytest.mark.django_db


def lower(edition: Edition) -> None:
    """What an administrator could do between two signatures."""
    edition.item.agency.level = AgencyLevel.TOWNSHIP
    edition.item.agency.save(update_fields=["level"])


def test_approval_after_the_level_was_lowered_still_needs_the_pre_review() -> None:
    edition = sign_through(draft_one(), until=ReviewStep.SECRECY)
    lower(edition)
    edition = Edition.objects.select_related("item__agency").get(pk=edition.pk)
    approver = signer(ReviewStep.APPROVAL, edition.item.agency)

    reasons = review.reasons_against(edition, EditionAction.APPROVE, approver, at=AT)

    assert edition.steps == (ReviewStep.SECRECY, ReviewStep.PRE, ReviewStep.APPROVAL)
    assert reasons


def test_submission_after_the_level_was_lowered_follows_the_new_level() -> None:
    edition = draft_one()
    lower(edition)

    submitted = submit(edition)

    assert submitted.review_steps == [ReviewStep.SECRECY, ReviewStep.APPROVAL]


def test_edit_frees_the_steps() -> None:
    edition = sign_through(draft_one(), until=ReviewStep.SECRECY)

    review.recall(edition.pk, actor=edition.created_by, at=AT)

    edition.refresh_from_db()
    assert edition.review_steps == []


def test_waiting_for_follows_the_fixed_steps() -> None:
    edition = sign_through(draft_one(), until=ReviewStep.SECRECY)
    pre_reviewer = signer(ReviewStep.PRE, edition.item.agency)
    lower(edition)

    assert list(Edition.objects.waiting_for(pre_reviewer)) == [edition]


def test_publication_without_a_step_that_was_asked_for_is_refused_by_the_database() -> None:
    edition = sign_through(draft_one())
    edition.approvals.filter(step=ReviewStep.PRE).update(voided_at=AT, void_reason="试")

    with pytest.raises(DatabaseError, match="signatures of its procedure"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(
            state=EditionState.PUBLISHED, published_at=AT, published_on=AT.date(), digest="d" * 64
        )


def test_published_edition_keeps_the_steps_it_was_signed_by() -> None:
    edition = draft_one()

    publish_edition(edition)

    edition.refresh_from_db()
    assert edition.review_steps == [ReviewStep.SECRECY, ReviewStep.PRE, ReviewStep.APPROVAL]
