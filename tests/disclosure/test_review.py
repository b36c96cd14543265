"""The review of an edition: what voids signatures, who may take a text back, what approval brings into force."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from disclosure.enums import EditionAction, EditionState, Mode, ReviewStep, WithholdingGround, WithholdingState
from disclosure.models import Approval, Edition, LogEntry, Withholding
from disclosure.services import draft, publish, review
from govportal.models import Agency, AuditEvent, Notice, PublicRevision, User
from govportal.permissions import Role
from tests.database import guards_off, run
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.policies import draft_budget
from tests.factories.published import AT, draft_one, reread, sign_through, signer, submit

A = EditionAction
LATER = AT + timedelta(hours=1)


def edit(edition: Edition, actor: User | None = None, **values: Any) -> Edition:
    written: dict[str, Any] = {"title": "公示办法", "body": "<p>改过一遍。</p>", "formed_on": date(2026, 2, 27)}
    content = draft.Content(**written | values)
    edition = reread(edition)
    draft.edit(
        edition.pk,
        content,
        actor=actor or edition.created_by,
        at=AT,
        lock_version=edition.lock_version,
    )
    return reread(edition)


def standing(edition: Edition) -> list[str]:
    return list(edition.approvals.standing().values_list("step", flat=True))


# --- Signatures ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_review_each_step_signs_the_digest_of_the_submitted_text() -> None:
    edition = sign_through(draft_budget())

    approvals = list(edition.approvals.all())

    assert [approval.step for approval in approvals] == ["secrecy", "pre", "second", "approval"]
    assert {approval.digest for approval in approvals} == {edition.review_digest}
    assert len({approval.signer_id for approval in approvals}) == 4
    assert {(approval.author_id, approval.last_editor_id) for approval in approvals} == {
        (edition.created_by_id, edition.last_edited_by_id)
    }


@pytest.mark.django_db
def test_review_by_the_same_person_twice_is_refused_even_with_two_roles() -> None:
    agency = make_agency(level="township")
    both = make_member(Role.APPROVER, agency, user=make_member(Role.SECRECY_REVIEWER, agency))
    edition = submit(draft_one(agency=agency))
    review.review(edition.pk, A.SECRECY_REVIEW, actor=both, at=AT)

    with pytest.raises(ValidationError, match="您已经作过“保密审查”"):
        review.review(edition.pk, A.APPROVE, actor=both, at=AT)

    assert standing(edition) == ["secrecy"]


@pytest.mark.django_db
def test_review_approver_who_edited_cannot_sign_what_he_edited() -> None:
    agency = make_agency(level="township")
    both = make_member(Role.APPROVER, agency, user=make_member(Role.PUBLISHER, agency))
    edition = sign_through(edit(draft_one(agency=agency), both), until=ReviewStep.SECRECY)

    with pytest.raises(ValidationError, match="起草人和最后修改人不能"):
        review.review(edition.pk, A.APPROVE, actor=both, at=AT)
    review.review(edition.pk, A.APPROVE, actor=make_member(Role.APPROVER, agency), at=AT)

    assert standing(edition) == ["secrecy", "approval"]


@pytest.mark.django_db
def test_review_out_of_turn_is_refused() -> None:
    edition = submit(draft_one())

    with pytest.raises(ValidationError, match="状态是“待审”"):
        review.review(edition.pk, A.APPROVE, actor=signer(ReviewStep.APPROVAL, edition.item.agency), at=AT)


@pytest.mark.django_db
def test_review_with_what_is_no_review_is_a_mistake_of_the_caller() -> None:
    edition = submit(draft_one())

    with pytest.raises(ValueError, match="no review"):
        review.review(edition.pk, A.RETURN, actor=signer(ReviewStep.SECRECY, edition.item.agency), at=AT)


@pytest.mark.django_db
def test_review_note_longer_than_its_column_is_refused_and_signs_nothing() -> None:
    edition = submit(draft_one())

    with pytest.raises(ValidationError):
        review.review(
            edition.pk,
            A.SECRECY_REVIEW,
            actor=signer(ReviewStep.SECRECY, edition.item.agency),
            at=AT,
            note="长" * 501,
        )

    assert (reread(edition).state, standing(edition)) == (EditionState.SUBMITTED, [])


@pytest.mark.django_db(transaction=True)
def test_review_of_a_text_changed_since_its_submission_is_refused() -> None:
    edition = submit(draft_one())
    with guards_off():
        run("UPDATE disclosure_edition SET body = '<p>换过。</p>' WHERE id = %s", edition.pk)

    with pytest.raises(ValidationError, match="与送审时的摘要不一致"):
        review.review(edition.pk, A.SECRECY_REVIEW, actor=signer(ReviewStep.SECRECY, edition.item.agency), at=AT)


@pytest.mark.django_db
def test_review_steps_write_event_audit_and_mail_to_the_next_signer() -> None:
    agency = make_agency(level="township")
    author = make_member(Role.PUBLISHER, agency, email="author@example.test")
    make_member(Role.SECRECY_REVIEWER, agency, email="secrecy@example.test")
    make_member(Role.APPROVER, agency, email="approver@example.test")

    edition = sign_through(draft_one(agency=agency, author=author))

    assert [(e.action, e.from_state, e.to_state) for e in edition.events.all()] == [
        ("submit", "draft", "submitted"),
        ("secrecy_review", "submitted", "secrecy_reviewed"),
        ("approve", "secrecy_reviewed", "approved"),
    ]
    actions = AuditEvent.objects.filter(action__startswith="edition.").values_list("action", flat=True)
    assert list(actions.order_by("pk")) == [
        "edition.draft",
        "edition.submit",
        "edition.secrecy_review",
        "edition.approve",
    ]
    mails = list(Notice.objects.order_by("pk"))
    assert [mail.address for mail in mails] == ["secrecy@example.test", "approver@example.test", "author@example.test"]
    assert not any("公示办法" in mail.subject + mail.body for mail in mails)


# --- Edit, return, recall -----------------------------------------------------------------------------------


@pytest.mark.parametrize("until", [ReviewStep.SECRECY, ReviewStep.PRE, ReviewStep.SECOND, ReviewStep.APPROVAL])
@pytest.mark.django_db
def test_edit_voids_every_signature_and_makes_a_draft_of_it(until: ReviewStep) -> None:
    edition = sign_through(draft_budget(), until=until)
    given = len(standing(edition))

    edition = edit(edition, extra={"fiscal_year": 2026, "kind": "budget"})

    assert (edition.state, edition.review_digest, standing(edition)) == (EditionState.DRAFT, "", [])
    assert edition.approvals.filter(void_reason="文本已修改", voided_at=AT).count() == given >= 1


@pytest.mark.django_db
def test_edit_of_a_scheduled_text_takes_it_off_the_schedule() -> None:
    edition = sign_through(draft_one())
    publish.schedule(edition.pk, actor=signer(ReviewStep.APPROVAL, edition.item.agency), at=AT, publish_at=LATER)

    edition = edit(edition)

    assert (edition.state, edition.publish_at) == (EditionState.DRAFT, None)
    assert edition not in Edition.objects.due_for_publication(LATER)


@pytest.mark.django_db
def test_edit_of_the_files_alone_voids_the_signatures_too() -> None:
    edition = sign_through(draft_one(attachments=[(make_attachment(), "名单")]))
    content = draft.Content(title=edition.title, body=edition.body, formed_on=edition.formed_on)
    draft.edit(edition.pk, content, actor=edition.created_by, at=AT, lock_version=0, attachments=[])

    assert (standing(edition), edition.attachments.count()) == ([], 0)


@pytest.mark.django_db
def test_resubmission_needs_every_signature_anew_and_takes_them_from_the_same_people() -> None:
    edition = sign_through(draft_budget())
    first = list(edition.approvals.values_list("signer", flat=True))
    edition = edit(edition, extra={"fiscal_year": 2026, "kind": "budget"})

    with pytest.raises(ValidationError, match="不能立即公开"):
        publish.publish(edition.pk, actor=signer(ReviewStep.APPROVAL, edition.item.agency), at=AT)
    edition = sign_through(edition)

    assert standing(edition) == ["secrecy", "pre", "second", "approval"]
    assert list(edition.approvals.standing().values_list("signer", flat=True)) == first
    assert edition.approvals.count() == 8


@pytest.mark.parametrize("until", [None, ReviewStep.SECRECY, ReviewStep.PRE, ReviewStep.APPROVAL])
@pytest.mark.django_db
def test_return_without_a_reason_is_refused_and_with_one_voids_and_tells_the_author(until: ReviewStep | None) -> None:
    agency = make_agency()
    edition = draft_one(agency=agency, author=make_member(Role.PUBLISHER, agency, email="author@example.test"))
    edition = sign_through(edition, until=until) if until else submit(edition)
    due = {None: ReviewStep.SECRECY, ReviewStep.SECRECY: ReviewStep.PRE}.get(until, ReviewStep.APPROVAL)
    reviewer = make_member(_ROLE[due], agency)
    before = standing(edition)

    with pytest.raises(ValidationError, match="退回须写明理由"):
        review.send_back(edition.pk, actor=reviewer, at=AT, reason=" \n")
    assert standing(edition) == before
    review.send_back(edition.pk, actor=reviewer, at=AT, reason="附表合计有误")

    edition = reread(edition)
    assert (edition.state, edition.review_digest, standing(edition)) == (EditionState.DRAFT, "", [])
    assert edition.events.latest("pk").note == "附表合计有误"
    assert "附表合计有误" in Notice.objects.get(subject__startswith="已退回").body


_ROLE = {
    ReviewStep.SECRECY: Role.SECRECY_REVIEWER,
    ReviewStep.PRE: Role.PRE_REVIEWER,
    ReviewStep.APPROVAL: Role.APPROVER,
}


@pytest.mark.parametrize("until", [None, ReviewStep.SECRECY, ReviewStep.APPROVAL])
@pytest.mark.django_db
def test_recall_is_for_author_and_last_editor_alone(until: ReviewStep | None) -> None:
    agency = make_agency()
    editor, colleague = make_member(Role.PUBLISHER, agency), make_member(Role.PUBLISHER, agency)
    for writer in ("author", "editor"):
        edition = edit(draft_one(agency=agency), editor)
        edition = sign_through(edition, until=until) if until else submit(edition)

        with pytest.raises(ValidationError, match="只有起草人或最后修改人"):
            review.recall(edition.pk, actor=colleague, at=AT)
        review.recall(edition.pk, actor=edition.created_by if writer == "author" else editor, at=AT)

        edition = reread(edition)
        assert (edition.state, edition.review_digest, standing(edition)) == (EditionState.DRAFT, "", [])


@pytest.mark.django_db
def test_discard_keeps_the_edition_and_its_number() -> None:
    edition = draft_one()
    review.discard(edition.pk, actor=edition.created_by, at=AT, note="不再需要")
    content = draft.Content(title="二", body="<p>重写</p>", change_note="重写")

    following = draft.add_edition(edition.item, content, author=edition.created_by, at=AT)

    assert (reread(edition).state, following.number) == (EditionState.DISCARDED, 2)


@pytest.mark.django_db
def test_edit_with_an_old_lock_version_holds_both_texts_and_changes_nothing() -> None:
    edition = edit(draft_one(), body="<p>先到的。</p>")
    content = draft.Content(title="后到的", body="<p>后到的。</p>")

    with pytest.raises(draft.StaleForm) as stale:
        draft.edit(edition.pk, content, actor=edition.created_by, at=AT, lock_version=0)

    assert stale.value.current.body == "<p>先到的。</p>"
    assert reread(edition).body == "<p>先到的。</p>"


@pytest.mark.django_db
def test_edit_with_an_old_lock_version_shows_a_stranger_nothing() -> None:
    edition = edit(draft_one())
    content = draft.Content(title="后到的", body="<p>后到的。</p>")

    with pytest.raises(ValidationError, match="没有“修改”的角色"):
        draft.edit(edition.pk, content, actor=make_member(Role.PUBLISHER), at=AT, lock_version=0)


# --- 不予公开 -----------------------------------------------------------------------------------------------


def withheld(agency: Agency, proposer: User | None = None) -> Edition:
    edition = draft_one(agency=agency, content={"mode": Mode.NOT_PUBLIC})
    Withholding.objects.create(
        agency=agency,
        edition=edition,
        matter="事项",
        ground=WithholdingGround.SECURITY,
        reason="公开会危及公共安全",
        basis="条例第十四条",
        review_on=date(2027, 3, 1),
        proposed_by=proposer or edition.created_by,
        proposed_at=AT,
    )
    return edition


@pytest.mark.django_db
def test_withholding_comes_in_force_with_the_approval_and_its_text_is_never_published() -> None:
    agency = make_agency()
    edition = sign_through(withheld(agency), until=ReviewStep.PRE)
    assert edition.withholding.state == WithholdingState.PROPOSED
    approver = make_member(Role.APPROVER, agency)
    before = PublicRevision.objects.count()

    review.review(edition.pk, A.APPROVE, actor=approver, at=AT)

    row = Withholding.objects.get(edition=edition)
    assert (row.state, row.decided_by, row.decided_at) == (WithholdingState.IN_FORCE, approver, AT)
    assert PublicRevision.objects.count() > before
    for verb in (
        lambda: publish.publish(edition.pk, actor=approver, at=AT),
        lambda: publish.schedule(edition.pk, actor=approver, at=AT, publish_at=LATER),
    ):
        with pytest.raises(ValidationError, match="公开方式是“不予公开”"):
            verb()
    assert not LogEntry.objects.exists()


@pytest.mark.django_db
def test_withholding_is_not_published_in_an_emergency_either() -> None:
    agency = make_agency()
    edition = withheld(agency)

    with pytest.raises(ValidationError, match="公开方式是“不予公开”"):
        publish.publish_in_emergency(edition.pk, actor=make_member(Role.APPROVER, agency), at=AT, reason="汛情")


@pytest.mark.django_db
def test_withholding_is_not_put_in_force_by_who_proposed_it() -> None:
    agency = make_agency(level="township")
    approver = make_member(Role.APPROVER, agency)
    edition = sign_through(withheld(agency, approver), until=ReviewStep.SECRECY)

    with pytest.raises(ValidationError, match="提出人不能"):
        review.review(edition.pk, A.APPROVE, actor=approver, at=AT)

    assert not Approval.objects.filter(step=ReviewStep.APPROVAL).exists()
