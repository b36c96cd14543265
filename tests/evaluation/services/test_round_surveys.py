"""社会评议 of a round: only one that is of its agencies and of its time, and not twice for the same agency."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from evaluation.enums import Formula, RoundKind, RoundState
from evaluation.forms.rounds import RoundForm
from evaluation.models import AssessmentRound
from evaluation.services import round_surveys, rounds
from evaluation.services.round_surveys import reasons_against_survey
from evaluation.survey_enums import SurveyState
from govportal.now import now
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency
from tests.factories.rounds import make_office, make_round
from tests.factories.surveys import make_survey
from tests.threads import first_and_second

pytestmark = pytest.mark.django_db
HALF = (date(2026, 1, 1), date(2026, 6, 30))
IN_JULY: dict[str, Any] = {"opens_on": date(2026, 7, 6), "closes_on": date(2026, 7, 26)}
SOCIAL = {"社会评议": (100, ({"code": "SOC", "measure": "social", "formula": Formula.SHARE, "full_marks": 100},))}


def test_survey_is_of_the_agencies_and_of_the_time_of_the_round() -> None:
    agency, other = make_agency(), make_agency()
    of = make_indicator_set()

    def against(days: dict[str, Any], **values: Any) -> list[str]:
        survey = make_survey(SurveyState.CLOSED, agencies=[agency], **days)
        asked: dict[str, Any] = {
            "kind": RoundKind.SPOT,
            "of": of,
            "period": HALF,
            "agencies": [agency.pk, other.pk],
        } | values
        return [reason[reason.index("”") + 1 :] for reason in reasons_against_survey(survey, **asked)]

    too_early = {"opens_on": date(2025, 12, 1), "closes_on": date(2025, 12, 31)}
    too_late = {"opens_on": date(2027, 7, 2), "closes_on": date(2027, 7, 20)}
    assert against(IN_JULY) == against({"opens_on": date(2025, 12, 1), "closes_on": HALF[0]}) == []
    assert against(IN_JULY, agencies=[other.pk]) == ["的评议对象没有一个参加这次考核，请另选。"]
    for days in (too_early, too_late):
        [reason] = against(days)
        assert f"（{days['opens_on']} 至 {days['closes_on']}）不在统计期以内" in reason


def test_survey_counts_once_for_an_agency_in_rounds_of_one_kind() -> None:
    office = make_office()
    first, second = (make_agency(parent=office) for _each in range(2))
    survey = make_survey(SurveyState.CLOSED, agencies=[first, second], **IN_JULY)
    values: dict[str, Any] = {"office": office, "survey": survey, "indicator_set": make_indicator_set(groups=SOCIAL)}
    counted = make_round(first, **values)
    again = make_round(first, second, slug="again", **values)
    of_others = make_round(second, slug="of-others", **values)
    of_the_year = make_round(first, slug="year", kind=RoundKind.YEAR_END, **values)
    rounds.open_round(counted.pk, actor=counted.made_by, at=now())

    with pytest.raises(ValidationError, match=f"已经计入“{counted.name}”"):
        rounds.open_round(again.pk, actor=again.made_by, at=now())
    with pytest.raises(ValidationError, match="已经计入"):
        make_round(first, slug="anew", **values)

    for row in (of_others, of_the_year):
        rounds.open_round(row.pk, actor=row.made_by, at=now())


def test_desk_names_whom_the_survey_leaves_out_and_offers_what_can_be_chosen() -> None:
    office = make_office()
    asked, left_out = make_agency(parent=office), make_agency(parent=office)
    survey = make_survey(SurveyState.CLOSED, agencies=[asked], **IN_JULY)
    make_survey(SurveyState.DRAFT, **IN_JULY).agencies.clear()
    values: dict[str, Any] = {"office": office, "survey": survey}
    row = make_round(asked, left_out, indicator_set=make_indicator_set(groups=SOCIAL), **values)

    words = round_surveys.words_on_left_out(row)
    field: Any = RoundForm(actor=row.made_by, row=row).fields["survey"]
    offered = [str(label) for _value, label in field.choices]

    assert words == f"社会评议没有列入其中 1 个单位，这一项按满分计：{left_out.display_name}。"
    assert offered == ["无", f"{survey.title}（2026-07-06 至 2026-07-26，评议对象 1 个）"]
    assert round_surveys.words_on_left_out(make_round(asked, slug="all", **values)) == ""


def test_of_many_that_are_left_out_the_first_ten_are_named() -> None:
    office = make_office()
    asked, *others = (make_agency(parent=office, position=place) for place in range(12))
    survey = make_survey(SurveyState.CLOSED, agencies=[asked], **IN_JULY)
    values: dict[str, Any] = {"office": office, "survey": survey, "indicator_set": make_indicator_set(groups=SOCIAL)}

    all_but_one, ten = (
        round_surveys.words_on_left_out(make_round(asked, *others[:count], slug=f"of-{count}", **values))
        for count in (11, 10)
    )

    names = "、".join(one.display_name for one in others[:10])
    assert all_but_one == f"社会评议没有列入其中 11 个单位，这一项按满分计：{names}等。"
    assert ten == f"社会评议没有列入其中 10 个单位，这一项按满分计：{names}。"


@pytest.mark.django_db(transaction=True)
def test_survey_counts_once_of_two_rounds_that_are_opened_at_one_moment() -> None:
    """Of different sets, so that no lock of a set keeps them apart. SQLite has one writer."""
    office = make_office()
    agency = make_agency(parent=office)
    survey = make_survey(SurveyState.CLOSED, agencies=[agency], **IN_JULY)
    first, second = (
        make_round(
            agency, slug=slug, office=office, survey=survey, indicator_set=make_indicator_set(code=slug, groups=SOCIAL)
        )
        for slug in ("first", "second")
    )

    outcomes = first_and_second(
        *(partial(rounds.open_round, row.pk, actor=row.made_by, at=now()) for row in (first, second))
    )

    [refusal] = (outcome for outcome in outcomes if isinstance(outcome, Exception))
    assert isinstance(refusal, ValidationError) and "已经计入" in str(refusal)
    assert AssessmentRound.objects.get(state=RoundState.OPEN) in outcomes
