"""The page of an edition before it is public, its difference to earlier ones, and its files."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import Audience, ItemAction
from disclosure.models import Edition
from disclosure.services import draft, motion
from govportal.permissions import Role
from tests.disclosure.admin.desks import Office, signed_in, text
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.published import AT, publish_edition

pytestmark = pytest.mark.django_db

TABLE = "<table><caption>标准</caption><tbody><tr><td>城市</td><td>{}</td></tr></tbody></table>"


@pytest.fixture
def office() -> Office:
    return Office()


def next_edition(office: Office, first: Edition, body: str, **values: Any) -> Edition:
    first.item.refresh_from_db()
    content = draft.Content(**{"title": "公示办法", "body": body, "change_note": "调整"} | values)
    return draft.add_edition(first.item, content, author=office.people[Role.PUBLISHER], at=AT)


def preview(edition: Edition, query: str = "") -> str:
    return reverse("admin:disclosure_edition_preview", args=[edition.pk]) + query


def compare(edition: Edition, query: str = "") -> str:
    return reverse("admin:disclosure_edition_compare", args=[edition.pk]) + query


def test_preview_is_the_public_page_with_a_banner(office: Office) -> None:
    edition = office.draft()

    answer = office.client(Role.PUBLISHER).get(preview(edition))

    assert "预览·未公开" in text(answer) and 'class="masthead"' in text(answer)
    assert "公示办法" in text(answer) and "公示期不少于五个工作日" in text(answer)
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_preview_changes_nothing(office: Office) -> None:
    edition = office.draft()
    before = list(Edition.objects.values()), edition.item.state

    office.client(Role.PUBLISHER).get(preview(edition))

    edition.item.refresh_from_db()
    assert (list(Edition.objects.values()), edition.item.state) == before


def test_preview_of_an_amendment_names_the_edition_before(office: Office) -> None:
    first = office.draft()
    publish_edition(first)
    edition = next_edition(office, first, "<p>第一条　公示期不少于三个工作日。</p>")

    page = text(office.client(Role.PUBLISHER).get(preview(edition)))

    assert "现行文本（第2版）" in page and "三个工作日" in page


def test_preview_keeps_within_the_budget_of_the_public_page(
    office: Office, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    edition = office.draft(attachments=[(make_attachment(), "附件")])
    client = office.client(Role.PUBLISHER)

    with django_assert_max_num_queries(14):
        client.get(preview(edition))


def test_phone_preview_frames_the_page_and_nothing_else_may(office: Office) -> None:
    edition = office.draft()
    client = office.client(Role.PUBLISHER)

    outer, inner = client.get(preview(edition, "?width=phone")), client.get(preview(edition, "?frame"))

    assert '<iframe class="phone"' in text(outer)
    assert "frame-src 'self'" in outer["Content-Security-Policy"] and outer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'self'" in inner["Content-Security-Policy"] and inner["X-Frame-Options"] == "SAMEORIGIN"


def test_print_preview_turns_on_the_print_style(office: Office) -> None:
    page = text(office.client(Role.PUBLISHER).get(preview(office.draft(), "?print")))

    assert "preview_print.css" in page and "preview_print.js" in page


def test_preview_serves_the_files_of_the_edition(office: Office) -> None:
    file = make_attachment()
    edition = office.draft(attachments=[(file, "标准表")])
    other = office.draft(content={"title": "没有附件的"})
    client = office.client(Role.SECRECY_REVIEWER)
    address = reverse("admin:disclosure_edition_file", args=[edition.pk, file.pk])

    page, served = text(client.get(preview(edition))), client.get(address)
    elsewhere = client.get(reverse("admin:disclosure_edition_file", args=[other.pk, file.pk]))

    assert f'href="{address}"' in page
    assert text_of(served).startswith("%PDF")
    assert "no-cache" in served["Cache-Control"] and elsewhere.status_code == 404


def test_preview_of_a_redacted_edition_is_gone(office: Office) -> None:
    edition = office.draft()
    publish_edition(edition)
    edition.refresh_from_db()
    words: dict[str, Any] = {"ground": "涉及个人隐私", "basis": "条例第十五条", "explanation": "依法删除。"}
    row = motion.ask(
        edition.item_id, ItemAction.REDACT, actor=office.people[Role.PUBLISHER], at=AT, edition=edition, **words
    )
    motion.grant(row.pk, actor=office.people[Role.APPROVER], at=AT)
    client = office.client(Role.PUBLISHER)

    statuses = [client.get(address).status_code for address in (preview(edition), compare(edition))]

    page = client.get(reverse("admin:disclosure_edition_change", args=[edition.pk]))
    assert statuses == [404, 404]
    assert page.status_code == 200 and "内容已依法删除" in text(page) and "公示期不少于" not in text(page)


def test_comparison_stands_side_by_side_and_inline(office: Office) -> None:
    first = office.draft(body="<p>每月738元。</p><p>不变的一段。</p>" + TABLE.format("738"))
    publish_edition(first)
    edition = next_edition(office, first, "<p>每月768元。</p><p>不变的一段。</p>" + TABLE.format("768"))
    client = office.client(Role.SECRECY_REVIEWER)

    sides, inline = text(client.get(compare(edition))), text(client.get(compare(edition, "?view=inline")))

    assert "每月<del>738</del>元" in sides and "每月<ins>768</ins>元" in sides
    assert sides.count("不变的一段。") == 2
    assert "每月<del>738</del><ins>768</ins>元" in inline


def test_comparison_with_any_earlier_edition(office: Office) -> None:
    first = office.draft(body="<p>甲</p>")
    publish_edition(first)
    second = next_edition(office, first, "<p>乙</p>")
    publish_edition(Edition.objects.select_related("item__agency").get(pk=second.pk))
    third = next_edition(office, first, "<p>丙</p>")
    client = office.client(Role.PUBLISHER)

    default, chosen = text(client.get(compare(third))), text(client.get(compare(third, "?with=1")))

    assert "<del>乙</del>" in default and "<del>甲</del>" in chosen


@pytest.mark.parametrize("query", ["?with=9", "?with=2", "?with=0"])
def test_comparison_with_no_earlier_edition_is_not_found(office: Office, query: str) -> None:
    first = office.draft()
    publish_edition(first)
    second = next_edition(office, first, "<p>乙</p>")

    assert office.client(Role.PUBLISHER).get(compare(second, query)).status_code == 404


@pytest.mark.parametrize("query", ["", "?with=x", "?with=99999999", "?with=²"])
def test_comparison_of_a_first_edition_says_there_is_none(office: Office, query: str) -> None:
    answer = office.client(Role.PUBLISHER).get(compare(office.draft(), query))

    assert answer.status_code == 200 and "没有可以比对的较早版本" in text(answer)


@pytest.mark.parametrize("audience", Audience)
def test_preview_is_for_the_staff_who_may_see_the_edition(office: Office, audience: Audience) -> None:
    edition = office.draft(audience=audience)
    readers = {
        "inspector": signed_in(make_member(Role.INSPECTOR, office.agency)),
        "staff": signed_in(make_member(Role.STAFF, office.agency)),
        "stranger": signed_in(make_member(Role.PUBLISHER, make_agency())),
    }

    statuses = {name: client.get(preview(edition)).status_code for name, client in readers.items()}

    assert statuses == {
        "inspector": 200 if audience == Audience.PUBLIC else 404,
        "staff": 404,
        "stranger": 404,
    }
