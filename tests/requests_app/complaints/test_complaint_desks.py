"""At which desk a complaint lies, and that nobody of the agency complained of ever sees it, in whatever role."""

from datetime import date, timedelta
from itertools import permutations
from random import Random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from govportal.contributions import Reach
from govportal.models import Agency, Membership, User
from govportal.permissions import Role
from requests_app import deadlines
from requests_app.complaint_enums import ComplaintAction, ComplaintState
from requests_app.models import Complaint, ComplaintFile
from requests_app.services import complainants, complaint_handling, complaint_procedure
from requests_app.services.complaint_desks import desks_for, officers
from tests.factories import make_agency, make_member, make_user
from tests.factories.complaints import (
    bring_complaint_to,
    complaint_officer_of,
    file_complaint,
    make_accused,
    make_complaint,
    make_complaint_file,
    make_complaint_officer,
    reread_complaint,
)
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db


def sees(user: object, row: Complaint) -> bool:
    return Complaint.objects.visible_to(user).filter(pk=row.pk).exists()


# --- the desk --------------------------------------------------------------------------------------------------


def test_nearest_desk_above_comes_first_and_those_beside_last() -> None:
    root = make_agency(code="a-root")
    bureau = make_agency(parent=root)
    office = make_agency(parent=bureau)
    beside = make_agency(parent=root, code="b-beside")
    for desk in (beside, root, bureau):
        make_complaint_officer(desk)

    assert desks_for(office) == [bureau, root, beside]
    assert desks_for(bureau) == [root, beside]


def test_complaint_against_the_government_goes_to_another_body_with_officers() -> None:
    root = make_agency()
    supervision = make_agency(parent=root)
    for desk in (root, supervision):
        make_complaint_officer(desk)

    assert desks_for(root) == [supervision]


def test_those_below_the_agency_are_no_desk() -> None:
    accused = make_accused()
    make_complaint_officer(make_agency(parent=accused))

    assert desks_for(accused) == [accused.parent]


def test_desk_whose_only_officer_is_of_the_agency_is_none() -> None:
    accused = make_agency(parent=make_agency())
    of_both = make_complaint_officer(accused.parent)
    make_member(Role.STAFF, accused, user=of_both)

    assert desks_for(accused) == []


def test_officer_who_left_and_agency_that_closed_are_no_desk() -> None:
    accused = make_agency(parent=make_agency(is_active=False))
    make_complaint_officer(accused.parent)
    make_complaint_officer(make_agency(), is_active=False)

    assert desks_for(accused) == []


def test_filed_complaint_lies_at_the_nearest_desk() -> None:
    accused = make_accused()
    make_complaint_officer(make_agency())

    row = file_complaint(accused).complaint

    assert row.desk == accused.parent
    assert [one.pk for one in officers(row.desk, row.agency)] == [complaint_officer_of(row).pk]


# --- who sees it -----------------------------------------------------------------------------------------------


def outsiders(row: Complaint) -> dict[str, User]:
    """Everybody who must learn nothing: every role at the agency and elsewhere, and officers with a foot in it."""
    found = {f"{role} of the agency": make_member(role, row.agency) for role in Role}
    elsewhere = make_agency()
    for name, agency in (("the desk", row.desk), ("another agency", elsewhere)):
        roles = [role for role in Role if role != Role.COMPLAINT_OFFICER]
        found |= {f"{role} of {name}": make_member(role, agency) for role in roles}
    for role in (Role.STAFF, Role.ADMINISTRATOR, Role.AGENCY_HEAD, Role.COMPLAINT_OFFICER):
        found[f"officer who is {role} there"] = make_member(role, row.agency, user=make_complaint_officer(row.desk))
    found["officer of another desk"] = make_complaint_officer(elsewhere)
    found["officer below the desk"] = make_complaint_officer(make_agency(parent=row.desk))
    found["officer who has left"] = make_complaint_officer(row.desk, is_active=False)
    found["superuser"] = make_user(is_superuser=True)
    return found


