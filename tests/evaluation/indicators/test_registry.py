"""What holds for every automatic indicator."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.scoring import RULES
from requests_app.enums import AppealResult
from tests.evaluation.indicators.reading import FIRST, HALF_YEAR, LAST, found
from tests.factories import make_item
from tests.factories.feedback import make_feedback
from tests.factories.obligations import noon
from tests.factories.registers import make_rectification
from tests.factories.request_rows import make_appeal

# One each; the frozen tally names agencies by their codes, which are looked up.
QUERIES = {"social": 0}


def test_every_indicator_says_what_it_is() -> None:
    for key, indicator in AUTOMATIC_INDICATORS.items():
        texts = (indicator.label, indicator.words, indicator.basis, indicator.case_word)
        assert key == indicator.key and all(str(text).strip() for text in texts), key
        assert indicator.judged_by in RULES, key
    assert len({str(indicator.words) for indicator in AUTOMATIC_INDICATORS.values()}) == len(AUTOMATIC_INDICATORS) >= 12


def test_every_indicator_has_a_file_of_its_own_and_a_test() -> None:
    folder = Path(__file__).parent
    tests = "".join(file.read_text() for file in folder.glob("test_*.py") if file.name != Path(__file__).name)
    package = folder.parents[2] / "evaluation" / "indicators"

    assert [key for key in AUTOMATIC_INDICATORS if not (package / f"{key}.py").is_file()] == []
    assert [key for key in AUTOMATIC_INDICATORS if f'"{key}"' not in tests] == []


@pytest.mark.django_db
def test_nothing_makes_no_case_and_asks_no_more_than_one_query() -> None:
    for key, indicator in AUTOMATIC_INDICATORS.items():
        with CaptureQueriesContext(connection) as captured:
            cases = list(indicator.cases(indicator.rows(HALF_YEAR), HALF_YEAR))
        assert (cases, len(captured)) == ([], QUERIES.get(key, 1)), key


@pytest.mark.django_db
def test_cases_are_records_and_chinese_whatever_language_the_page_has() -> None:
    make_item(item_type="normative", edition={"published_on": FIRST, "published_at": noon(FIRST)})
    make_appeal(filed_on=FIRST, closed_on=LAST, result=AppealResult.CORRECTED)
    make_feedback(due_on=LAST)
    make_rectification(due_on=LAST)

    for key in ("standardisation", "freshness", "requests_corrected", "feedback_answered", "rectified"):
        chinese = found(key)
        with override("en"):
            assert found(key) == chinese and chinese, key


def test_a_day_to_come_has_not_happened() -> None:
    day = HALF_YEAR.as_of

    assert HALF_YEAR.known(day) == day and HALF_YEAR.known(day + timedelta(days=1)) is None
    assert not HALF_YEAR.is_settled(day, None), "the last day is not over"
    assert HALF_YEAR.is_settled(day, day) and HALF_YEAR.is_settled(day - timedelta(days=1), None)


# A frozen card is read by today's registry (docs/adr/0018): another rule is another key. Only add to this.
JUDGED = {
    "complaints_on_time": "counted", "complaints_upheld": "no_fault", "consultations_answered": "on_time",
    "coverage": "met", "emergency_reviewed": "no_fault", "feedback_answered": "on_time", "freshness": "no_fault",
    "interpretations_together": "on_time", "notice_board": "met", "rectified": "on_time",
    "reports_filed": "on_time", "requests_corrected": "no_fault", "requests_on_time": "on_time", "social": "counted",
    "standardisation": "no_fault", "timeliness": "on_time",
}  # fmt: skip


def test_no_indicator_is_judged_otherwise_or_taken_away() -> None:
    assert {key: AUTOMATIC_INDICATORS[key].judged_by for key in JUDGED} == JUDGED
