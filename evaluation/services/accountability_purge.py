"""清除: after retention nothing is left of who was held to account and what he said; numbers, days, measures count on.

No rule that was read gives a period for these files (basis unverified), so the years are those of requests
(REQUEST_RETENTION_YEARS), from the day on which the case ended. What became public stays: it names nobody.
accountability_database.py lets a column become empty, or a file go, only where `purged_at` is set.
"""

from datetime import date, datetime
from functools import partial

from django.utils.timezone import localdate

from evaluation.models import AccountabilityCase, AccountabilityEvent, AccountabilityNotice, Respondent
from evaluation.queries.accountability import AccountabilityCaseQuerySet
from govportal import audit, private_files
from govportal.models import PrivateFile
from requests_app.services import retention


def due(today: date) -> AccountabilityCaseQuerySet:
    """Ended, with their time over. None with REQUEST_RETENTION_YEARS = 0."""
    return retention.over(AccountabilityCase.objects.ended(), "closed_on", today)


def purge(at: datetime) -> int:
    """Everything that is due; answers how many were cleared. Safe to repeat."""
    return retention.clear(due(localdate(at)).select_related("office"), partial(_forget, at=at))


def _forget(rows: list[AccountabilityCase], *, at: datetime) -> None:
    pks = [row.pk for row in rows]
    empty = dict.fromkeys(("facts", "reasons", "correction", "verification"), "")
    AccountabilityCase.objects.filter(pk__in=pks).update(purged_at=at, **empty)
    people = Respondent.objects.filter(case__in=pks)
    papers = AccountabilityNotice.objects.filter(case__in=pks)
    steps = AccountabilityEvent.objects.filter(case__in=pks)
    files = [
        *people.filter(paper__isnull=False).values_list("paper", flat=True),
        *papers.filter(file__isnull=False).values_list("file", flat=True),
        *steps.filter(paper__isnull=False).values_list("paper", flat=True),
    ]
    people.update(name="", name_print="", post="—", statement="", statement_print="", consideration="", paper=None)
    papers.update(facts={}, file=None, statement="", statement_print="")
    steps.update(note="", paper=None)
    for file in PrivateFile.objects.filter(pk__in=files):
        private_files.forget(file)
    for row in rows:
        audit.record(None, "accountability.purge", row, agency=row.office)
