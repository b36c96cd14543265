"""The kernel's own deadline: the holiday notice of next year, without which no day can be counted."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal.contributions import Deadline, DeadlineSource, Reach
from govportal.models import Agency, HolidayYear
from govportal.now import today
from govportal.permissions import Permission

HOLIDAYS = "holidays"


def missing_notices(reach: Reach) -> Iterator[Deadline]:
    """For each agency at the top: the notice of a year is needed by the last day of the year before."""
    day = today()
    known = set(HolidayYear.objects.values_list("year", flat=True))
    missing = [year for year in (day.year, day.year + 1) if year not in known and date(year - 1, 12, 31) <= reach.until]
    if not missing:
        return
    tops = Agency.objects.filter(parent=None, is_active=True).order_by("pk")
    if reach.agencies is not None:
        tops = tops.filter(pk__in=reach.agencies)
    for agency_id in tops.values_list("pk", flat=True):
        for year in missing:
            yield Deadline(
                key=f"{HOLIDAYS}:{year}:{agency_id}",
                due_on=date(year - 1, 12, 31),
                agency_id=agency_id,
                label=_("导入 %s 年节假日安排") % year,
                path=reverse("admin:govportal_holidayyear_changelist"),
                permission=Permission.MANAGE_CALENDAR,
            )


def still_missing(keys: Collection[str]) -> dict[str, date]:
    known = set(HolidayYear.objects.values_list("year", flat=True))
    years = {key: int(key.split(":")[1]) for key in keys}
    return {key: date(year - 1, 12, 31) for key, year in years.items() if year not in known}


SOURCES = (
    DeadlineSource(
        HOLIDAYS,
        gettext_lazy("节假日安排"),
        missing_notices,
        still_missing,
        permissions=frozenset({Permission.MANAGE_CALENDAR}),
        position=200,
    ),
)
