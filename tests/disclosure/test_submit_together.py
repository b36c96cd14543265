"""A policy is submitted with its interpretation: both or neither, and both are approved before either is public."""

import pytest
from django.core.exceptions import ValidationError

from disclosure.enums import EditionAction, EditionState, Mode, ReviewStep
from disclosure.models import Edition, EditionEvent
from disclosure.services import draft, publish, review
from disclosure.workflow import ACTION_OF
from govportal.permissions import Role
from tests.database import run
from tests.disclosure.admin.desks import Office, shown, text, verb
from tests.factories import make_agency
from tests.factories.policies import draft_interpretation, draft_policy
from tests.factories.published import AT, reread, sign_through, signer, submit

pytestmark = pytest.mark.django_db


def make_pair() -> tuple[Edition, Edition]:
    policy = draft_policy(make_agency())
    return policy, draft_interpretation(policy)


def empty(edition: Edition) -> None:
    run("UPDATE disclosure_edition SET body = '' WHERE id = %s", edition.pk)


def test_draft_interpretation_goes_to_review_with_its_policy() -> None:
    policy, reading = make_pair()

    submit(policy)

    together = EditionEvent.objects.get(edition=reading)
    assert (reread(policy).state, reread(reading).state) == (EditionState.SUBMITTED, EditionState.SUBMITTED)
    assert (together.action, together.actor) == (EditionAction.SUBMIT, policy.last_edited_by)
    assert policy.item.index_number in together.note
    assert reread(reading).review_digest and reread(reading).review_steps


def test_policy_with_an_empty_interpretation_is_refused_by_its_number() -> None:
    policy, reading = make_pair()
    empty(reading)

    found = review.reasons_against(policy, EditionAction.SUBMIT, policy.last_edited_by, at=AT)

    assert found == [f"政策解读 {reading.item.index_number}：缺少必备要素：正文。"]
    with pytest.raises(ValidationError):
        submit(policy)
    assert (reread(policy).state, reread(reading).state) == (EditionState.DRAFT, EditionState.DRAFT)


def test_interpretation_under_review_already_stays_where_it_is() -> None:
    policy, reading = make_pair()
    submit(reading)

    submit(policy)

    assert EditionEvent.objects.filter(edition=reading).count() == 1
    assert reread(policy).state == EditionState.SUBMITTED


def test_returned_interpretation_holds_the_approved_policy_back() -> None:
    policy, reading = make_pair()
    sign_through(policy)
    returner = signer(ReviewStep.SECRECY, policy.item.agency)
    review.send_back(reading.pk, actor=returner, at=AT, reason="请改写第二段")

    approver = signer(ReviewStep.APPROVAL, policy.item.agency)
    found = publish.reasons_against(reread(policy), EditionAction.PUBLISH, approver, at=AT)

    assert any(f"政策解读 {reading.item.index_number} 还没有审定" in reason for reason in found)


def test_policy_on_request_submits_no_interpretation() -> None:
    policy, reading = make_pair()
    empty(reading)
    Edition.objects.filter(pk=policy.pk).update(mode=Mode.ON_REQUEST)

    submit(reread(policy))

    assert reread(reading).state == EditionState.DRAFT


def test_draft_of_another_agency_is_left_alone() -> None:
    policy, _reading = make_pair()
    other = draft_interpretation(policy)
    run("UPDATE disclosure_item SET agency_id = %s WHERE id = %s", make_agency().pk, other.item_id)

    submit(policy)

    assert reread(other).state == EditionState.DRAFT


def test_pages_say_what_goes_together_and_what_is_still_missing() -> None:
    office = Office()
    author = office.people[Role.PUBLISHER]
    policy = draft_policy(office.agency, author=author)
    reading = draft_interpretation(policy)
    draft.edit(
        reading.pk,
        draft.Content(
            title="《公示办法》解读", body="<p>联系13800138000</p>", formed_on=policy.formed_on, extra={"form": "text"}
        ),
        actor=author,
        at=AT,
        lock_version=reading.lock_version,
    )
    client = office.client(Role.PUBLISHER)

    asked = text(client.get(verb(policy, "submit")))
    client.post(verb(policy, "submit"), shown(policy, is_checked="on"))
    for step in (ReviewStep.SECRECY, ReviewStep.PRE, ReviewStep.SECOND):
        review.review(policy.pk, ACTION_OF[step], actor=signer(step, office.agency), at=AT)
    approving = text(office.client(Role.APPROVER).get(verb(policy, "approve")))

    number = reading.item.index_number
    assert f"政策解读 {number} 一并送审。" in asked and f"政策解读 {number}：正文中有疑似手机号" in asked
    assert reread(reading).state == EditionState.SUBMITTED
    assert f"解读 {number} 还在“待审”，两者都审定后才能公开。" in approving
