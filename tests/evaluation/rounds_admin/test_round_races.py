"""The buttons of a round pressed several times at one moment, also those whose work goes before the lock."""

from functools import partial

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from evaluation.enums import RoundState
from evaluation.models import AssessmentRound
from govportal.models import AuditEvent, User
from govportal.now import now
from tests.disclosure.admin.desks import signed_in
from tests.factories.rounds import make_inspector, open_round, share_round
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def press(row: AssessmentRound, name: str, actor: User, presses: int) -> list[object]:
    """What each press of one sheet was told: the words of the page it was led to, or its status."""
    address = reverse("admin:evaluation_assessmentround_verb", args=[row.pk, name])
    key = signed_in(actor).get(address).context["form"]["form_key"].value()

    def told(client: Client) -> object:
        answer = client.post(address, {"form_key": key})
        return [str(one) for one in get_messages(answer.wsgi_request)] if answer.status_code == 302 else "refused"

    return at_once(*(partial(told, signed_in(actor)) for _press in range(presses)))


@pytest.mark.parametrize("presses", [2, 4])
def test_pressed_at_once_a_round_is_frozen_once_and_nobody_reads_a_refusal(presses: int) -> None:
    row = share_round(open_round())
    row.assessments.update(confirmed_by=row.made_by, confirmed_at=now())
    judge = make_inspector(row.made_by.memberships.get().agency)

    told = press(row, "freeze", judge, presses)

    row.refresh_from_db()
    assert row.state == RoundState.FROZEN and row.archive is not None
    assert sorted(map(str, told)) == ["['已完成：定分。']"] + ["['您已经办过“定分”，没有重复办理。']"] * (presses - 1)
    assert AuditEvent.objects.filter(action="assessmentround.freeze").count() == 1


def test_pressed_at_once_the_facts_are_read_once() -> None:
    row = open_round()

    told = press(row, "measure", row.made_by, 4)

    assert sorted(map(str, told)) == ["['已完成：重新取数。']"] + ["['您已经办过“重新取数”，没有重复办理。']"] * 3
    assert AuditEvent.objects.filter(action="assessmentround.measure").count() == 2  # and when it was opened
