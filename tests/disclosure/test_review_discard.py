"""废弃: what the draft alone said had happened is taken back; what an officer recorded is still owed."""

from datetime import date

import pytest

from disclosure.models import DisclosureEvent, Edition, Item, Obligation
from disclosure.services import draft, events, review
from govportal.models import Agency
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.obligations import make_entry
from tests.factories.published import AT, draft_one, publish_edition, reread

pytestmark = pytest.mark.django_db

DAY = date(2026, 2, 27)


def entry_of(agency: Agency) -> object:
    return make_entry("信息形成或者变更之日起20个工作日内", agency)


def discard(edition: Edition) -> None:
    review.discard(edition.pk, actor=edition.created_by, at=AT)


def test_discard_cancels_the_event_that_the_draft_made() -> None:
    agency = make_agency()
    edition = draft_one(agency=agency, catalogue_entry=entry_of(agency))
    event = DisclosureEvent.objects.get()
    assert event.item_id == edition.item_id

    discard(edition)

    event.refresh_from_db()
    assert (event.cancelled_at, event.cancel_reason) == (AT, "草稿已废弃")
    assert not Obligation.objects.open().filter(event=event).exists()


def test_discard_frees_the_event_that_an_officer_had_recorded() -> None:
    agency = make_agency()
    entry = entry_of(agency)
    officer = make_member(Role.PUBLISHER, agency)
    event = events.record(entry=entry, agency=agency, title="会议", occurred_on=DAY, actor=officer, at=AT)  # type: ignore[arg-type]
    edition = draft_one(agency=agency, catalogue_entry=entry)
    event.refresh_from_db()
    assert event.item_id == edition.item_id

    discard(edition)

    freed = DisclosureEvent.objects.get(pk=event.pk)
    assert freed.item is None and freed.cancelled_at is None
    assert Obligation.objects.open().filter(event=event).exists()
    another = draft_one(agency=agency, catalogue_entry=entry)
    event.refresh_from_db()
    assert event.item_id == another.item_id


def test_next_draft_after_a_discarded_one_owes_again() -> None:
    agency = make_agency()
    edition = draft_one(agency=agency, catalogue_entry=entry_of(agency))
    discard(edition)
    item = Item.objects.get(pk=edition.item_id)
    content = draft.Content(title="二", body="<p>二</p>", formed_on=DAY, change_note="重写")

    draft.add_edition(item, content, author=edition.created_by, at=AT)

    assert Obligation.objects.open().filter(event__item=item).count() == 1
    assert DisclosureEvent.objects.count() == 2


def test_discard_of_an_amendment_leaves_the_event_of_what_is_public() -> None:
    agency = make_agency()
    edition = draft_one(agency=agency, catalogue_entry=entry_of(agency))
    publish_edition(edition)
    item = Item.objects.get(pk=edition.item_id)
    content = draft.Content(title="二", body="<p>二</p>", formed_on=DAY, change_note="改")
    second = draft.add_edition(item, content, author=edition.created_by, at=AT)

    discard(reread(second))

    event = DisclosureEvent.objects.get()
    assert (event.item_id, event.cancelled_at) == (item.pk, None)
