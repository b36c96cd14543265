"""The public pages of surveys: what is shown of which state, and never a number that fewer than ten stand behind."""

import csv
import hashlib
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.services import review
from evaluation.models import Evaluator, Survey
from evaluation.services import survey_results, survey_running
from evaluation.survey_enums import SurveyState, SurveyStepKind
from evaluation.survey_page import grade_ranges, steps_of
from evaluation.survey_queues import SOURCE
from evaluation.survey_standing import open_steps
from evaluation.survey_words import INVITED_SECRECY
from govportal.contributions import Reach
from govportal.now import today
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.published import publish_edition
from tests.factories.requests import AT
from tests.factories.surveys import answers, cast, cast_invited, inspector, make_evaluator, make_survey, tally

pytestmark = pytest.mark.django_db
# With nine ballots, all of them on the third level: 60.00 is its score, which nobody reads.
FEW = "稀有街道办"


def text_of(response: Any) -> str:
    return "".join(part.decode() for part in response) if response.streaming else str(response.content.decode())


def publish(row: Survey) -> None:
    """By the agency's own people: who conducts the survey only drafts."""
    assert row.item
    edition = row.item.editions.get()
    review.submit(edition.pk, actor=make_member(Role.PUBLISHER, row.item.agency), at=AT)
    publish_edition(edition)


