"""Reviews that have a day are mailed on it, once, by number alone."""

from datetime import timedelta

import pytest

from disclosure.enums import WithholdingGround, WithholdingState
from disclosure.models import Edition, Withholding
from disclosure.services import publish, remind, review
from govportal.models import Agency, Notice
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.published import draft_one, signer

pytestmark = pytest.mark.django_db


def withheld(agency: Agency, *, days: int) -> Withholding:
    """In force, to be looked at again so many days from now."""
    return Withholding.objects.create(
        agency=agency,
        matter="不能写进邮件的事项",
        ground=WithholdingGround.SECURITY,
        reason="可能危及公共安全",
        basis="《条例》第十四条",
        state=WithholdingState.IN_FORCE,
        proposed_by=make_member(Role.PUBLISHER, agency),
        proposed_at=now(),
        decided_by=make_member(Role.APPROVER, agency, email="approver@example.test"),
        decided_at=now(),
        review_on=today() + timedelta(days=days),
    )


def emergency(agency: Agency, *, days_ago: int) -> Edition:
    edition = draft_one(agency=agency, content={"title": "不能写进邮件的标题"})
    approver = make_member(Role.APPROVER, agency)
    at = now() - timedelta(days=days_ago)
    publish.publish_in_emergency(edition.pk, actor=approver, at=at, reason="汛情紧急")
    return Edition.objects.select_related("item__agency").get(pk=edition.pk)


def remind_twice() -> list[Notice]:
    Notice.objects.all().delete()
    remind.remind(today())
    remind.remind(today() + timedelta(days=1))
    return list(Notice.objects.order_by("id"))


def test_withheld_matter_is_told_once_on_its_day() -> None:
    row = withheld(make_agency(), days=0)

    told = remind_twice()

    assert [notice.address for notice in told] == ["approver@example.test"]
    assert f"备案 {row.pk}" in told[0].subject
    assert "不能写进邮件" not in told[0].subject + told[0].body


def test_withheld_matter_with_a_later_day_is_not_told_yet() -> None:
    withheld(make_agency(), days=2)

    assert remind_twice() == []


def test_emergency_is_told_to_whoever_signs_next() -> None:
    agency = make_agency()
    make_member(Role.SECRECY_REVIEWER, agency, email="secrecy@example.test")
    edition = emergency(agency, days_ago=60)

    told = remind_twice()

    assert [notice.address for notice in told] == ["secrecy@example.test"]
    assert edition.item.index_number in told[0].subject
    assert "不能写进邮件" not in told[0].subject + told[0].body


def test_emergency_before_its_day_or_made_good_is_not_told() -> None:
    agency = make_agency()
    make_member(Role.SECRECY_REVIEWER, agency, email="secrecy@example.test")
    emergency(agency, days_ago=0)
    reviewed = emergency(agency, days_ago=60)
    while step := review.step_afterwards(reviewed):
        review.sign_afterwards(reviewed.pk, actor=signer(step, agency), at=now())

    assert remind_twice() == []
