"""One county for all tests of scorecards: made once, rolled back at the end; what a test does to it, after the test."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import translation

if TYPE_CHECKING:
    from tests.factories.scorecards import County


@pytest.fixture(scope="package")
def county(django_db_setup: None, django_db_blocker: Any) -> "Iterator[County]":
    from tests.factories.scorecards import make_county  # models are there only now

    translation.activate("zh-hans")
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_county()
        transaction.set_rollback(True)
