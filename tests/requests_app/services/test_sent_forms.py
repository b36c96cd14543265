"""What was sent once is known again for a day."""

from datetime import timedelta

import pytest

from requests_app.models import SentForm
from requests_app.services import sent_forms
from tests.factories.requests import AT
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def test_sheet_with_the_same_words_is_claimed_once() -> None:
    key = sent_forms.key_of("sheet", ["备注"])

    assert [sent_forms.claim(key, at=AT) for _press in range(2)] == [True, False]
    assert sent_forms.is_done(key)
    assert not sent_forms.is_done(sent_forms.key_of("sheet", ["另一条"]))
    assert "备注" not in key


def test_without_a_sheet_every_time_counts() -> None:
    key = sent_forms.key_of("", ["备注"])

    assert [sent_forms.claim(key, at=AT) for _press in range(2)] == [True, True]
    assert not sent_forms.is_done(key)


def test_claims_are_swept_after_a_day() -> None:
    for age in (timedelta(hours=23), timedelta(hours=25)):
        sent_forms.claim(sent_forms.key_of(str(age), []), at=AT - age)

    assert sent_forms.sweep(AT) == 1
    assert SentForm.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_four_who_claim_at_one_moment_one_does() -> None:
    key = sent_forms.key_of("sheet", ["备注"])

    outcomes = at_once(lambda: sent_forms.claim(key, at=AT), times=4)

    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]
