"""What the templates of page and paper are given."""

from decimal import Decimal

from evaluation.models import AssessmentRound, IndicatorSet
from evaluation.scorecard_contexts import threshold
from evaluation.scorecard_words import GRADES


def test_every_grade_says_from_how_many_points_to_how_many() -> None:
    row = AssessmentRound(indicator_set=IndicatorSet(good_from=Decimal("82.50")))

    assert [threshold(row, grade) for grade, _label in GRADES] == [
        "90 分以上", "82.5—89.99 分", "60—82.49 分", "不到 60 分", "",
    ]  # fmt: skip
