"""保存期限 of personal data, for requests, complaints, messages and cases of accountability alike
(REQUEST_RETENTION_YEARS), and the one way in which what is over is cleared."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models, transaction

BATCH = 100  # of one transaction: a run that breaks off is taken up where it stopped


def last_day(today: date) -> date | None:
    """What ended on this day or before it is cleared now; None while everything is kept (0 years)."""
    years = settings.REQUEST_RETENTION_YEARS
    if not years:
        return None
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return today.replace(year=today.year - years, day=28)


def over[Q: models.QuerySet[Any]](ended: Q, on: str, today: date) -> Q:
    """Those whose time is over and that are not cleared yet; `on` is the column of the day on which they ended."""
    last = last_day(today)
    return ended.none() if last is None else ended.filter(**{f"{on}__lte": last}, purged_at=None)


def clear[M: models.Model](due: models.QuerySet[M], forget: Callable[[list[M]], None]) -> int:
    """Have everything that is due forgotten, a locked batch at a time; answers how many there were. Safe to repeat.

    No key changes, fingerprints of sheets included: whoever refers to such a row at this moment would wait for the
    purge while the purge waits for him.
    """
    total = 0
    while done := _clear_some(due, forget):
        total += done
    return total


@transaction.atomic
def _clear_some[M: models.Model](due: models.QuerySet[M], forget: Callable[[list[M]], None]) -> int:
    found = list(due.select_for_update(of=("self",), no_key=True).order_by("pk")[:BATCH])
    if found:
        forget(found)
    return len(found)
