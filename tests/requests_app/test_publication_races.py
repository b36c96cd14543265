"""Two who do something to one task at one moment: whoever comes second finds what the first has done."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from disclosure.models import Item
from requests_app.enums import State, TaskState
from requests_app.models import InformationRequest, PublicationTask
from requests_app.services import convert, publication_tasks
from requests_app.services.convert import Wanted
from tests.factories import make_agency
from tests.factories.requests import AT, make_request, officer_of
from tests.threads import first_and_second

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]
WANTED = Wanted(title="2025年柳林镇公路养护资金明细", body="2025年共支出 126 万元。")


def given() -> tuple[InformationRequest, PublicationTask]:
    """An answered request with an open task."""
    row = make_request(agency=make_agency(), state=State.REPLIED)
    return row, publication_tasks.suggest(row.pk, actor=officer_of(row.agency), at=AT)


def test_draft_does_not_hang_on_a_task_that_was_declined_at_that_moment() -> None:
    row, task = given()
    officer = officer_of(row.agency)
    decline = partial(publication_tasks.decline, task.pk, actor=officer, at=AT, reason="第三方不同意")

    outcomes = first_and_second(decline, partial(convert.convert, row.pk, WANTED, actor=officer, at=AT))

    task.refresh_from_db()
    assert (task.state, task.item) == (TaskState.DECLINED, None)
    item = next(outcome for outcome in outcomes if isinstance(outcome, Item))
    assert PublicationTask.objects.get(item=item).state == TaskState.OPEN


def test_task_is_not_declined_while_its_draft_is_made() -> None:
    row, task = given()
    officer = officer_of(row.agency)
    decline = partial(publication_tasks.decline, task.pk, actor=officer, at=AT, reason="第三方不同意")

    outcomes = first_and_second(partial(convert.convert, row.pk, WANTED, actor=officer, at=AT), decline)

    task.refresh_from_db()
    assert task.state == TaskState.OPEN and task.item is not None
    assert any(isinstance(outcome, ValidationError) and "请先废弃草稿" in str(outcome) for outcome in outcomes)


def test_two_requests_of_one_task_give_one_draft() -> None:
    row, task = given()
    other, officer = make_request(agency=row.agency, state=State.REPLIED), officer_of(row.agency)
    publication_tasks.mark_like(task.pk, [other], actor=officer)
    first, second = (partial(convert.convert, one.pk, WANTED, actor=officer, at=AT) for one in (row, other))

    outcomes = first_and_second(first, second)

    assert Item.objects.count() == 1
    assert sum("已经拟制公开稿" in str(outcome) for outcome in outcomes) == 1


def test_reply_does_not_join_a_task_that_is_being_declined() -> None:
    row, task = given()
    other, officer = make_request(agency=row.agency, state=State.REPLIED), officer_of(row.agency)
    decline = partial(publication_tasks.decline, task.pk, actor=officer, at=AT, reason="第三方不同意")

    outcomes = first_and_second(decline, partial(publication_tasks.mark_like, task.pk, [other], actor=officer))

    assert list(task.requests.all()) == [row]
    assert any("不转为主动公开" in str(outcome) for outcome in outcomes if isinstance(outcome, ValidationError))
