"""Agencies in the admin."""

from typing import Any

import pytest

from govportal.models import Agency, AuditEvent, InternalBody, PublicRevision
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.govportal.admin.pages import Tree, address, formset, signed_in

pytestmark = pytest.mark.django_db


def agency_data(agency: Agency, **values: Any) -> dict[str, Any]:
    names = ["name", "short_name", "code", "credit_code", "kind", "level", "position"]
    data = {name: getattr(agency, name) for name in names} | {"parent": agency.parent_id or "", "is_active": "on"}
    return data | formset("bodies") | formset("leaders") | values


def test_agency_moves_with_those_below_it(tree: Tree) -> None:
    second = make_agency(name="卫健局", parent=tree.county)
    client = signed_in(make_member(Role.ADMINISTRATOR, tree.county))

    client.post(address("agency", "change", tree.bureau.pk), agency_data(tree.bureau, parent=second.pk))

    tree.office.refresh_from_db()
    assert tree.office.path == f"/{tree.county.pk}/{second.pk}/{tree.bureau.pk}/"
    assert AuditEvent.objects.filter(action="agency.change", subject_id=str(tree.bureau.pk)).count() == 1


@pytest.mark.parametrize("place", ["office", "bureau"])
def test_agency_below_itself_is_refused(tree: Tree, place: str) -> None:
    client = signed_in(make_member(Role.ADMINISTRATOR, tree.county))
    parent = getattr(tree, place)

    response = client.post(address("agency", "change", tree.bureau.pk), agency_data(tree.bureau, parent=parent.pk))

    tree.bureau.refresh_from_db()
    assert response.status_code == 200
    assert tree.bureau.parent == tree.county


@pytest.mark.parametrize("place", ["county", "other", None])
def test_new_agency_outside_the_subtree_is_refused(tree: Tree, place: str | None) -> None:
    parent = getattr(tree, place).pk if place else ""
    data = agency_data(Agency(name="新单位", code="new"), parent=parent)

    signed_in(tree.administrator).post(address("agency", "add"), data)

    assert not Agency.objects.filter(code="new").exists()


def test_own_agency_stays_where_it_hangs(tree: Tree) -> None:
    data = agency_data(tree.bureau, parent=tree.other.pk, phone="0000")

    signed_in(tree.administrator).post(address("agency", "change", tree.bureau.pk), data)

    tree.bureau.refresh_from_db()
    assert (tree.bureau.parent, tree.bureau.phone) == (tree.county, "0000")


def test_code_of_an_agency_is_for_good(tree: Tree) -> None:
    data = agency_data(tree.bureau, code="changed", phone="0000")

    signed_in(tree.chief).post(address("agency", "change", tree.bureau.pk), data)

    before = tree.bureau.code
    tree.bureau.refresh_from_db()
    assert (tree.bureau.code, tree.bureau.phone) == (before, "0000")


def test_agency_cannot_succeed_itself(tree: Tree) -> None:
    data = agency_data(tree.bureau, succeeded_by=tree.bureau.pk)

    response = signed_in(tree.chief).post(address("agency", "change", tree.bureau.pk), data)

    assert "承接单位不能是本单位" in response.content.decode()


def test_rows_of_an_agency_are_audited_and_renew_the_pages(tree: Tree) -> None:
    kept = InternalBody.objects.create(agency=tree.bureau, name="办公室")
    gone = InternalBody.objects.create(agency=tree.bureau, name="撤销的科室")
    revision = PublicRevision.objects.count()
    bodies = formset(
        "bodies",
        {"id": kept.pk, "agency": tree.bureau.pk, "name": "综合科", "position": 0},
        {"id": gone.pk, "agency": tree.bureau.pk, "name": "改了又删", "position": 0, "DELETE": "on"},
        {"id": "", "agency": tree.bureau.pk, "name": "救助科", "position": 0},
        initial=2,
    )

    signed_in(tree.administrator).post(address("agency", "change", tree.bureau.pk), agency_data(tree.bureau, **bodies))

    events = {event.action: event for event in AuditEvent.objects.filter(subject_type="govportal.InternalBody")}
    assert (events["internalbody.change"].before, events["internalbody.change"].after) == (
        {"name": "办公室"},
        {"name": "综合科"},
    )
    assert events["internalbody.delete"].before["name"] == "撤销的科室"
    assert events["internalbody.add"].after["name"] == "救助科"
    assert {event.agency_code for event in events.values()} == {tree.bureau.code}
    assert PublicRevision.objects.count() > revision


@pytest.mark.parametrize("typed", ["x", "1e3", "9" * 40, "-1"])
def test_choice_that_is_no_number_is_an_error_of_the_form(tree: Tree, typed: str) -> None:
    client = signed_in(make_member(Role.ADMINISTRATOR, tree.county))

    response = client.post(address("agency", "change", tree.bureau.pk), agency_data(tree.bureau, parent=typed))

    tree.bureau.refresh_from_db()
    assert response.status_code == 200
    assert tree.bureau.parent == tree.county
