"""Holiday rows: read into the pure calendar, seeded from the installed package, imported from a file."""

import json
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import IO, Any

from chinese_calendar import constants
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govportal import access, audit, contributions, jobs
from govportal.models import Holiday, HolidayYear, PublicRevision, User
from govportal.permissions import Permission
from govportal.workdays import Calendar

MAX_FILE_BYTES = 1024 * 1024
MAX_DAYS = 200


class RefusedHolidays(ValueError):
    """A holiday file that cannot be taken. The message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class ImportedYear:
    """What an import left: days off and days worked in the notice of the year; `is_new` if none was known."""

    year: int
    off: int
    worked: int
    is_new: bool


def load_calendar() -> Calendar:
    """The calendar of all rows. Load once for a batch: it costs two queries."""
    rows = list(Holiday.objects.values_list("date", "is_off"))
    return Calendar(
        off=frozenset(day for day, is_off in rows if is_off),
        worked=frozenset(day for day, is_off in rows if not is_off),
        announced=frozenset(HolidayYear.objects.values_list("year", flat=True)),
    )


def seed_holidays(using: str = "default") -> None:
    """Enter the years of the installed package that are not here yet; a year that is here is left alone."""
    known = set(HolidayYear.objects.using(using).values_list("year", flat=True))
    days = [(day, name, True) for day, name in constants.holidays.items()]
    days += [(day, name, False) for day, name in constants.workdays.items()]
    for year in sorted({day.year for day, _name, _is_off in days} - known):
        source = f"chinesecalendar {version('chinesecalendar')}"
        notice = HolidayYear.objects.using(using).create(year=year, source=source)
        Holiday.objects.using(using).bulk_create(
            [
                Holiday(date=day, name=constants.Holiday(name).chinese, is_off=is_off, notice=notice)
                for day, name, is_off in days
                if day.year == year
            ],
            ignore_conflicts=True,  # an administrator may have entered the day under a neighbouring notice
        )


@transaction.atomic
def import_holidays(file: IO[Any], *, actor: User | None) -> ImportedYear:
    """Replace one year by a JSON file: {"year": …, "papers": […], "days": [{name, date, isOffDay}]}.

    A notice may name days of the neighbouring years. A file without days is refused: it says that the
    notice is not out yet, and must not make the year look announced. Raises RefusedHolidays.
    """
    if actor is not None and not access.holds_for_all(actor, Permission.MANAGE_CALENDAR):
        raise PermissionDenied(_("节假日全站通用，只有最上级单位的管理员可以导入。"))
    year, source, days = _parse(file)
    replaced = Holiday.objects.filter(notice_id=year) | Holiday.objects.filter(date__in=days)
    before = _as_json({row.date: (row.name, row.is_off) for row in replaced})
    replaced.delete()
    notice, is_new = HolidayYear.objects.update_or_create(year=year, defaults={"source": source})
    Holiday.objects.bulk_create(
        [Holiday(date=day, name=name, is_off=is_off, notice=notice) for day, (name, is_off) in days.items()]
    )
    audit.record(actor, "import_holidays", notice, before=before, after=_as_json(days), note=source)
    PublicRevision.raise_number()
    for task in contributions.calendar_tasks:
        jobs.enqueue(task)
    off = sum(is_off for _name, is_off in days.values())
    return ImportedYear(year=year, off=off, worked=len(days) - off, is_new=is_new)


def _as_json(days: dict[date, tuple[str, bool]]) -> dict[str, Any]:
    return {day.isoformat(): {"name": name, "is_off": is_off} for day, (name, is_off) in sorted(days.items())}


def _parse(file: IO[Any]) -> tuple[int, str, dict[date, tuple[str, bool]]]:
    """(year, source, days) of a file, or RefusedHolidays."""
    raw = file.read(MAX_FILE_BYTES + 1)
    try:
        content: Any = json.loads(raw) if len(raw) <= MAX_FILE_BYTES else None
        year, papers, listed = content["year"], content["papers"], content["days"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RefusedHolidays(_("这不是节假日文件：应为含 year、papers、days 的 JSON。")) from error
    if type(year) is not int or not 1949 <= year <= 2200:
        raise RefusedHolidays(_("year 应为年份。"))
    if not isinstance(listed, list) or not isinstance(papers, list):
        raise RefusedHolidays(_("papers 和 days 应为列表。"))
    if not listed:
        raise RefusedHolidays(_("%(year)s 年的文件里没有日期，通知可能还没有发布；没有导入。") % {"year": year})
    if len(listed) > MAX_DAYS:
        raise RefusedHolidays(_("%(year)s 年的日期超过 %(count)s 个。") % {"year": year, "count": MAX_DAYS})
    days: dict[date, tuple[str, bool]] = {}
    for number, entry in enumerate(listed, start=1):
        day, name, is_off = _parse_day(entry, number)
        if abs(day.year - year) > 1:
            raise RefusedHolidays(
                _("第 %(n)s 个日期 %(day)s 不属于 %(year)s 年。") % {"n": number, "day": day, "year": year}
            )
        if day in days:
            raise RefusedHolidays(_("日期 %(day)s 出现了两次。") % {"day": day})
        days[day] = (name, is_off)
    return year, " ".join(map(str, papers))[:300], days


def _parse_day(entry: Any, number: int) -> tuple[date, str, bool]:
    try:
        day, name, is_off = date.fromisoformat(entry["date"]), entry["name"], entry["isOffDay"]
    except (KeyError, TypeError, ValueError) as error:
        raise RefusedHolidays(_("第 %(n)s 个日期读不出来。") % {"n": number}) from error
    if type(is_off) is not bool or not isinstance(name, str) or not 0 < len(name) <= 40:
        raise RefusedHolidays(_("第 %(n)s 个日期的名称或 isOffDay 不对。") % {"n": number})
    return day, name, is_off
