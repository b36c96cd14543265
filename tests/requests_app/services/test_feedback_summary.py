"""公开摘要: figures out of the rows, the questions that were chosen, and what of them the public reads."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from disclosure.models import Edition, Item
from disclosure.services import review
from govportal.models import AuditEvent
from govportal.permissions import Role
from requests_app.feedback_enums import FeedbackKind, FeedbackState
from requests_app.models import Feedback
from requests_app.services import feedback_selection, feedback_summary
from requests_app.services.feedback_summary import Figures, Period
from tests.factories import make_agency, make_member
from tests.factories.feedback import handler_of, make_feedback
from tests.factories.published import publish_edition
from tests.factories.requests import AT, TODAY
from tests.requests_app.filing_journey import text_of

pytestmark = pytest.mark.django_db

MARCH, QUARTER = Period(2026, 3, 1), Period(2026, 1, 3)
APRIL_AT = AT + timedelta(days=31)  # 2026-04-02
ANSWERED = FeedbackState.ANSWERED


def chosen(agency: Any, question: str = "几点收车？", **values: Any) -> Feedback:
    return make_feedback(
        agency=agency, state=ANSWERED, is_selected=True, public_question=question, public_answer="九点。\n节假日十点。",
        **values,
    )  # fmt: skip


def test_periods_are_read_and_written_alike() -> None:
    codes = {"2026-03": date(2026, 3, 31), "2024-02": date(2024, 2, 29), "2026-Q1": date(2026, 3, 31),
             "2025-Q4": date(2025, 12, 31)}  # fmt: skip
    for code, last_on in codes.items():
        period = Period.read(code)
        assert period and (period.code, period.last_on) == (code, last_on)
    for code in ("", "2026", "2026-13", "2026-Q5", "0001-01", "二〇二六-01", "2026-1", "2026-01-01"):
        assert Period.read(code) is None, code
    offered = [period.code for period in feedback_summary.last_periods(date(2026, 1, 15))]
    assert offered[:3] == ["2025-12", "2025-Q4", "2025-11"] and len(offered) == 16
    assert (str(MARCH), str(QUARTER)) == ("2026年3月", "2026年第一季度")


def test_draft_holds_figures_and_chosen_questions_and_nothing_of_the_writers() -> None:
    agency = make_agency(name="某县交通局")
    officer = handler_of(agency)
    row = chosen(agency, text="住在柳园村12号的林试一问几点收车", name="林试一")
    make_feedback(agency=agency, kind=FeedbackKind.CORRECTION)
    make_feedback(agency=agency, state=ANSWERED, answered_on=TODAY + timedelta(days=25))  # late
    make_feedback(agency=agency, received_on=date(2026, 4, 1))
    make_feedback(state=ANSWERED)  # of another agency

    item = feedback_summary.draft(agency, MARCH, actor=officer, at=APRIL_AT)

    edition = item.editions.get()
    assert edition.title == "某县交通局2026年3月留言纠错办理情况"
    assert edition.extra == {"period": "2026年3月", "received": 3, "answered": 2, "on_time": 1}
    assert feedback_summary.figures(agency, MARCH, kind=FeedbackKind.CORRECTION) == Figures(1, 0, 0)
    assert "几点收车？" in edition.body and "节假日十点。" in edition.body
    assert "林试一" not in edition.body and "柳园村" not in edition.body
    assert Feedback.objects.get(pk=row.pk).summary == item
    assert Feedback.objects.filter(summary=item).count() == 1
    assert AuditEvent.objects.get(action="feedback.draft_summary").after["questions"] == [row.number]


def test_who_may_not_and_what_is_not_over_or_done_already_is_refused() -> None:
    agency = make_agency()
    officer = handler_of(agency)
    for period, actor, words in (
        (Period(2026, 4, 1), officer, "还没有结束"),
        (MARCH, handler_of(make_agency()), "没有办理留言纠错的角色"),
        (MARCH, make_member(Role.PUBLISHER, agency), "没有办理留言纠错的角色"),
    ):
        with pytest.raises(ValidationError, match=words):
            feedback_summary.draft(agency, period, actor=actor, at=APRIL_AT)
    feedback_summary.draft(agency, MARCH, actor=officer, at=APRIL_AT)
    with pytest.raises(ValidationError, match="已经拟制"):
        feedback_summary.draft(agency, MARCH, actor=officer, at=APRIL_AT)
    assert Item.objects.count() == 1


def test_discarded_draft_gives_its_questions_back() -> None:
    agency = make_agency()
    officer, publisher = handler_of(agency), make_member(Role.PUBLISHER, agency)
    row = chosen(agency)
    first = feedback_summary.draft(agency, MARCH, actor=officer, at=APRIL_AT)
    with pytest.raises(ValidationError, match="已经写进公开摘要"):
        feedback_selection.deselect(row.pk, actor=officer, at=APRIL_AT)

    review.discard(first.editions.get().pk, actor=publisher, at=APRIL_AT)
    second = feedback_summary.draft(agency, QUARTER, actor=officer, at=APRIL_AT)
    third = feedback_summary.draft(agency, MARCH, actor=officer, at=APRIL_AT)

    assert Feedback.objects.get(pk=row.pk).summary == second
    assert "几点收车？" in second.editions.get().body and "几点收车？" not in third.editions.get().body


def test_public_page_shows_what_the_reviewed_text_still_holds() -> None:
    agency = make_agency()
    officer, publisher = handler_of(agency), make_member(Role.PUBLISHER, agency)
    chosen(agency, "几点收车？")
    chosen(agency, "被审查删去的问题？")
    edition = feedback_summary.draft(agency, MARCH, actor=officer, at=APRIL_AT).editions.get()
    assert feedback_summary.published_questions(10) == []
    Edition.objects.filter(pk=edition.pk).update(
        body=edition.body.replace("被审查删去的问题？", "略"), last_edited_by=publisher
    )

    publish_edition(Edition.objects.get(pk=edition.pk), at=APRIL_AT)

    assert [row.public_question for row in feedback_summary.published_questions(10)] == ["几点收车？"]
    page = text_of(Client().get(reverse("feedback")))
    assert "几点收车？" in page and "被审查删去的问题？" not in page
    assert edition.title in page
