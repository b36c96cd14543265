"""A draft deleted in one window and sent or kept in another: one wins, the other is told, nothing breaks."""

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from govportal.models import PrivateFile
from govportal.now import now
from requests_app.models import Complaint, InformationRequest, RequestDraft
from requests_app.services import drafts
from tests.requests_app.complaints.complaint_journey import NAMED, Complainer
from tests.requests_app.filing_journey import Citizen, scan
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = [(Citizen, "request_new", "send"), (Complainer, "complaint_new", "send_complaint")]


@pytest.mark.parametrize(("journey", "start", "service"), KINDS)
def test_draft_deleted_between_look_and_press_is_lost(
    journey: Any, start: str, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody = journey()
    somebody.fill()
    before = getattr(drafts, service)

    def deleted_meanwhile(*args: object, **kwargs: object) -> object:
        RequestDraft.objects.all().delete()
        return before(*args, **kwargs)

    monkeypatch.setattr(drafts, service, deleted_meanwhile)
    response = somebody.send()

    assert response["Location"] == reverse(start) + "?lost=1"
    assert somebody.client.get(response["Location"], follow=True).status_code == 200


@pytest.mark.parametrize(("journey", "start", "service"), KINDS)
def test_discard_and_send_at_once_break_nothing(journey: Any, start: str, service: str) -> None:
    somebody = journey()
    for number in range(2):
        somebody = journey(somebody.client, somebody.agency)
        somebody.fill()
        seen, path = somebody.get("check").context["seen"], somebody.path("check")
        browsers = [Client() for _window in range(4)]
        for browser in browsers:
            browser.cookies = somebody.client.cookies.copy()
        send = [partial(one.post, path, {"d": somebody.d, "seen": seen}) for one in browsers[:2]]
        discard = [partial(one.post, path, {"d": somebody.d, "discard": "1"}) for one in browsers[2:]]

        outcomes = at_once(*send, *discard)

        assert [getattr(one, "status_code", one) for one in outcomes] == [302] * 4, number
    model = InformationRequest if journey is Citizen else Complaint
    assert RequestDraft.objects.count() == model._default_manager.count()


def test_keeping_and_discarding_at_once_break_nothing() -> None:
    drafts.save("token", "name", {"matter": {}}, at=now())

    def given_files() -> object:
        draft = drafts.save("token", "name", {"matter": NAMED}, at=now())
        return drafts.change_files(draft, [scan()], most=5, most_mb=10, sender="", at=now())

    outcomes = at_once(given_files, partial(drafts.discard, "token", "name"), times=6)

    assert [one for one in outcomes if isinstance(one, Exception)] == []


def test_files_for_a_draft_that_is_gone_are_let_go() -> None:
    draft = drafts.save("token", "name", {}, at=now())
    drafts.discard("token", "name")

    assert drafts.change_files(draft, [scan()], most=5, most_mb=10, sender="", at=now()) == []
    assert not PrivateFile.objects.exists()