def shown(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200, address
    return text_of(response)


def tallied() -> Survey:
    first, few = make_agency(name="某县民政局"), make_agency(name=FEW)
    row = make_survey(agencies=[first, few], title="2026年上半年政务公开社会评议")
    cast(row, answers(row, 5, agency=first), times=8)
    cast_invited(row, answers(row, 3, agency=first), times=4)
    cast(row, answers(row, 3, agency=few), times=9)
    actor = inspector()
    survey_running.close(row.pk, actor=actor, at=AT)
    tally(row, actor)
    survey_results.draft_item(row.pk, actor=actor, at=AT)
    row.refresh_from_db()
    return row


@pytest.fixture
def published() -> Survey:
    row = tallied()
    publish(row)
    return row


def test_results_are_shown_once_their_item_is_public() -> None:
    row = tallied()
    address = f"/surveys/{row.slug}/"

    before = shown(address)
    closed = [Client().get(address + name).status_code for name in ("results.csv", "results.json")]
    publish(row)
    after = shown(address)

    assert (
        before.count('class="done"') + 1 == after.count('class="done"')
        and "等待公布" in before
        and "86.67" not in before
        and closed == [404, 404]
    )
    assert "结果已公布" in after and "86.67" in after and "良好" in after and row.digest in after


def test_nothing_is_told_of_an_agency_with_nine_ballots(published: Survey) -> None:
    base = f"/surveys/{published.slug}/"
    assert published.item
    doors = [base, base + "results.csv", base + "results.json", "/surveys/", published.item.get_absolute_url()]
    doors.append(reverse("api_item", args=[published.item.slug]))

    for door in doors:
        text = shown(door)
        if door == "/surveys/":
            continue
        assert FEW in text and "60.00" not in text, door
    page = shown(base)
    assert page.count("不足10张，不公布") == 1
    # Four of the invited are too few to stand apart, so neither does the public.
    assert "100.00" not in page


def test_csv_and_json_say_what_the_page_says(published: Survey) -> None:
    base = f"/surveys/{published.slug}/"

    rows = list(csv.reader(io.StringIO(shown(base + "results.csv").removeprefix("\ufeff"))))
    data = shown(base + "results.json")

    assert {len(row) for row in rows} == {len(rows[0])}
    assert [row[6] for row in rows[1:]] == ["86.67", "86.67", "86.67", "不足10张，不公布"]
    assert hashlib.sha256(data.encode()).hexdigest() == published.digest
    assert json.loads(data)["agencies"][1] == {"code": rows[-1][0], "name": FEW, "too_few": True}


def test_step_of_the_tally_waits_until_the_results_are_public_on_page_desk_and_in_reminders() -> None:
    row, far = tallied(), Reach(until=today() + timedelta(days=99))
    last = row.steps.get(step=SurveyStepKind.TALLY)
    key = f"survey_step:{last.pk}"

    def waits() -> list[bool]:
        step = next(one for one in steps_of(row, today()) if one.row.step == SurveyStepKind.TALLY)
        told = key in {one.key for one in SOURCE.open(far)}
        return [step.done_on is None, told, key in SOURCE.still_open([key]), last in open_steps()]

    assert last.done_on is not None and waits() == [True] * 4
    publish(row)
    assert waits() == [False] * 4
    assert row.item
    published_on = last.due_on + timedelta(days=2)  # tallied in time, and published late
    type(row.item).objects.filter(pk=row.item.pk).update(state="withdrawn", published_on=published_on)
    assert waits() == [False] * 4
    step = steps_of(row, today())[5]
    assert step.done_on == published_on and [str(words) for words, _tone in step.marks] == ["逾期完成"]


def test_withdrawn_results_lead_to_the_reason(published: Survey) -> None:
    assert published.item
    type(published.item).objects.filter(pk=published.item.pk).update(state="withdrawn")

    page = shown(f"/surveys/{published.slug}/")

    assert "86.67" not in page and published.item.get_absolute_url() in page and "结果不再公开" in page
    assert "等待公布" not in page + shown("/surveys/")


def test_each_state_says_where_it_stands() -> None:
    day = today()
    rows = {
        "评议中": make_survey(opens_on=day, closes_on=day),
        "即将开始": make_survey(opens_on=day + timedelta(days=1), closes_on=day + timedelta(days=2)),
        "已截止，正在汇总": make_survey(opens_on=day - timedelta(days=2), closes_on=day - timedelta(days=1)),
        "已汇总，等待公布": make_survey(SurveyState.TALLIED),
    }
    draft = make_survey(SurveyState.DRAFT)

    listed = shown("/surveys/")
    for words, row in rows.items():
        assert words in listed and words in shown(f"/surveys/{row.slug}/")
    assert draft.title not in listed and Client().get(f"/surveys/{draft.slug}/").status_code == 404
    assert listed.count(f"/surveys/{rows['评议中'].slug}/ballot/") == 1
    invited_only = make_survey(opens_on=day, closes_on=day, accepts_public=False)
    assert "评议码" in shown(f"/surveys/{invited_only.slug}/")


def test_cancelled_survey_says_why_where_it_had_begun() -> None:
    row = make_survey()
    survey_running.cancel(row.pk, "问卷与新政策不一致。", actor=inspector(), at=AT)

    assert "问卷与新政策不一致。" in shown(f"/surveys/{row.slug}/") and "已取消" in shown("/surveys/")


def test_steps_are_public_with_what_was_done() -> None:
    row = make_survey()
    survey_running.record_step(row.pk, SurveyStepKind.BRIEFING, actor=inspector(), at=AT, note="看了两个窗口。")

    page = shown(f"/surveys/{row.slug}/")

    assert "看了两个窗口。" in page and page.count('class="done"') == 1 and page.count("第六条第") == 7


def test_steps_say_what_is_late_or_out_of_order() -> None:
    day = today()
    row = make_survey(SurveyState.CLOSED, opens_on=day - timedelta(days=9), closes_on=day - timedelta(days=2))
    done = {SurveyStepKind.NOTICE: 10, SurveyStepKind.FORM: 11, SurveyStepKind.EVALUATORS: 5}
    for kind, ago in done.items():
        row.steps.filter(step=kind).update(done_on=day - timedelta(days=ago), done_by=inspector(), note="已办。")

    def said() -> list[tuple[list[str], bool, bool]]:
        return [([str(words) for words, _tone in one.marks], one.is_next, one.is_void) for one in steps_of(row, day)]

    assert said() == [
        (["晚于后面的程序"], False, False), ([], False, False), (["逾期完成"], False, False),
        (["逾期"], True, False), (["逾期"], False, False), ([], False, False), ([], False, False),
    ]  # fmt: skip
    row.state = SurveyState.CANCELLED
    assert said()[2:] == [(["逾期完成"], False, False), *[([], False, True)] * 4]


def test_cancelled_survey_names_no_day_that_is_to_come() -> None:
    row = make_survey()
    survey_running.cancel(row.pk, "学校放假。", actor=inspector(), at=AT)

    page = shown(f"/surveys/{row.slug}/")

    assert "最迟" not in page and page.count("不再进行") == 7


def test_grades_leave_no_score_to_two_of_them() -> None:
    words = "90分以上为优秀，80分以上不足90分为良好，60分以上不足80分为一般，不足60分为差。"
    row = tallied()
    body = survey_results.body(row)

    assert grade_ranges(row) == words
    assert words in body and words in shown(f"/surveys/{row.slug}/")


def test_item_names_the_best_first() -> None:
    agencies = [make_agency(name=f"某县{name}局") for name in ("交通", "教育", "民政")]
    row = make_survey(agencies=agencies)
    for agency, level in zip(agencies, (3, 5, 4), strict=True):
        cast(row, answers(row, level, agency=agency), times=10)
    survey_running.close(row.pk, actor=(actor := inspector()), at=AT)
    tally(row, actor)
    row.refresh_from_db()

    assert re.findall("某县(..)局", survey_results.body(row)) == ["教育", "民政", "交通"]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_as_often_for_three_as_for_one(count: int, django_assert_num_queries: Any) -> None:
    for _one in range(count):
        make_survey(SurveyState.TALLIED)
    row = make_survey(agencies=[make_agency() for _one in range(count)], questions=count)
    Client().get("/surveys/?page_size=1")  # warm

    for address, queries in (("/surveys/", 5), (f"/surveys/{row.slug}/", 7)):
        with django_assert_num_queries(queries):
            Client().get(f"{address}?nocache={count}")


def test_home_page_names_what_is_open_for_everybody() -> None:
    day = today()
    row = make_survey(opens_on=day, closes_on=day)
    make_survey(opens_on=day, closes_on=day, accepts_public=False, title="只请代表的评议")

    home = shown("/")

    assert row.title in home and "只请代表的评议" not in home
    assert "/surveys/" in home


def test_page_speaks_of_the_invited_where_some_are_invited() -> None:
    row = make_survey()
    before = shown(row.get_absolute_url())
    invited = make_evaluator(row)
    named = shown(row.get_absolute_url())
    Evaluator.objects.filter(pk=invited.pk).update(voided_on=today(), token_key="")

    assert f"特邀评议人员至少邀请 3 人。{INVITED_SECRECY}" in named and "公众和特邀评议人员" in named
    for page in (before, shown(row.get_absolute_url())):
        assert "<dd>公众</dd>" in page and "特邀" not in page.partition("七步程序")[0] and "至少邀请" not in page


def test_addresses_of_nothing_are_not_found() -> None:
    for address in ("none/", "none/ballot/", "none/thanks/", "none/results.csv", "none/results.json", f"{'x' * 300}/"):
        assert Client().get(f"/surveys/{address}").status_code == 404
