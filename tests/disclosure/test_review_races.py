"""Several people at one moment: whoever comes second is told so, and what is public is what was signed."""

from collections.abc import Callable
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from disclosure import publication_log
from disclosure.enums import EditionAction, EditionState, ReviewStep
from disclosure.models import Approval, Edition, LogEntry
from disclosure.services import draft, publish, review
from disclosure.services.verify_log import verify
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.policies import draft_interpretation, draft_policy
from tests.factories.published import AT, draft_one, publish_edition, publish_one, reread, sign_through, signer, submit
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

A = EditionAction
ROUNDS = 4  # of two that race: either may come first


def people(role: Role, agency: Agency, count: int = 8) -> list[User]:
    return [make_member(role, agency) for _number in range(count)]


def names(outcomes: list[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def rewrite(edition: Edition, body: str = "<p>赶在前面改的。</p>") -> Callable[[], object]:
    content = draft.Content(title="公示办法", body=body, formed_on=edition.formed_on)
    lock = reread(edition).lock_version
    return partial(draft.edit, edition.pk, content, actor=edition.created_by, at=AT, lock_version=lock)


def assert_signatures_are_of_this_text(edition: Edition) -> None:
    digest = publication_log.review_digest(edition)
    assert set(edition.approvals.standing().values_list("digest", flat=True)) <= {digest}


def test_approve_by_eight_at_once_gives_one_approval() -> None:
    agency = make_agency()
    edition = sign_through(draft_one(agency=agency), until=ReviewStep.PRE)
    approvers = people(Role.APPROVER, agency)

    outcomes = at_once(*(partial(review.review, edition.pk, A.APPROVE, actor=one, at=AT) for one in approvers))

    assert names(outcomes) == ["EditionEvent"] + ["ValidationError"] * 7
    assert reread(edition).state == EditionState.APPROVED
    assert Approval.objects.filter(edition=edition, step=ReviewStep.APPROVAL).count() == 1
    assert edition.events.filter(action=A.APPROVE).count() == 1


def test_approve_by_one_person_in_eight_windows_gives_one_approval() -> None:
    agency = make_agency()
    edition = sign_through(draft_one(agency=agency), until=ReviewStep.PRE)
    approver = make_member(Role.APPROVER, agency)

    outcomes = at_once(partial(review.review, edition.pk, A.APPROVE, actor=approver, at=AT), times=8)

    assert names(outcomes) == ["EditionEvent"] + ["ValidationError"] * 7


def test_submit_in_eight_windows_submits_once() -> None:
    edition = draft_one()

    outcomes = at_once(partial(review.submit, edition.pk, actor=edition.created_by, at=AT), times=8)

    assert names(outcomes) == ["EditionEvent"] + ["ValidationError"] * 7
    assert edition.events.count() == 1


def test_emergency_by_eight_at_once_publishes_once() -> None:
    agency = make_agency()
    edition = draft_one(agency=agency)
    calls = [
        partial(publish.publish_in_emergency, edition.pk, actor=one, at=AT, reason="汛情")
        for one in people(Role.APPROVER, agency)
    ]

    outcomes = at_once(*calls)

    assert names(outcomes) == ["LogEntry"] + ["ValidationError"] * 7
    assert (LogEntry.objects.count(), Approval.objects.count()) == (1, 1)
    assert verify().is_intact


def test_review_afterwards_by_eight_at_once_signs_once() -> None:
    agency = make_agency()
    edition = draft_one(agency=agency)
    approver = make_member(Role.APPROVER, agency)
    publish.publish_in_emergency(edition.pk, actor=approver, at=AT, reason="汛情")
    reviewers = people(Role.SECRECY_REVIEWER, agency)

    outcomes = at_once(*(partial(review.sign_afterwards, edition.pk, actor=one, at=AT) for one in reviewers))

    assert names(outcomes) == ["Approval"] + ["ValidationError"] * 7
    assert verify().is_intact


def test_edit_by_two_with_one_lock_version_makes_one_of_them_stale() -> None:
    agency = make_agency()
    edition = draft_one(agency=agency)
    first, second = people(Role.PUBLISHER, agency, 2)
    calls = [
        partial(draft.edit, edition.pk, draft.Content(title=title, body="<p>x</p>"), actor=one, at=AT, lock_version=0)
        for title, one in (("甲", first), ("乙", second))
    ]

    outcomes = at_once(*calls)

    assert names(outcomes) == ["Edition", "StaleForm"]
    winner = next(outcome for outcome in outcomes if isinstance(outcome, Edition))
    stale = next(outcome for outcome in outcomes if isinstance(outcome, draft.StaleForm))
    edition = reread(edition)
    assert (edition.title, edition.lock_version) == (winner.title, 1)
    assert stale.current.title == winner.title


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_edit_against_approve_never_leaves_a_signature_under_another_text(_round: int) -> None:
    agency = make_agency()
    edition = sign_through(draft_one(agency=agency), until=ReviewStep.PRE)
    approver = make_member(Role.APPROVER, agency)

    outcomes = at_once(
        partial(review.review, edition.pk, A.APPROVE, actor=approver, at=AT),
        rewrite(edition),
    )

    edition = reread(edition)
    assert names(outcomes) in (["Edition", "EditionEvent"], ["Edition", "ValidationError"])
    assert (edition.state, edition.body) == (EditionState.DRAFT, "<p>赶在前面改的。</p>")
    assert not edition.approvals.standing().exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_edit_against_publish_leaves_either_the_signed_text_public_or_none(_round: int) -> None:
    agency = make_agency()
    edition = sign_through(draft_one(agency=agency))
    approver = signer(ReviewStep.APPROVAL, agency)

    outcomes = at_once(
        partial(publish.publish, edition.pk, actor=approver, at=AT),
        rewrite(edition),
    )

    edition = reread(edition)
    assert names(outcomes) in (["LogEntry", "ValidationError"], ["Edition", "ValidationError"])
    assert_signatures_are_of_this_text(edition)
    if edition.state == EditionState.PUBLISHED:
        assert edition.body == "<p>第一条　公示期不少于五个工作日。</p>"
    else:
        assert (edition.state, LogEntry.objects.count()) == (EditionState.DRAFT, 0)
    assert verify().is_intact


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_recall_of_an_interpretation_against_publishing_its_policy_is_both_or_neither(_round: int) -> None:
    agency = make_agency()
    policy = draft_policy(agency)
    interpretation = sign_through(draft_interpretation(policy))
    sign_through(policy)
    approver = signer(ReviewStep.APPROVAL, agency)

    outcomes = at_once(
        partial(publish.publish, policy.pk, actor=approver, at=AT),
        partial(review.recall, interpretation.pk, actor=interpretation.created_by, at=AT),
    )

    states = {reread(policy).state, reread(interpretation).state}
    assert names(outcomes) in (["LogEntry", "ValidationError"], ["EditionEvent", "ValidationError"])
    assert states in ({EditionState.PUBLISHED}, {EditionState.APPROVED, EditionState.DRAFT})
    assert LogEntry.objects.count() in (0, 2)
    assert verify().is_intact


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_return_against_publish_is_one_or_the_other(_round: int) -> None:
    agency = make_agency()
    edition = sign_through(draft_one(agency=agency))
    first, second = people(Role.APPROVER, agency, 2)

    outcomes = at_once(
        partial(publish.publish, edition.pk, actor=first, at=AT),
        partial(review.send_back, edition.pk, actor=second, at=AT, reason="附表有误"),
    )

    assert sum(isinstance(outcome, ValidationError) for outcome in outcomes) == 1
    assert reread(edition).state in (EditionState.PUBLISHED, EditionState.DRAFT)
    assert verify().is_intact


def test_next_edition_by_eight_at_once_opens_one() -> None:
    item = publish_one()
    content = draft.Content(title="二", body="<p>二</p>", change_note="改")

    outcomes = at_once(partial(draft.add_edition, item, content, author=item.created_by, at=AT), times=8)

    assert names(outcomes) == ["Edition"] + ["ValidationError"] * 7
    publish_edition(reread(item.editions.get(number=2)))
    assert verify().is_intact


def test_secrecy_review_while_the_author_recalls_is_one_after_the_other() -> None:
    agency = make_agency()
    edition = submit(draft_one(agency=agency))
    reviewer = make_member(Role.SECRECY_REVIEWER, agency)

    at_once(
        partial(review.review, edition.pk, A.SECRECY_REVIEW, actor=reviewer, at=AT),
        partial(review.recall, edition.pk, actor=edition.created_by, at=AT),
    )

    assert reread(edition).state == EditionState.DRAFT
    assert not edition.approvals.standing().exists()
