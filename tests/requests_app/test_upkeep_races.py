"""The upkeep of the night beside people who work late: neither stops the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils.timezone import localdate
from pytest_django import Settings

from requests_app.enums import State
from requests_app.models import InformationRequest, PublicationTask
from requests_app.services import procedure, publication_tasks, purge, refresh
from tests.factories import make_agency
from tests.factories.requests import AT, make_request, officer_of
from tests.threads import first_and_second, in_turn

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]
SUBJECT = "柳林镇公路养护资金明细"


@contextmanager
def holding(row: InformationRequest, meet: Callable[[], None]) -> Iterator[InformationRequest]:
    """A step on a request, under its lock, while the upkeep has come to it."""
    with transaction.atomic():
        held = procedure.locked(row.pk)
        meet()
        yield held


def faults(outcomes: list[object]) -> list[object]:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


def test_days_are_reckoned_while_a_reply_joins_like_requests_to_its_task() -> None:
    agency = make_agency()
    rows = [make_request(agency=agency, subject=SUBJECT, state=State.IN_REVIEW) for _n in range(3)]
    last = make_request(agency=agency, subject=SUBJECT, state=State.IN_REVIEW)

    def answer(meet: Callable[[], None]) -> object:
        with holding(last, meet) as held:
            held.state, held.outcome, held.closed_on, held.due_on = State.REPLIED, "r1", localdate(AT), None
            held.save()
            return publication_tasks.follow_release(held, at=AT)

    outcomes = in_turn(answer, lambda: refresh.refresh(AT))

    assert faults(outcomes) == []
    assert set(PublicationTask.objects.get().requests.all()) == {*rows, last}


def test_purge_runs_while_an_old_request_is_brought_up_for_publication(settings: Settings) -> None:
    settings.REQUEST_RETENTION_YEARS = 1
    agency, later = make_agency(), AT + timedelta(days=800)
    first, last = (
        make_request(agency=agency, state=State.REPLIED, subject=SUBJECT, submission_key=f"{n}") for n in range(2)
    )
    officer = officer_of(agency)

    def suggest(meet: Callable[[], None]) -> object:
        with holding(last, meet):
            return publication_tasks.suggest(last.pk, actor=officer, at=AT, like=[first])

    outcomes = in_turn(suggest, lambda: purge.purge(later))

    assert faults(outcomes) == []
    assert PublicationTask.objects.get().requests.count() == 2
    assert InformationRequest.objects.exclude(purged_at=None).count() == 2


def test_purge_runs_while_requests_are_joined_to_a_task(settings: Settings) -> None:
    """The keys of what is purged do not change: whoever refers to it at that moment waits for nothing."""
    settings.REQUEST_RETENTION_YEARS = 1
    agency, later = make_agency(), AT + timedelta(days=800)
    rows = [make_request(agency=agency, state=State.REPLIED, submission_key=f"{n}") for n in range(6)]
    officer = officer_of(agency)
    task = publication_tasks.suggest(rows[0].pk, actor=officer, at=AT)

    outcomes = first_and_second(
        lambda: publication_tasks.mark_like(task.pk, rows, actor=officer), lambda: purge.purge(later)
    )

    assert faults(outcomes) == []
    assert InformationRequest.objects.filter(purged_at=None).count() == 0
