"""The desk of messages: queues and figures, verbs with their reasons, double presses, contacts behind a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disclosure.models import Item
from govportal.calendar import load_calendar
from govportal.contributions import Visit, staff_queues
from govportal.models import AuditEvent, User
from govportal.now import now, today
from govportal.permissions import Role
from requests_app.feedback_enums import FeedbackState, Judgement
from requests_app.feedback_queues import FEEDBACK_QUEUES
from requests_app.models import Feedback, FeedbackEvent
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_agency, make_member
from tests.factories.feedback import handler_of, make_feedback
from tests.requests_app.filing_journey import text_of

pytestmark = pytest.mark.django_db

NAME = "admin:requests_app_feedback"


def verb(row: Feedback, name: str) -> str:
    return reverse(f"{NAME}_verb", args=[row.pk, name])


def page(row: Feedback) -> str:
    return reverse(f"{NAME}_change", args=[row.pk])


def sent(client: Client, row: Feedback, name: str, /, **values: Any) -> Any:
    """The form of a verb as a browser sends it: opened first, then posted with what it showed and what was typed."""
    form = client.get(verb(row, name)).context["form"]
    shown = {bound.name: bound.value() for bound in form if bound.value() not in (None, "", False, [])}
    return client.post(verb(row, name), shown | values)


def test_message_is_judged_answered_and_chosen_by_buttons() -> None:
    agency = make_agency()
    client, row = signed_in(handler_of(agency)), make_feedback(agency=agency, name="林试一")
    before = text_of(client.get(page(row)))
    assert row.text in before and "还没有研判，先研判再答复" in before and "林试一" not in before

    assert sent(client, row, "judge", judgement=Judgement.RIGHT, note="内部核实")["Location"] == page(row)
    assert sent(client, row, "answer", text="已经改正。").status_code == 302
    assert sent(client, row, "select", question="电话不对。", answer="已经改正。").status_code == 302

    row.refresh_from_db()
    assert (row.state, row.answer, row.is_selected) == (FeedbackState.ANSWERED, "已经改正。", True)
    after = text_of(client.get(page(row)))
    assert "内部核实" in after and "状态是“已答复”，不能研判" in after
    assert sent(client, row, "deselect").status_code == 302


def test_every_verb_page_opens_says_its_reasons_and_keeps_what_was_typed() -> None:
    agency = make_agency()
    client = signed_in(handler_of(agency))
    for state in FeedbackState:
        row = make_feedback(agency=agency, state=state, name="林试一")
        for name in ("judge", "answer", "pass_on", "redirect", "set_aside", "select", "deselect", "contact"):
            assert client.get(verb(row, name)).status_code == 200, (state, name)
            assert client.post(verb(row, name), {"form_key": "\x00"}).status_code in {200, 302}, (state, name)
    row = make_feedback(agency=agency)
    again = text_of(sent(client, row, "redirect", path="nowhere", text="打给谁都行"))
    assert "打给谁都行" in again
    assert client.get(verb(row, "nonsense")).status_code == 404
    assert client.get(reverse(f"{NAME}_change", args=["9" * 30])).status_code == 302


def test_button_pressed_twice_is_one_deed() -> None:
    agency = make_agency()
    client, row = signed_in(handler_of(agency)), make_feedback(agency=agency, state=FeedbackState.JUDGED)
    key = client.get(verb(row, "answer")).context["form"]["form_key"].value()
    typed = {"form_key": key, "text": "已经改正。", "note": ""}

    first, second = (client.post(verb(row, "answer"), typed) for _press in range(2))

    assert first["Location"] == second["Location"] == page(row)
    assert FeedbackEvent.objects.filter(feedback=row).count() == 1
    assert "没有重复办理" in text_of(client.get(page(row)))


def test_what_was_passed_on_leaves_the_desk_though_pressed_twice() -> None:
    agency, other = make_agency(), make_agency()
    client, row = signed_in(handler_of(agency)), make_feedback(agency=agency)
    key = client.get(verb(row, "pass_on")).context["form"]["form_key"].value()
    typed = {"form_key": key, "agency": other.pk, "reason": "归其管"}

    first, second = (client.post(verb(row, "pass_on"), typed) for _press in range(2))

    assert first["Location"] == second["Location"] == reverse(f"{NAME}_changelist")
    assert "没有重复办理" in text_of(client.get(first["Location"]))
    assert FeedbackEvent.objects.filter(feedback=row).count() == 1
    assert client.get(verb(row, "judge")).status_code == 404
    assert row.text in text_of(signed_in(handler_of(other)).get(page(row)))


def test_contact_is_shown_once_for_a_reason() -> None:
    agency = make_agency()
    values: dict[str, Any] = {"name": "林试一", "phone": "13812345521", "email": "lin@mail.example"}
    client, row = signed_in(handler_of(agency)), make_feedback(agency=agency, **values)
    masked = text_of(client.get(page(row)))
    assert "林**" in masked and not any(value in masked for value in values.values())
    assert "林试一" not in text_of(sent(client, row, "contact", reason=" "))

    shown = sent(client, row, "contact", reason="打电话核实")

    assert all(value in text_of(shown) for value in values.values())
    assert "no-store" in shown["Cache-Control"]
    assert AuditEvent.objects.get(action="feedback.view_contact").note == "打电话核实"


def test_queues_count_what_their_lists_show() -> None:
    agency = make_agency()
    officer = handler_of(agency)
    client, day = signed_in(officer), today()
    rows = {
        "mine": make_feedback(agency=agency, due_on=day + timedelta(days=60)),
        "soon": make_feedback(agency=agency, due_on=day, handler=handler_of(agency)),
        "overdue": make_feedback(agency=agency, due_on=day - timedelta(days=1), handler=handler_of(agency)),
        "closed": make_feedback(agency=agency, state=FeedbackState.SET_ASIDE),
    }
    make_feedback(due_on=day)  # of another agency
    for key, row in rows.items():
        shown = text_of(client.get(reverse(f"{NAME}_changelist") + f"?queue={key}"))
        assert [one.number for one in rows.values() if page(one) in shown] == [row.number], key
    for query in ("", *(f"?queue={key}" for key in FEEDBACK_QUEUES), "?queue=x", "?agency=x", "?q=LY", "?q=%00"):
        assert client.get(reverse(f"{NAME}_changelist") + query).status_code == 200, query
    visit = Visit(User.objects.get(pk=officer.pk), now(), load_calendar)
    figures = {queue.key: queue.figure(visit) for queue in staff_queues.all() if queue.key.startswith("feedback-")}
    assert {key: figure.count for key, figure in figures.items() if figure} == {
        "feedback-mine": 1, "feedback-soon": 1, "feedback-overdue": 1,
    }  # fmt: skip
    late = figures["feedback-overdue"]
    assert late and late.is_late and "已到期" in late.note


def test_summary_is_drafted_from_the_list() -> None:
    agency = make_agency()
    client, address = signed_in(handler_of(agency)), reverse(f"{NAME}_summary")
    assert address in text_of(client.get(reverse(f"{NAME}_changelist")))
    period = client.get(address).context["form"].fields["period"].choices[0][0]

    response = client.post(address, {"agency": agency.pk, "period": period})

    assert response["Location"] == reverse("admin:disclosure_item_change", args=[Item.objects.get().pk])
    assert client.get(response["Location"]).status_code == 200
    assert "已经拟制" in text_of(client.post(address, {"agency": agency.pk, "period": period}))
    for typed in ({"period": "\x00"}, {"agency": make_agency().pk, "period": period}, {"period": "2099-01"}):
        assert client.post(address, typed).status_code == 200, typed
    assert signed_in(make_member(Role.PUBLISHER, agency)).get(address).status_code == 403
    assert Item.objects.count() == 1


def test_list_costs_the_same_for_three_as_for_one() -> None:
    agency = make_agency()
    client, costs = signed_in(handler_of(agency)), []
    for number in (1, 2):
        for _row in range(number):
            make_feedback(agency=agency)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"{NAME}_changelist"))
        costs.append(len(asked))

    assert costs[0] == costs[1] <= 12
