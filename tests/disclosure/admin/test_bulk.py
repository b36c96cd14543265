"""The list of editions, and one verb for many of them."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import EditionState, ReviewStep
from disclosure.models import Edition
from disclosure.services import draft, review
from govportal.permissions import Role
from tests.disclosure.admin.desks import BODY, Office, desk, text
from tests.factories.published import AT, sign_through, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize("n", [1, 3])
def test_list_of_editions_costs_the_same_for_more_rows(
    office: Office, n: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    editions = [submit(office.draft(content={"title": f"办法{i}"})) for i in range(n)]
    client = office.client(Role.SECRECY_REVIEWER)

    with django_assert_max_num_queries(9):
        page = text(client.get(reverse("admin:disclosure_edition_changelist") + "?queue=waiting"))

    assert all(desk(edition) in page for edition in editions)


def chosen(office: Office, role: Role, deed: str, *editions: Edition) -> str:
    data = {"action": deed, "_selected_action": [edition.pk for edition in editions]}
    return str(office.client(role).post(reverse("admin:disclosure_edition_changelist"), data)["Location"])


def tokens(*editions: Edition) -> list[str]:
    rows = Edition.objects.filter(pk__in=[edition.pk for edition in editions])
    return [f"{row.pk}:{row.lock_version}:{row.review_digest}" for row in rows]


def test_bulk_signs_each_row_by_itself(office: Office) -> None:
    first, second = submit(office.draft()), submit(office.draft(content={"title": "另一件"}))
    third = sign_through(office.draft(content={"title": "第三件"}), until=ReviewStep.SECRECY)
    address = chosen(office, Role.SECRECY_REVIEWER, "sign_all", first, second, third)
    client = office.client(Role.SECRECY_REVIEWER)

    before = text(client.get(address))
    after = text(client.post(address, {"row": tokens(first, second, third), "note": ""}))

    assert "选了 3 件，可以办理 2 件" in before
    assert "选了 3 件，办成 2 件" in after and "没有“预审通过”的角色" in after
    states = [Edition.objects.get(pk=row.pk).state for row in (first, second, third)]
    assert states == [EditionState.SECRECY_REVIEWED] * 3


def test_bulk_leaves_a_substantive_change_to_be_looked_at(office: Office) -> None:
    edition = sign_through(office.amendment(), until=ReviewStep.PRE)
    address = chosen(office, Role.APPROVER, "sign_all", edition)

    page = text(office.client(Role.APPROVER).post(address, {"row": tokens(edition), "note": ""}))

    assert "须逐件打开核对" in page
    assert Edition.objects.get(pk=edition.pk).state == EditionState.PRE_REVIEWED


def test_bulk_signs_no_text_that_changed_meanwhile(office: Office) -> None:
    edition = submit(office.draft())
    address = chosen(office, Role.SECRECY_REVIEWER, "sign_all", edition)
    old = tokens(edition)
    review.recall(edition.pk, actor=office.people[Role.PUBLISHER], at=AT)
    draft.edit(
        edition.pk,
        draft.Content(title="改过", body=BODY),
        actor=office.people[Role.PUBLISHER],
        at=AT,
        lock_version=edition.lock_version,
    )
    review.submit(edition.pk, actor=office.people[Role.PUBLISHER], at=AT)

    page = text(office.client(Role.SECRECY_REVIEWER).post(address, {"row": old, "note": ""}))

    assert "已被修改或退回" in page and not edition.approvals.exists()


def test_bulk_publishes_and_returns(office: Office) -> None:
    ready = sign_through(office.draft())
    other = submit(office.draft(content={"title": "退回的"}))

    office.client(Role.APPROVER).post(
        chosen(office, Role.APPROVER, "publish_all", ready), {"row": tokens(ready), "note": ""}
    )
    address = chosen(office, Role.SECRECY_REVIEWER, "return_all", other)
    without = office.client(Role.SECRECY_REVIEWER).post(address, {"row": tokens(other), "note": ""})
    office.client(Role.SECRECY_REVIEWER).post(address, {"row": tokens(other), "note": "缺附件"})

    assert Edition.objects.get(pk=ready.pk).state == EditionState.PUBLISHED
    assert "请写明理由" in text(without)
    assert Edition.objects.get(pk=other.pk).state == EditionState.DRAFT


@pytest.mark.parametrize("query", ["", "?ids=", "?ids=x,,99999999999999999999", "?ids=-1"])
def test_bulk_page_with_bad_ids_shows_no_row(office: Office, query: str) -> None:
    address = reverse("admin:disclosure_edition_bulk", args=["sign"]) + query

    answer = office.client(Role.APPROVER).get(address)

    assert answer.status_code == 200 and "没有选中" in text(answer)


def test_bulk_page_of_an_unknown_deed_is_not_found(office: Office) -> None:
    assert office.client(Role.APPROVER).get(reverse("admin:disclosure_edition_bulk", args=["x"])).status_code == 404


@pytest.mark.parametrize("row", ["", "a:b:c", "1", "1:2:" + "f" * 200, "9" * 30 + ":1:x"])
def test_bulk_with_a_forged_row_does_nothing(office: Office, row: str) -> None:
    answer = office.client(Role.APPROVER).post(
        reverse("admin:disclosure_edition_bulk", args=["sign"]), {"row": [row], "note": ""}
    )

    assert answer.status_code == 200 and "办成 0 件" in text(answer)
