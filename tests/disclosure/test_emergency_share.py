"""应急公开 in public: how much of a year, each case with its reason, and whether the review was made good."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from disclosure.enums import Audience, ReviewStep
from disclosure.models import Approval, Edition, Item
from disclosure.public_reviews import share
from disclosure.services import publish, review
from govportal import pagecache
from govportal.now import now
from govportal.permissions import Role
from tests.factories import make_item, make_member
from tests.factories.published import draft_one, publish_edition, publish_one, signer

REASON = "汛情紧急，须立即告知群众转移"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagecache, "REVISION_SECONDS", 0)


def emergency(*, at: datetime | None = None, **values: Any) -> Edition:
    edition = draft_one(**values)
    approver = make_member(Role.APPROVER, edition.item.agency)
    publish.publish_in_emergency(edition.pk, actor=approver, at=at or now(), reason=REASON)
    return Edition.objects.select_related("item__agency").get(pk=edition.pk)


def make_good(edition: Edition) -> None:
    while step := review.step_afterwards(edition):
        review.sign_afterwards(edition.pk, actor=signer(step, edition.item.agency), at=now())


def published_now(**values: Any) -> Item:
    edition = draft_one(**values)
    publish_edition(edition, at=now())
    return Item.objects.get(pk=edition.item_id)


def page(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_share_counts_this_years_public_publications() -> None:
    year = localdate(now()).year
    emergency()
    for _number in range(2):
        published_now()
    published_now(audience=Audience.INTERNAL)
    emergency(audience=Audience.INTERNAL)
    emergency(at=datetime(year - 1, 12, 31, 15, 59, tzinfo=UTC), content={"formed_on": date(year - 1, 12, 1)})
    make_item()

    found, before = share(year), share(year - 1)

    assert (found.published, found.emergencies, round(found.percent, 1)) == (3, 1, 33.3)
    assert (before.published, before.emergencies, before.percent) == (1, 1, 100.0)


def test_year_begins_at_midnight_in_beijing() -> None:
    emergency(at=datetime(2025, 12, 31, 16, 0, tzinfo=UTC), content={"formed_on": date(2025, 12, 31)})

    assert (share(2025).published, share(2026).published) == (0, 1)


def test_share_of_a_year_without_publications_is_none() -> None:
    assert share(1999).percent == 0


def test_share_is_two_statements_however_many_publications(django_assert_num_queries: Any) -> None:
    for _number in range(3):
        emergency()

    with django_assert_num_queries(2):
        share(2026)


def test_log_names_the_share_and_leads_to_the_cases() -> None:
    emergency()
    published_now()

    shown = page(reverse("log"))

    assert '本年度登记公开和修改 <b class="num">2</b> 次，其中应急公开 <b class="num">1</b> 次（50.0%）' in shown
    assert f"{reverse('log')}?procedure=emergency" in shown


@pytest.mark.parametrize("count", [1, 3])
def test_filtered_log_lists_each_case_with_its_reason_and_deadline(count: int) -> None:
    editions = [emergency() for _number in range(count)]
    other = published_now()

    shown = page(reverse("log") + "?procedure=emergency")

    assert shown.count(REASON) == count
    assert shown.count("待补：保密审查、预审") == count
    assert editions[0].review_due_on is not None
    assert f'datetime="{editions[0].review_due_on:%Y-%m-%d}"' in shown
    assert other.slug not in shown
    assert "应急公开" in shown


def test_filtered_log_costs_no_more_for_more_cases(django_assert_max_num_queries: Any) -> None:
    emergency()
    Client().get(reverse("log") + "?procedure=emergency")
    with django_assert_max_num_queries(30) as one:
        Client().get(reverse("log") + "?procedure=emergency&page_size=20")
    for _number in range(2):
        emergency()

    with django_assert_max_num_queries(len(one)):
        Client().get(reverse("log") + "?procedure=emergency&page_size=30")


@pytest.mark.parametrize("value", ["review", "x", ""])
def test_other_values_of_the_filter_are_left_out(value: str) -> None:
    other = published_now()

    assert other.slug in page(reverse("log") + f"?procedure={value}")


def test_pages_say_when_the_review_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = emergency(at=now() - timedelta(days=90))

    for address in (reverse("log"), edition.item.get_absolute_url(), reverse("item_history", args=[edition.item.slug])):
        assert "逾期未补：保密审查、预审" in page(address)


def test_pages_say_when_the_review_has_been_made_good() -> None:
    edition = emergency()
    make_good(edition)

    for address in (reverse("log"), edition.item.get_absolute_url(), reverse("item_history", args=[edition.item.slug])):
        shown = page(address)
        assert "审查已补齐" in shown
        assert "待补" not in shown


def test_item_page_says_that_it_was_an_emergency() -> None:
    edition = emergency()

    shown = page(edition.item.get_absolute_url())

    for word in ("应急公开", REASON, "补审期限", "待补：保密审查、预审"):
        assert word in shown
    assert "应急公开" not in page(published_now().get_absolute_url())


def test_history_and_entry_show_steps_and_days_and_no_name() -> None:
    item = publish_one()
    names = set(Approval.objects.filter(edition__item=item).values_list("signer__username", flat=True))
    entry = item.log_entries.get()

    for address in (reverse("item_history", args=[item.slug]), reverse("log_entry", args=[entry.sequence])):
        shown = page(address)
        for step in (ReviewStep.SECRECY, ReviewStep.PRE, ReviewStep.APPROVAL):
            assert str(step.label) in shown
        assert "2026-03-02" in shown
        assert not [name for name in names if name in shown]


def test_history_of_an_imported_text_says_that_it_was_taken_over() -> None:
    item = make_item(edition={"published_on": date(2020, 1, 2)})

    assert "存量迁入" in page(reverse("item_history", args=[item.slug]))
