"""A complaint that is really a request for information, and a request that is really a complaint."""

import pytest
from django.urls import reverse

from govportal.now import now
from requests_app.complaint_enums import ComplaintState, OtherPath
from requests_app.enums import ReplyKind, State
from requests_app.models import Complaint
from requests_app.services.complaint_redirect import request_values
from tests.factories.complaints import make_complaint
from tests.factories.requests import make_proposal, release_decision, request_in
from tests.requests_app.filing_journey import text_of
from tests.requests_app.open_cases import reader

pytestmark = pytest.mark.django_db


def test_redirected_complainant_types_nothing_again() -> None:
    row, open_one = make_complaint(ComplaintState.REDIRECTED), make_complaint()

    assert request_values(row) == {"information": {"agency": row.agency.code, "description": row.facts}}
    assert request_values(open_one) == {}


def test_who_was_sent_another_way_or_was_purged_begins_no_request() -> None:
    for values in ({"other_path": OtherPath.PETITION}, {"other_path": OtherPath.REQUEST, "purged_at": now()}):
        assert request_values(Complaint(facts="x", **values)) == {}


@pytest.mark.parametrize(("kind", "is_linked"), [(ReplyKind.PETITION, True), (ReplyKind.DISCLOSED, False)])
def test_reply_that_it_is_no_request_leads_to_complaints(kind: ReplyKind, is_linked: bool) -> None:
    row = request_in(State.IN_REVIEW, at=now())
    release_decision(row, make_proposal(kind), at=now())

    page = text_of(reader(row).get(reverse("request_case")))

    assert ("由被投诉单位以外的机构保密办理" in page) is is_linked
