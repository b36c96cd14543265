"""补录: the record that an emergency publication owes, entered through its page."""

from typing import Any

import pytest
from django.urls import reverse

from disclosure.models import Edition
from disclosure.public_reviews import Supplement
from disclosure.services import publish, review
from govportal.permissions import Role
from tests.disclosure.admin.desks import Office, desk, signed_in, text
from tests.factories import make_member
from tests.factories.policies import draft_budget
from tests.factories.published import AT, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def owing(office: Office) -> Edition:
    edition = draft_budget(has_audit=False, agency=office.agency, author=office.people[Role.PUBLISHER])
    publish.publish_in_emergency(edition.pk, actor=office.people[Role.APPROVER], at=AT, reason="防汛")
    return reread(edition)


def page(edition: Edition) -> str:
    return reverse("admin:disclosure_edition_records", args=[edition.pk])


def typed(**values: str) -> dict[str, Any]:
    row = {"kind": "audit", "title": "县审计局审计报告", "number": "", "dated_on": "2026-02-27"} | values
    sent = {f"records-0-{name}": value for name, value in row.items()}
    return {"records-TOTAL_FORMS": "1", "records-INITIAL_FORMS": "0"} | sent


def test_record_owed_by_an_emergency_is_entered_from_its_desk(office: Office) -> None:
    edition = owing(office)
    client = office.client(Role.PUBLISHER)
    assert page(edition) in text(client.get(desk(edition))) and "待补" in text(client.get(desk(edition)))
    assert "审计记录" in text(client.get(page(edition)))

    answer = client.post(page(edition), typed())

    assert answer["Location"] == desk(edition)
    assert edition.records.get().title == "县审计局审计报告"
    assert Supplement.AUDIT not in review.missing_afterwards(edition)
    assert page(edition) not in text(client.get(desk(edition)))
    assert client.get(page(edition))["Location"] == desk(edition)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"title": ""}, "佐证记录还缺：名称"),
        ({"kind": "meeting"}, "这一版不缺这种佐证记录"),
        ({"dated_on": "2099-01-01"}, "的日期还没有到"),
    ],
)
def test_wrong_record_is_refused_and_loses_nothing_typed(office: Office, values: dict[str, str], reason: str) -> None:
    edition = owing(office)

    answer = office.client(Role.PUBLISHER).post(page(edition), typed(number="审〔2026〕3号", **values))

    assert reason in text(answer) and "审〔2026〕3号" in text(answer) and "<title>错误：" in text(answer)
    assert not edition.records.exists()


def test_more_rows_are_made_without_saving(office: Office) -> None:
    edition = owing(office)

    answer = office.client(Role.PUBLISHER).post(page(edition), typed() | {"add_rows": "records"})

    assert "县审计局审计报告" in text(answer) and "records-1-kind" in text(answer)
    assert not edition.records.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PUBLISHER])
def test_record_is_refused_to_whoever_does_not_draft(office: Office, role: Role) -> None:
    edition = owing(office)

    answer = signed_in(make_member(role, office.agency)).post(page(edition), typed())

    assert answer.status_code in {302, 403, 404}
    assert not edition.records.exists()
