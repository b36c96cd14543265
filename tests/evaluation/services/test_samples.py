"""What samples are drawn from, and where evidence leads: nothing that not everybody can read."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from disclosure.enums import Audience, ItemState
from evaluation.models import SampleItem
from evaluation.services import archive, measure, rounds
from evaluation.services.samples import population
from govportal.models import Agency
from govportal.now import now
from tests.factories import make_agency, make_item
from tests.factories.obligations import make_entry, make_obligation, noon
from tests.factories.rounds import PERIOD, make_finding, make_office, open_round

pytestmark = pytest.mark.django_db


def publish(agency: Agency, day: date = PERIOD[0], **values: Any) -> Any:
    return make_item(agency=agency, edition={"published_on": day, "published_at": noon(day)}, **values)


def test_samples_are_drawn_from_what_everybody_can_read_of_the_period() -> None:
    office = make_office()
    agency = make_agency(parent=office)
    drawn = {publish(agency, day).slug for day in PERIOD}
    publish(agency, audience=Audience.INTERNAL)
    publish(agency, state=ItemState.WITHDRAWN)
    publish(make_agency())
    for day in (date(2025, 12, 31), date(2026, 7, 1)):
        publish(agency, day)

    assessment = open_round(agency, office=office, sample_size=9).assessments.get()

    assert set(population(assessment)) == drawn
    assert set(SampleItem.objects.values_list("item__slug", flat=True)) == drawn


def test_evidence_leads_to_an_item_that_everybody_can_read_or_past_it() -> None:
    agency = make_agency(parent=make_office())
    assessment = open_round(agency, office=agency.parent).assessments.get()
    obligation = make_obligation(agency=agency, entry=make_entry("长期公开"))
    public = publish(agency)
    hidden = (publish(agency, audience=Audience.INTERNAL), publish(agency, state=ItemState.WITHDRAWN))
    link = "https://example.test/page"

    def address(**values: Any) -> str:
        return archive.evidence_address(make_finding(assessment, **values))

    assert address(item=public, link=link) == public.get_absolute_url()
    for item in hidden:
        assert address(item=item) == ""
        assert address(item=item, link=link) == link
        assert item.slug not in address(item=item, obligation=obligation) != ""


def test_measuring_keeps_the_reason_that_somebody_gave() -> None:
    """Of an agency for which there is nothing to count, too."""
    office = make_office()
    busy, idle = (make_agency(parent=office) for _each in range(2))
    make_obligation(agency=busy, due_on=date(2026, 3, 10), met_on=date(2026, 3, 1))
    row = open_round(busy, idle, office=office)
    assessment = row.assessments.get(agency=idle)
    rounds.leave_out(assessment.pk, reason="馆舍改造", actor=row.made_by)

    measure.measure(row.pk, at=now())

    assessment.refresh_from_db()
    assert (assessment.not_ranked_reason, assessment.rank, assessment.total) == ("馆舍改造", None, Decimal(100))
