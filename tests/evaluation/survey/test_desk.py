"""The desk of surveys in the admin: set up, opened, issued, closed, tallied and drafted by pressing its buttons."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from evaluation.models import Evaluator, Survey
from evaluation.services import survey_ballots, survey_running
from evaluation.survey_enums import SurveyState, SurveyStepKind
from evaluation.survey_queues import QUEUE, SOURCE
from evaluation.survey_tasks import UPKEEP, survey_upkeep
from govportal.calendar import load_calendar
from govportal.contributions import Reach, Visit
from govportal.models import AuditEvent, Heartbeat, Notice, User
from govportal.now import now, today
from govportal.permissions import Role
from tests import paper
from tests.factories import make_agency, make_member
from tests.factories.requests import AT
from tests.factories.surveys import answers, inspector, make_evaluator, make_survey
from tests.govportal.admin.pages import signed_in

pytestmark = pytest.mark.django_db
ADMIN = "admin:evaluation_survey"


def text_of(response: Any) -> str:
    return str(response.content.decode())


class Desk:
    def __init__(self) -> None:
        self.county = make_agency(name="某县人民政府")
        self.rated = [make_agency(parent=self.county) for _one in range(2)]
        self.user: User = inspector(self.county)
        self.client: Client = signed_in(self.user)

    def do(self, row: Any, verb: str, **values: Any) -> Any:
        name = f"admin:evaluation_{row._meta.model_name}_verb"
        return self.client.post(reverse(name, args=[row.pk, verb]), values)

    def page(self, row: Survey) -> str:
        return text_of(self.client.get(reverse(f"{ADMIN}_change", args=[row.pk])))

    def start(self, **values: Any) -> Any:
        day = today()
        typed: dict[str, Any] = {
            "title": "2026年上半年政务公开社会评议",
            "slug": "2026-h1",
            "opens_on": day.isoformat(),
            "closes_on": (day + timedelta(days=9)).isoformat(),
            "agencies": [one.pk for one in self.rated],
            "accepts_public": "on",
            "excellent_from": 90,
            "good_from": 80,
            "fair_from": 60,
        }
        return self.client.post(reverse(f"{ADMIN}_add"), typed | values)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def questions(**changed: str) -> dict[str, str]:
    typed: dict[str, str] = {}
    for place, (aspect, text) in enumerate((("true", "真不真？"), ("timely", "快不快？"))):
        typed |= {f"place_{place}": str(2 - place), f"aspect_{place}": aspect, f"text_{place}": text}
        typed[f"required_{place}"] = "on"
    return typed | changed


def test_survey_is_led_from_its_first_day_to_its_item(desk: Desk) -> None:
    assert desk.start().status_code == 302
    row = Survey.objects.get()
    assert row.questions.count() == 6

    assert desk.do(row, "ask", **questions()).status_code == 302
    assert list(row.questions.values_list("text", flat=True)) == ["快不快？", "真不真？"]
    for step in ("notice", "form", "evaluators"):
        assert desk.do(row, "step", step=step, on=today().isoformat(), note="已办。").status_code == 302
    assert desk.do(row, "open").status_code == 302
    row.refresh_from_db()
    assert row.state == SurveyState.OPEN
    cast_today(row)
    page = desk.page(row)
    assert "公众 10 张，特邀评议人员 0 张" in page and "80.00" not in page
    later = (row.closes_on + timedelta(days=3)).isoformat()
    seen = {"step": "briefing", "on": today().isoformat(), "note": "看了公开台账。"}
    for verb, values in (
        ("extend", {"closes_on": later, "note": "农忙"}), ("close", {}), ("step", seen), ("tally", {}),
    ):  # fmt: skip
        assert desk.do(row, verb, **values).status_code == 302, verb
    assert desk.do(row, "draft_item").status_code == 302
    row.refresh_from_db()
    assert row.state == SurveyState.TALLIED and row.item
    page = desk.page(row)
    assert "80.00" in page and page.count("不足10张，不公布") == 1


def cast_today(row: Survey) -> None:
    """Ballots as the pages take them, on the day on which they are asked."""
    for number in range(10):
        said = answers(row, 4)
        survey_ballots.cast(row.pk, said, voter=f"v{number}", network=f"n{number}", at=now())


def test_forms_say_what_is_wrong_and_keep_what_was_typed(desk: Desk) -> None:
    for values, words in (
        ({"title": "\x00"}, "空字符"),
        ({"title": "题" * 81}, "81"),
        ({"slug": "大写"}, "小写字母"),
        ({"opens_on": "2026-13-40"}, "日期"),
        ({"closes_on": "2020-01-01"}, "不能早于"),
        ({"excellent_from": 50}, "从高到低"),
        ({"agencies": [desk.county.pk]}, "选"),
        ({"agencies": []}, "选择评议对象"),
    ):
        response = desk.start(**values)
        assert response.status_code == 200 and words in text_of(response), (values, text_of(response)[-3000:])
    assert not Survey.objects.exists()
    row = make_survey(SurveyState.DRAFT, agencies=desk.rated)
    for changed, words in (
        ({"aspect_0": ""}, "没有选择评议内容"),
        ({"aspect_0": "lost"}, "lost"),
        ({"place_0": "x"}, "整数"),
        ({"text_1": "题" * 201}, "200"),
        ({"text_0": "快不快？"}, "完全相同"),
        ({"text_0": "", "text_1": ""}, "至少要有一题"),
    ):
        response = desk.do(row, "ask", **questions(**changed))
        assert response.status_code == 200 and words in text_of(response), changed
    assert desk.do(row, "step", step="tally", on="x", note="办").status_code == 200
    assert desk.do(row, "step", step="notice", on=today().isoformat(), note="办", item="无此号").status_code == 200
    assert desk.do(row, "extend", closes_on="2099-01-01", note="x").status_code == 200
    assert desk.client.get(reverse(f"{ADMIN}_verb", args=[row.pk, "none"])).status_code == 404


def test_survey_copies_questions_and_agencies_of_an_earlier_one(desk: Desk) -> None:
    earlier = make_survey(SurveyState.TALLIED, agencies=[*desk.rated, desk.county], questions=3)

    assert desk.start(copied=earlier.pk, agencies=[]).status_code == 302

    row = Survey.objects.get(slug="2026-h1")
    assert row.questions.count() == 3 and set(row.agencies.all()) == set(desk.rated)


# --- tokens ------------------------------------------------------------------------------------------------------


def test_slips_are_printed_once_and_their_tokens_open_the_form(desk: Desk) -> None:
    row = make_survey(agencies=desk.rated)
    for _one in range(3):
        make_evaluator(row)

    response = desk.do(row, "slips")

    assert response["Content-Type"] == "application/pdf" and "no-store" in response["Cache-Control"]
    codes = paper.codes(response.content)
    people = [survey_ballots.find_evaluator(code.rstrip("/").rpartition("/")[2]) for code in codes]
    assert len(set(people)) == 3 and None not in people
    again = desk.do(row, "slips")
    assert again.status_code == 200 and "没有要发放的人员" in text_of(again)
    assert desk.do(row, "slips", is_again="on")["Content-Type"] == "application/pdf"
    assert survey_ballots.find_evaluator(codes[0].rstrip("/").rpartition("/")[2]) is None


def test_evaluators_are_invited_imported_and_mailed(desk: Desk) -> None:
    row = make_survey(SurveyState.DRAFT, agencies=desk.rated)
    invited = {"group": "experts", "name": "林试一", "email": "lin@mail.example"}
    assert desk.do(row, "invite", **invited).status_code == 302
    assert "已经在特邀评议人员里" in text_of(desk.do(row, "invite", **invited, phone=""))
    table = SimpleUploadedFile("people.csv", "类别,姓名,电话\n政协委员,陈试二,0399-6610002\n".encode())
    importing = reverse("admin:evaluation_evaluator_import")
    preview = text_of(desk.client.post(importing, {"survey": row.pk, "file": table}))
    token = preview.partition('name="token" value="')[2].partition('"')[0]
    back = f"{reverse('admin:evaluation_evaluator_changelist')}?survey__id__exact={row.pk}"
    assert desk.client.post(importing, {"token": token})["Location"] == back and back in desk.page(row)
    assert desk.client.get(back).status_code == 200
    assert desk.do(row, "mail").status_code == 302

    one, other = Evaluator.objects.order_by("number")
    listed = text_of(desk.client.get(reverse("admin:evaluation_evaluator_changelist")))
    assert Notice.objects.get().address == "lin@mail.example"
    assert "林**" in listed and "林试一" not in listed and "陈试二" not in listed + preview
    shown = text_of(desk.do(one, "unmask", note="邮件退回，核对邮箱"))
    assert "林试一" in shown
    slip = desk.do(other, "slip")
    assert slip["Content-Type"] == "application/pdf" and "attachment" in slip["Content-Disposition"]
    assert ["陈试二" in page for page in paper.pages(slip.content)] == [False]  # a name is shown with a reason
    assert "shown" not in AuditEvent.objects.get(action="survey.print_tokens").after
    assert desk.do(other, "void", note="本人不便参加").status_code == 302
    trail = str(list(AuditEvent.objects.values()))
    assert not [name for name in ("林试一", "陈试二", "lin@mail") if name in trail]


# --- what is due -------------------------------------------------------------------------------------------------


def test_queue_and_reminders_name_the_steps_that_are_late(desk: Desk) -> None:
    row = make_survey(agencies=desk.rated)
    visit = Visit(desk.user, AT, load_calendar)
    first = row.steps.get(step=SurveyStepKind.NOTICE)

    figure = QUEUE.figure(visit)
    due = list(SOURCE.open(Reach(until=localdate(AT))))

    assert figure and (figure.count, figure.is_late) == (1, True)
    assert QUEUE.figure(Visit(make_member(Role.ADMINISTRATOR, desk.county), AT, load_calendar)) is None
    assert f"survey_step:{first.pk}" in {one.key for one in due} and len(due) == 3
    assert {one.agency_id for one in due} == {desk.county.pk}
    assert row.title not in str(due)  # numbers and days, never a matter
    survey_running.record_step(row.pk, first.step, actor=desk.user, at=AT, note="已刊登。")
    assert set(SOURCE.still_open([one.key for one in due])) == {one.key for one in due} - {f"survey_step:{first.pk}"}
    assert desk.client.get(QUEUE.url()).status_code == 200


def test_nightly_work_closes_and_says_so(desk: Desk) -> None:
    day = today()
    row = make_survey(opens_on=day - timedelta(days=9), closes_on=day - timedelta(days=1))

    survey_upkeep()

    row.refresh_from_db()
    assert row.state == SurveyState.CLOSED
    assert Heartbeat.objects.get(name=UPKEEP).note == "截止 1 次，清除 0 人"


# --- its buttons -------------------------------------------------------------------------------------------------


def test_what_can_never_be_done_any_more_is_no_button(desk: Desk) -> None:
    def buttons(row: Survey) -> list[str]:
        return re.findall(r'class="verb[^"]*" href="[^"]*/(\w+)/do/"', desk.page(row))

    draft, closed = make_survey(SurveyState.DRAFT, agencies=desk.rated), make_survey(SurveyState.CLOSED)

    assert len(buttons(draft)) == 12 and buttons(draft)[0] == "step"
    assert buttons(closed) == ["step", "cancel", "tally", "draft_item"]  # one of its steps is still to be recorded
    closed.steps.filter(step=SurveyStepKind.BRIEFING).update(done_on=today())
    assert buttons(closed) == ["tally", "step", "cancel", "draft_item"]
    assert buttons(make_survey(SurveyState.CANCELLED)) == []
