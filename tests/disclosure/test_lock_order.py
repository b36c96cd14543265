"""Writers that need the same rows take them in one order, or one of them is turned away with a deadlock."""

from functools import partial

import pytest

from disclosure.models import Edition, Item
from disclosure.services import adopt_template, compose, draft
from govportal.models import PublicRevision
from govportal.permissions import Role
from tests.factories import make_agency, make_member, make_user
from tests.factories.obligations import make_entry
from tests.factories.published import AT, draft_one
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_event_with_an_interpretation_against_a_new_item_with_an_event() -> None:
    """The one writes the public revision before it takes an index number, the other after."""
    agency = make_agency()
    entry = make_entry("信息形成或者变更之日起20个工作日内", agency)
    publisher = make_member(Role.PUBLISHER, agency)
    content = draft.Content(title="办法", body="<p>一</p>", formed_on=AT.date())
    begun = [draft_one(agency=agency) for _number in range(4)]
    Item.objects.filter(pk__in=[edition.item_id for edition in begun]).update(catalogue_entry=entry)
    edits = [
        partial(
            compose.edit,
            edition.pk,
            compose.Parts(content=content, new_interpretation=True),
            actor=publisher,
            at=AT,
            lock_version=edition.lock_version,
        )
        for edition in begun
    ]
    creation = partial(
        draft.create_item,
        content,
        agency=agency,
        item_type="normative",
        catalogue_entry=entry,
        author=publisher,
        at=AT,
    )
    before = PublicRevision.objects.count()

    outcomes = at_once(*edits, *[creation] * 4)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Edition"] * 4 + ["Item"] * 4
    assert Edition.objects.count() == 12
    assert PublicRevision.objects.count() >= before + 8


def test_template_adopted_by_four_at_once_adds_its_entries_once() -> None:
    adopt_template.seed().apply("default")
    adoption = partial(adopt_template.adopt_template, "township", actor=make_user())

    outcomes = at_once(adoption, times=4)

    added = sorted(len(outcome.missing) for outcome in outcomes if isinstance(outcome, adopt_template.Adoption))
    assert added[:3] == [0, 0, 0] and added[3] > 0