def test_nobody_outside_the_desk_sees_or_handles_or_opens_anything() -> None:
    row = make_complaint()
    held = make_complaint_file(row)

    assert sees(complaint_officer_of(row), row)
    assert not sees(AnonymousUser(), row)
    for name, user in outsiders(row).items():
        assert not sees(user, row), name
        assert user not in officers(row.desk, row.agency), name
        with pytest.raises(ValidationError, match="不能办理"):
            complaint_handling.accept(row.pk, actor=user, at=AT)
        with pytest.raises(ValidationError, match="不能查看"):
            complainants.unmask(row.pk, "电话核实情况", actor=user)
        with pytest.raises(ComplaintFile.DoesNotExist):
            complainants.open_file(held.pk, actor=user)
        with pytest.raises(Complaint.DoesNotExist):
            complainants.view(row.pk, actor=user, at=AT)


def test_handler_who_comes_to_the_agency_loses_the_case() -> None:
    row = make_complaint(ComplaintState.INVESTIGATING)
    handler = complaint_officer_of(row)
    assert row.handler == handler

    make_member(Role.STAFF, row.agency, user=handler)

    assert not sees(handler, row)
    assert complaint_procedure.reasons_against(row, ComplaintAction.NOTE, handler) == ["您不能办理这件投诉举报。"]
    assert officers(row.desk, row.agency) == []


def test_transferred_case_is_seen_by_the_new_desk_alone() -> None:
    row = make_complaint()
    before = complaint_officer_of(row)

    row = bring_complaint_to(ComplaintState.TRANSFERRED, row)

    assert not sees(before, row)
    assert sees(complaint_officer_of(row), row)
    assert reread_complaint(row).handler is None


def test_officer_above_the_desk_sees_what_lies_below() -> None:
    top = make_agency()
    desk = make_agency(parent=top)
    make_complaint_officer(desk)
    above = make_complaint_officer(top)

    row = file_complaint(make_agency(parent=desk)).complaint

    assert row.desk == desk
    assert sees(above, row)


# --- one by one and all at once --------------------------------------------------------------------------------


def test_query_list_of_officers_and_reminders_agree_whoever_is_of_what() -> None:
    """Random posts in a tree of agencies: who sees a case, who is listed for it and who is reminded are the same."""
    draw = Random(47)  # noqa: S311
    top = make_agency()
    middle = [make_agency(parent=top) for _ in range(2)]
    agencies = [top, *middle, *(make_agency(parent=parent) for parent in middle), make_agency()]
    people = [make_user(is_active=number > 0) for number in range(7)]
    rows = [_complaint_at(desk, agency) for desk, agency in permutations(agencies, 2)]
    seen_by_some = 0

    for _round in range(6):
        Membership.objects.all().delete()
        for person in people:
            for agency in draw.sample(agencies, draw.randint(0, 3)):
                make_member(draw.choice([Role.COMPLAINT_OFFICER, Role.ADMINISTRATOR, Role.STAFF]), agency, user=person)
        fresh = list(User.objects.order_by("pk"))
        seen = {user.pk: set(Complaint.objects.visible_to(user).values_list("pk", flat=True)) for user in fresh}
        told = {one.key: list(one.handlers) for one in deadlines.complaints(Reach(date.max, None))}
        for row in rows:
            may_see = [user.pk for user in fresh if row.pk in seen[user.pk]]
            assert [user.pk for user in officers(row.desk, row.agency)] == may_see, row
            assert told[f"complaint:accept:{row.pk}"] == may_see, row
            seen_by_some += bool(may_see)

    assert 20 < seen_by_some < 6 * len(rows)


def test_due_day_of_the_query_is_that_of_the_row() -> None:
    rows = [make_complaint(state) for state in ComplaintState]
    late = make_complaint()
    Complaint.objects.filter(pk=late.pk).update(accept_by=late.answer_by + timedelta(days=1))  # a term set shorter

    days = dict(Complaint.objects.with_due_day().values_list("pk", "due_day"))  # type: ignore[misc]

    assert days == {row.pk: reread_complaint(row).due_on for row in [*rows, late]}
    assert {one.due_on for one in deadlines.complaints(Reach(date.max, None)) if ":transfer:" not in one.key} == {
        day for day in days.values() if day
    }


def _complaint_at(desk: Agency, agency: Agency) -> Complaint:
    """The bare row: there need be nobody who could take it in."""
    return Complaint.objects.create(
        number=f"{desk.pk}-{agency.pk}", desk=desk, agency=agency, ground="other", channel="web", is_named=False,
        filed_at=AT, received_on=AT.date(), accept_by=AT.date(), transfer_by=AT.date(), answer_by=AT.date(),
        submission_key=f"{desk.pk}-{agency.pk}",
    )  # fmt: skip
