"""标为同类, on the desk: what asks for the same in the same words is shown, and in other words it is said."""

import pytest

from requests_app.enums import State
from requests_app.models import InformationRequest, PublicationTask
from requests_app.services import publication_tasks
from tests.factories.requests import AT, make_request
from tests.requests_app.admin.desk_world import Desk, page, problems, sent, verb

pytestmark = pytest.mark.django_db
SUBJECT = "柳林镇公路养护资金明细"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def given(desk: Desk) -> InformationRequest:
    return make_request(agency=desk.agency, state=State.REPLIED, subject=SUBJECT)


def test_desk_shows_what_asks_for_the_same_however_it_is_punctuated(desk: Desk) -> None:
    row, like = given(desk), make_request(agency=desk.agency, subject="关于公开柳林镇 公路养护资金（明细）的申请")
    other = make_request(agency=desk.agency)

    shown = desk.handling.get(page(row)).context["alike"]

    assert shown == [like] and other not in shown


def test_desk_of_a_purged_request_shows_no_other_that_was_purged(desk: Desk) -> None:
    row, _other = (
        make_request(agency=desk.agency, state=State.REPLIED, subject="", purged_at=AT, has_applicant=False)
        for _n in range(2)
    )

    assert desk.handling.get(page(row)).context["alike"] == []


def test_officer_brings_a_request_up_with_others_that_words_do_not_show(desk: Desk) -> None:
    row, like, other = given(desk), given(desk), make_request(agency=desk.agency, subject="路修了多少钱")
    offered = desk.handling.get(verb(row, "suggest")).context["form"]["numbers"].value()

    answer = sent(desk.handling, row, "suggest", numbers=f"{offered}\n{other.number}")

    assert offered == like.number and answer.status_code == 302
    assert set(PublicationTask.objects.get().requests.all()) == {row, like, other}


def test_officer_brings_a_request_up_alone(desk: Desk) -> None:
    row = given(desk)

    assert sent(desk.handling, row, "suggest").status_code == 302

    assert list(PublicationTask.objects.get().requests.all()) == [row]


def test_officer_marks_another_as_alike_on_the_open_task(desk: Desk) -> None:
    row, other = given(desk), make_request(agency=desk.agency, subject="路修了多少钱")
    task = publication_tasks.suggest(row.pk, actor=desk.officer, at=AT)

    answer = sent(desk.handling, row, "like", numbers=other.number)

    assert answer.status_code == 302 and set(task.requests.all()) == {row, other}


def test_unknown_number_is_said_and_nothing_typed_is_lost(desk: Desk) -> None:
    row, foreign = given(desk), make_request()
    publication_tasks.suggest(row.pk, actor=desk.officer, at=AT)

    answer = sent(desk.handling, row, "like", numbers=f"{foreign.number}\nX-1")

    assert any("本单位没有这些申请" in problem for problem in problems(answer))
    assert answer.context["form"]["numbers"].value() == f"{foreign.number}\nX-1"


def test_without_an_open_task_nothing_is_marked(desk: Desk) -> None:
    row = given(desk)

    assert "请先提出" in desk.handling.get(verb(row, "like")).content.decode()
