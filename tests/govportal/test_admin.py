"""What an administrator may and may not do, through the pages."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from govportal import audit
from govportal import notices as sending
from govportal.admin.users import may_manage
from govportal.models import (
    Agency,
    AuditEvent,
    HolidayYear,
    InternalBody,
    Membership,
    Notice,
    PublicRevision,
    SiteProfile,
    User,
)
from govportal.models.notice import NoticeState
from govportal.now import now
from govportal.permissions import Role
from tests.factories import make_agency, make_attachment, make_member, make_notice, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"


class Tree:
    """County, its bureau and the bureau's office; another county beside it.

    `chief` administers the county, hence the whole site; `administrator` the bureau.
    """

    def __init__(self) -> None:
        self.county = make_agency(name="澄明县人民政府")
        self.bureau = make_agency(name="民政局", parent=self.county)
        self.office = make_agency(name="救助站", parent=self.bureau)
        self.other = make_agency(name="邻县人民政府")
        self.chief = make_member(Role.ADMINISTRATOR, self.county)
        self.administrator = make_member(Role.ADMINISTRATOR, self.bureau)


@pytest.fixture
def tree() -> Tree:
    return Tree()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def address(model: str, view: str, *args: Any) -> str:
    return reverse(f"admin:govportal_{model}_{view}", args=args)


def formset(prefix: str, *rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def role_row(user: User | None, agency: Agency, role: Role, **more: Any) -> dict[str, Any]:
    return {"id": "", "user": user.pk if user else "", "agency": agency.pk, "role": role.value} | more


def post_user(client: Client, user: User, *rows: dict[str, Any], initial: int = 0, **values: Any) -> Any:
    data = {"username": user.username, "full_name": user.full_name, "is_active": "on"} | values
    return client.post(address("user", "change", user.pk), data | formset("memberships", *rows, initial=initial))


# Users


def shown_password(response: Any) -> str:
    """The one-time password on a page."""
    found = re.search(r'id="one-time-password">([^<]+)<', response.content.decode())
    assert found
    return found[1]


def test_new_user_needs_a_name_only_and_gets_a_one_time_password(tree: Tree) -> None:
    data = {"username": "zhang", "full_name": ""} | formset("memberships")

    response = signed_in(tree.administrator).post(address("user", "add"), data)

    user = User.objects.get(username="zhang")
    assert user.check_password(shown_password(response))
    assert (user.must_change_password, user.is_staff, user.is_superuser) == (True, True, False)
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.get(action="user.add")
    assert event.actor_id == tree.administrator.pk
    assert "password" not in set(event.after)


def test_user_name_in_other_letters_is_refused(tree: Tree) -> None:
    make_user(username="zhang")

    response = signed_in(tree.administrator).post(
        address("user", "add"), {"username": "ZHANG", "full_name": ""} | formset("memberships")
    )

    assert "不分大小写" in response.content.decode()
    assert not User.objects.filter(username="ZHANG").exists()


def test_role_is_given_within_the_subtree_and_audited(tree: Tree) -> None:
    user = make_user(created_by=tree.administrator)

    post_user(signed_in(tree.administrator), user, role_row(user, tree.office, Role.APPROVER))

    assert Membership.objects.get(user=user).agency == tree.office
    event = AuditEvent.objects.get(action="membership.add")
    assert (event.agency_code, event.after["role"]) == (tree.office.code, "approver")


@pytest.mark.parametrize("place", ["county", "other"])
def test_role_outside_the_subtree_is_refused(tree: Tree, place: str) -> None:
    user = make_user(created_by=tree.administrator)

    response = post_user(signed_in(tree.administrator), user, role_row(user, getattr(tree, place), Role.PUBLISHER))

    assert response.status_code == 200
    assert not Membership.objects.filter(user=user).exists()


def test_administrator_cannot_give_himself_a_role(tree: Tree) -> None:
    administrator = tree.administrator

    post_user(signed_in(administrator), administrator, role_row(administrator, tree.bureau, Role.APPROVER))

    assert [m.role for m in administrator.memberships.all()] == [Role.ADMINISTRATOR]


def test_administrator_cannot_switch_himself_off(tree: Tree) -> None:
    post_user(signed_in(tree.administrator), tree.administrator, is_active="")

    tree.administrator.refresh_from_db()
    assert tree.administrator.is_active


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "groups", "user_permissions"])
def test_superuser_and_groups_are_never_in_the_form(tree: Tree, field: str) -> None:
    user = make_member(Role.STAFF, tree.office)

    values: dict[str, Any] = {field: "1"}
    post_user(signed_in(tree.administrator), user, full_name="改名", **values)

    user.refresh_from_db()
    assert user.full_name == "改名"
    assert (user.is_superuser, user.is_staff) == (False, True)
    assert not user.groups.exists()


def test_user_with_a_role_elsewhere_cannot_be_changed(tree: Tree) -> None:
    user = make_member(Role.PUBLISHER, tree.bureau)
    make_member(Role.APPROVER, tree.other, user=user)
    client = signed_in(tree.administrator)

    changed = post_user(client, user, full_name="别人")
    data = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    seized = client.post(reverse("admin:auth_user_password_change", args=[user.pk]), data)

    user.refresh_from_db()
    assert (changed.status_code, seized.status_code) == (403, 403)
    assert user.full_name == ""
    assert not user.check_password(PASSWORD)


def test_superuser_is_out_of_reach(tree: Tree) -> None:
    superuser = make_user(is_superuser=True)

    response = signed_in(tree.administrator).get(address("user", "change", superuser.pk))

    assert response.status_code == 302  # not in the list: back to it with a message


def password_page(user: User) -> str:
    return reverse("admin:auth_user_password_change", args=[user.pk])


def test_new_password_is_made_by_the_portal_and_audited_without_it(tree: Tree) -> None:
    user = make_member(Role.SECRECY_REVIEWER, tree.office, password=PASSWORD)
    client = signed_in(tree.administrator)
    asked = client.get(password_page(user))
    user.refresh_from_db()
    was_kept = user.check_password(PASSWORD)

    response = client.post(password_page(user), {"password1": "chosen-by-another", "password2": "chosen-by-another"})

    user.refresh_from_db()
    event = AuditEvent.objects.get(action="user.password")
    assert (asked.status_code, was_kept) == (200, True)
    assert user.check_password(shown_password(response))
    assert user.must_change_password
    assert (event.before, event.after, event.agency_code) == ({}, {}, tree.office.code)


def test_administrator_changes_his_own_password_by_the_old_one(tree: Tree) -> None:
    response = signed_in(tree.administrator).post(password_page(tree.administrator))

    assert response["Location"] == reverse("admin:password_change")
    assert not AuditEvent.objects.exists()


def test_users_are_listed_within_the_subtree(tree: Tree) -> None:
    make_member(Role.PUBLISHER, tree.office, username="inside")
    make_member(Role.PUBLISHER, tree.other, username="outside")

    page = signed_in(tree.administrator).get(address("user", "changelist")).content.decode()

    assert "inside" in page
    assert "outside" not in page


def test_account_without_a_role_is_its_makers_and_the_whole_sites(tree: Tree) -> None:
    user = make_user(username="unassigned", created_by=tree.administrator)
    colleague = make_member(Role.ADMINISTRATOR, tree.bureau)

    seen, hidden, above = (signed_in(person) for person in (tree.administrator, colleague, tree.chief))

    assert "unassigned" in seen.get(address("user", "changelist")).content.decode()
    assert "unassigned" in above.get(address("user", "changelist")).content.decode()
    assert "unassigned" not in hidden.get(address("user", "changelist")).content.decode()
    assert [client.get(password_page(user)).status_code for client in (seen, above, hidden)] == [200, 200, 403]
    assert (may_manage(tree.administrator, user), may_manage(colleague, user)) == (True, False)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_users_are_closed_to_other_roles(tree: Tree, role: Role) -> None:
    assert signed_in(make_member(role, tree.bureau)).get(address("user", "changelist")).status_code == 403


def test_superuser_sees_an_empty_admin(tree: Tree) -> None:
    client = signed_in(make_user(is_superuser=True))

    assert client.get(reverse("admin:index")).context["app_list"] == []
    assert client.get(address("user", "changelist")).status_code == 403


# Agencies


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
    revision = PublicRevision.objects.get(pk=1).number
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
    assert PublicRevision.objects.get(pk=1).number > revision


# Holidays, site, records


def test_holiday_file_is_imported_by_the_administrator(tree: Tree) -> None:
    day = {"name": "元旦", "date": "2031-01-01", "isOffDay": True}
    file = SimpleUploadedFile("2031.json", json.dumps({"year": 2031, "papers": [], "days": [day]}).encode())

    response = signed_in(tree.chief).post(address("holidayyear", "import"), {"file": file})

    assert response.status_code == 302
    assert HolidayYear.objects.filter(year=2031).exists()


def test_bad_holiday_file_is_answered_with_the_reason(tree: Tree) -> None:
    file = SimpleUploadedFile("2031.json", b'{"year": 2031, "papers": [], "days": []}')

    response = signed_in(tree.chief).post(address("holidayyear", "import"), {"file": file})

    assert response.status_code == 200
    assert "没有日期" in response.content.decode()


@pytest.mark.parametrize("model", ["holidayyear", "agency", "siteprofile", "auditevent", "notice", "user"])
def test_pages_open_for_the_administrator(tree: Tree, model: str) -> None:
    make_notice()
    make_attachment(by=tree.administrator)

    response = signed_in(tree.chief).get(address(model, "changelist"), follow=True)

    assert response.status_code == 200


@pytest.mark.parametrize("model", ["holidayyear", "siteprofile", "notice"])
def test_pages_of_the_whole_site_are_closed_to_the_administrator_of_a_part(tree: Tree, model: str) -> None:
    client = signed_in(tree.administrator)

    response = client.get(address(model, "changelist"))

    assert response.status_code == 403
    assert address(model, "changelist") not in client.get(reverse("admin:index")).content.decode()


def test_holiday_file_of_the_administrator_of_a_part_is_refused(tree: Tree) -> None:
    file = SimpleUploadedFile("2031.json", b"{}")

    response = signed_in(tree.administrator).post(address("holidayyear", "import"), {"file": file})

    assert response.status_code == 403


def test_events_of_the_whole_site_are_for_its_administrator_alone(tree: Tree) -> None:
    with transaction.atomic():
        audit.record(None, "import_holidays", HolidayYear(2031), note="全站事项")

    whole, part = (
        signed_in(user).get(address("auditevent", "changelist")) for user in (tree.chief, tree.administrator)
    )

    assert "全站事项" in whole.content.decode()
    assert "全站事项" not in part.content.decode()


def site_data(**values: str) -> dict[str, str]:
    return {"name": "政务公开", "index_pattern": "{agency}/{year}-{sequence:05}"} | values


def test_index_number_pattern_that_disclosure_refuses_is_not_saved(tree: Tree) -> None:
    SiteProfile.objects.get_or_create(pk=1)

    response = signed_in(tree.chief).post(address("siteprofile", "change", 1), site_data(index_pattern="{nothing}"))

    assert response.status_code == 200
    assert "{nothing}" not in SiteProfile.objects.get(pk=1).index_pattern


def test_standing_texts_are_cleaned(tree: Tree) -> None:
    SiteProfile.objects.get_or_create(pk=1)
    data = {
        "name": "政务公开",
        "index_pattern": "{agency}/{year}-{sequence:05}",
        "guide": "<p>一、<script>x</script></p>",
    }

    signed_in(tree.chief).post(address("siteprofile", "change", 1), data)

    assert SiteProfile.objects.get(pk=1).guide == "<p>一、</p>"
    assert AuditEvent.objects.get(action="siteprofile.change").after["guide"] == "<p>一、</p>"


def test_notices_show_neither_address_nor_text(tree: Tree) -> None:
    notice = make_notice(address="secret@example.test", body="秘密")

    page = signed_in(tree.chief).get(address("notice", "change", notice.pk)).content.decode()

    assert notice.subject in page
    assert "secret@" not in page
    assert "秘密" not in page


def send_again(user: User, *notices: Notice) -> Any:
    data = {"action": "send_again", "_selected_action": [notice.pk for notice in notices]}
    return signed_in(user).post(address("notice", "changelist"), data, follow=True)


def test_failed_notices_are_sent_again_on_demand_and_others_left(tree: Tree) -> None:
    failed = make_notice(state=NoticeState.FAILED, attempts=10, last_error="SMTPServerDisconnected")
    sent = make_notice(state=NoticeState.SENT, sent_at=now())

    response = send_again(tree.chief, failed, sent)

    sending.send_due(now())
    failed.refresh_from_db()
    assert "1 条失败通知" in response.content.decode()
    assert (failed.state, failed.attempts, failed.last_error) == (NoticeState.SENT, 0, "")
    assert [message.to for message in mail.outbox] == [[failed.address]]
    assert AuditEvent.objects.get(action="notice.send_again").subject_id == str(failed.pk)


def test_outbox_of_the_whole_site_is_not_sent_again_by_the_administrator_of_a_part(tree: Tree) -> None:
    failed = make_notice(state=NoticeState.FAILED, attempts=10)

    response = send_again(tree.administrator, failed)

    failed.refresh_from_db()
    assert (response.status_code, failed.state) == (403, NoticeState.FAILED)


def test_audit_trail_is_read_only_and_only_of_ones_own_agencies(tree: Tree) -> None:
    user = make_member(Role.PUBLISHER, tree.office, username="seen")
    signed_in(tree.administrator).post(address("user", "change", user.pk))
    post_user(signed_in(tree.administrator), user, role_row(user, tree.office, Role.STAFF), full_name="李四")
    head = signed_in(make_member(Role.AGENCY_HEAD, tree.office))
    stranger = signed_in(make_member(Role.AGENCY_HEAD, tree.other))

    shown, hidden = head.get(address("auditevent", "changelist")), stranger.get(address("auditevent", "changelist"))

    event = AuditEvent.objects.filter(action="user.change").latest("id")
    assert "李四" in shown.content.decode()
    assert "李四" not in hidden.content.decode()
    assert head.post(address("auditevent", "delete", event.pk), {"post": "yes"}).status_code == 403


def test_history_follows_an_agency_whose_code_was_put_right(tree: Tree) -> None:
    with transaction.atomic():
        audit.record(None, "x", tree.office, agency=tree.office, note="旧代码时的事")
    Agency.objects.filter(pk=tree.office.pk).update(code="corrected")
    Agency.objects.filter(pk=tree.other.pk).update(code=tree.office.code)

    own, other = (
        signed_in(make_member(Role.AGENCY_HEAD, agency)).get(address("auditevent", "changelist"))
        for agency in (tree.office, tree.other)
    )

    assert "旧代码时的事" in own.content.decode()
    assert "旧代码时的事" not in other.content.decode()
