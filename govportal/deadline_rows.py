"""Deadlines that are rows of one query: most sources are a line of data each."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate, make_aware

from govportal.contributions import Deadline, DeadlineSource, Reach
from govportal.permissions import Permission

KEYS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class RowDeadlines:
    """What is read of which rows. Columns are named as `values_list` names them; `rows` are the open ones.

    A key is "<key>:<pk>". `words` names the row by `number`. `page` is the admin address of the row `page_of`.
    `is_moment`: the column holds a moment, and the day is that of Beijing.
    """

    key: str
    label: Promise | str
    words: Promise | str
    rows: Callable[[], QuerySet[Any]]
    day: str
    permission: Permission
    page: str
    agency: str = "agency_id"
    number: str = "number"
    page_of: str = "pk"
    handler: str | None = None
    but: str | None = None
    is_moment: bool = False
    before: tuple[int, ...] = (7, 3, 1)
    position: int = 100

    def source(self) -> DeadlineSource:
        return DeadlineSource(
            self.key,
            self.label,
            self.open,
            self.still_open,
            permissions=frozenset({self.permission}),
            before=self.before,
            position=self.position,
        )

    def open(self, reach: Reach) -> Iterator[Deadline]:
        path, words = page_paths(self.page), str(self.words)
        people = [column for column in (self.handler, self.but) if column]
        columns = ("pk", self.day, self.agency, self.number, self.page_of, *people)
        for pk, due_on, agency_id, number, page_of, *named in self._within(reach).values_list(*columns).iterator():
            handler = named[0] if self.handler else None
            but = named[-1] if self.but else None
            yield Deadline(
                key=f"{self.key}:{pk}",
                due_on=_day_of(due_on),
                agency_id=agency_id,
                label=words % number,
                path=path(page_of),
                permission=self.permission,
                handlers=(handler,) if handler else (),
                but=(but,) if but else (),
            )

    def _within(self, reach: Reach) -> QuerySet[Any]:
        # A range of moments, and no function of them, so that an index answers.
        after = make_aware(datetime.combine(reach.until + timedelta(days=1), time.min))
        until = {f"{self.day}__lt": after} if self.is_moment else {f"{self.day}__lte": reach.until}
        rows = self.rows().filter(**until).order_by()
        return rows if reach.agencies is None else rows.filter(**{f"{self.agency}__in": reach.agencies})

    def still_open(self, keys: Collection[str]) -> dict[str, date]:
        return {f"{self.key}:{pk}": day for pk, day in open_days(self.rows(), keys, self.day).items()}


def open_days(rows: QuerySet[Any], keys: Iterable[str], column: str) -> dict[int, date]:
    """The days of the rows that are still there, by id, of those whose ids end these keys."""
    found: dict[int, date] = {}
    for some in batched(keys, KEYS_AT_ONCE):
        pks = {int(key.rpartition(":")[2]) for key in some}
        days = rows.filter(pk__in=pks).order_by().values_list("pk", column)
        found.update({pk: _day_of(day) for pk, day in days if day})
    return found


def _day_of(value: date) -> date:
    return localdate(value) if isinstance(value, datetime) else value


def page_paths(name: str) -> Callable[[int], str]:
    """The address of each row's page: the route is looked up once, for a hundred thousand rows would feel it."""
    before, _zero, after = reverse(name, args=[0]).rpartition("/0/")
    return lambda pk: f"{before}/{pk}/{after}"
