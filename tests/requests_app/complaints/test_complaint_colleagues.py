"""What a case leaves in pages that know of no case: who sees its order through, and from whom its summary hides."""

import pytest
from django.urls import reverse

from disclosure.models import Rectification
from disclosure.services import rectify, review
from govportal.models import InboxMessage, User
from govportal.permissions import Role
from requests_app.complaint_contributions import hidden_summaries
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from requests_app.services import complaint_handling
from requests_app.services import complaint_results as results
from tests.disclosure.admin.desks import signed_in
from tests.factories.complaints import (
    complaint_officer_of,
    make_answer,
    make_complaint,
    make_complaint_officer,
    order_after_complaint,
)
from tests.factories.disclosure import make_item
from tests.factories.kernel import make_agency, make_member
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db


def test_colleague_at_the_desk_is_told_and_verifies_when_who_ordered_has_left() -> None:
    row = make_complaint(ComplaintState.TRANSFERRED)  # to a desk that is not above the agency
    officer = complaint_officer_of(row)
    complaint_handling.investigate(row.pk, actor=officer, at=AT)
    complaint_handling.answer(row.pk, make_answer(), actor=officer, at=AT)
    order = order_after_complaint(row)
    colleague, stranger = make_complaint_officer(row.desk), make_complaint_officer(make_agency())
    both = make_complaint_officer(row.desk)
    make_member(Role.STAFF, row.agency, user=both)
    officer.memberships.all().delete()
    User.objects.filter(pk=officer.pk).update(is_active=False)

    rectify.report(order.pk, actor=make_member(Role.PUBLISHER, row.agency), at=AT, text="已更新")

    told = set(InboxMessage.objects.filter(key__startswith="rectification:").values_list("user", flat=True))
    assert colleague.pk in told and not told & {stranger.pk, both.pk, officer.pk}
    page = reverse("admin:disclosure_rectification_change", args=[order.pk])
    assert [signed_in(person).get(page).status_code for person in (colleague, stranger)] == [200, 302]
    assert list(Rectification.objects.to_verify_for(colleague)) == [order]
    assert not Rectification.objects.to_verify_for(both).exists()
    rectify.verify(order.pk, rectify.Finding(is_done=True, finding="看过"), actor=colleague, at=AT)


def test_summary_hides_from_those_of_the_agency_until_it_is_public() -> None:
    county = make_agency(name="县政府")
    desk = make_agency(name="监察室", parent=county)
    officer = make_complaint_officer(desk)
    row = make_complaint(ComplaintState.CLOSED, agency=county)
    assert row.desk == desk and complaint_officer_of(row) == officer
    text = results.Summary(title="一件公开不及时投诉的办理情况", text="经查属实。")
    item = results.draft_summary(row.pk, text, actor=officer, at=AT)
    edition = item.editions.get()
    administrator, inspector = make_member(Role.ADMINISTRATOR, county), make_member(Role.INSPECTOR, county)
    publisher = make_member(Role.PUBLISHER, desk)
    doors = [
        reverse("admin:disclosure_item_change", args=[item.pk]),
        reverse("admin:disclosure_edition_change", args=[edition.pk]),
        reverse("admin:disclosure_edition_preview", args=[edition.pk]),
    ]
    lists = [reverse(f"admin:disclosure_{model}_changelist") for model in ("item", "edition")]

    def seen(person: User) -> list[bool]:
        client = signed_in(person)
        listed = ["公开不及时" in client.get(door).content.decode() for door in lists]
        return [*(client.get(door).status_code == 200 for door in doors), *listed]

    trail, outbox = (reverse(f"admin:govportal_{model}_changelist") for model in ("auditevent", "notice"))

    def told(person: User) -> bool:
        client = signed_in(person)
        return any(item.index_number in client.get(door).content.decode() for door in (trail, outbox))

    assert seen(administrator) == seen(inspector) == [False] * 5
    assert not told(administrator)
    assert seen(publisher) == [True] * 5
    assert hidden_summaries(publisher) is None  # nothing is asked

    review.discard(edition.pk, actor=publisher, at=AT, note="重写")
    another = results.draft_summary(row.pk, text, actor=officer, at=AT)

    assert seen(administrator) == [False] * 5 and not told(administrator)
    Complaint.objects.filter(pk=row.pk).update(summary=None)
    review.discard(another.editions.get().pk, actor=publisher, at=AT, note="再写")
    row = make_complaint(ComplaintState.CLOSED, agency=county)
    Complaint.objects.filter(pk=row.pk).update(summary=make_item(agency=desk))
    hidden = hidden_summaries(administrator)
    # Thrown away for good; what is public is hidden from nobody.
    assert hidden is not None and {found["pk"] for found in hidden} == {item.pk, another.pk}
