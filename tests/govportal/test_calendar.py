import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from govportal.calendar import RefusedHolidays, import_holidays, load_calendar, seed_holidays
from govportal.models import AuditEvent, Holiday, HolidayYear, PublicRevision
from govportal.permissions import Role
from govportal.workdays import add_working_days, is_working_day
from tests.factories import make_agency, make_member

pytestmark = pytest.mark.django_db

NEW_YEAR = {"name": "元旦", "date": "2031-01-01", "isOffDay": True}
SWAPPED = {"name": "元旦", "date": "2031-01-04", "isOffDay": False}


def notice(*days: Any, year: Any = 2031, **more: Any) -> io.BytesIO:
    return io.BytesIO(json.dumps({"year": year, "papers": ["国办发明电〔2030〕1号"], "days": days} | more).encode())


def test_seeded_years_give_the_deadline_of_the_issue() -> None:
    assert add_working_days(date(2026, 9, 18), 20, load_calendar()) == date(2026, 10, 22)


def test_seeding_again_leaves_an_edited_year_alone() -> None:
    Holiday.objects.filter(date=date(2026, 10, 1)).update(is_off=False)
    HolidayYear.objects.filter(year=2025).delete()

    seed_holidays()

    assert not Holiday.objects.get(date=date(2026, 10, 1)).is_off
    assert Holiday.objects.get(date=date(2025, 10, 1)).is_off


def test_import_adds_a_year() -> None:
    actor = make_member(Role.ADMINISTRATOR)
    revision = PublicRevision.objects.count()

    done = import_holidays(notice(NEW_YEAR, SWAPPED), actor=actor)

    calendar = load_calendar()
    assert (done.year, done.off, done.worked, done.is_new) == (2031, 1, 1, True)
    assert date(2031, 1, 1) in calendar.off
    assert date(2031, 1, 4) in calendar.worked
    assert not calendar.is_provisional(date(2031, 6, 1))
    assert PublicRevision.objects.count() == revision + 1


def test_import_replaces_a_year_and_keeps_what_was_in_the_audit_trail() -> None:
    import_holidays(notice(NEW_YEAR, SWAPPED), actor=None)

    done = import_holidays(notice(NEW_YEAR), actor=None)

    assert not done.is_new
    assert not Holiday.objects.filter(date=date(2031, 1, 4)).exists()
    event = AuditEvent.objects.filter(action="import_holidays").latest("id")
    assert set(event.before) == {"2031-01-01", "2031-01-04"}
    assert set(event.after) == {"2031-01-01"}


def test_import_takes_days_of_the_year_before() -> None:
    import_holidays(notice(NEW_YEAR | {"date": "2030-12-31"}), actor=None)

    assert Holiday.objects.get(date=date(2030, 12, 31)).notice_id == 2031


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (notice(), "没有日期"),
        (io.BytesIO(b"not json"), "不是节假日文件"),
        (io.BytesIO(b"[1]"), "不是节假日文件"),
        (io.BytesIO(b"\xff\xfe\x00"), "不是节假日文件"),
        (io.BytesIO(b" " * 2_000_000), "不是节假日文件"),
        (notice(NEW_YEAR, year="2031"), "year"),
        (notice(NEW_YEAR, year=True), "year"),
        (notice(NEW_YEAR, papers="x"), "列表"),
        (notice(NEW_YEAR, NEW_YEAR), "两次"),
        (notice(NEW_YEAR | {"date": "2026-10-01"}), "不属于 2031 年"),
        (notice(NEW_YEAR | {"date": "1月1日"}), "第 1 个日期读不出来"),
        (notice("x"), "第 1 个日期读不出来"),
        (notice(NEW_YEAR | {"isOffDay": "yes"}), "isOffDay"),
        (notice(NEW_YEAR | {"name": ""}), "名称"),
        (notice(*[NEW_YEAR] * 201), "超过 200 个"),
    ],
)
def test_bad_file_is_refused_and_changes_nothing(file: io.BytesIO, reason: str) -> None:
    with pytest.raises(RefusedHolidays, match=reason):
        import_holidays(file, actor=None)

    assert not HolidayYear.objects.filter(year=2031).exists()
    assert not AuditEvent.objects.exists()


def test_import_by_anybody_but_the_administrator_of_the_whole_site_is_refused() -> None:
    village = make_agency(parent=make_agency())

    for actor in (make_member(Role.PUBLISHER), make_member(Role.ADMINISTRATOR, village)):
        with pytest.raises(PermissionDenied):
            import_holidays(notice(NEW_YEAR), actor=actor)

    assert not HolidayYear.objects.filter(year=2031).exists()


def test_command_imports_the_good_file_and_reports_the_empty_one(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "good.json").write_bytes(notice(NEW_YEAR).read())
    (tmp_path / "empty.json").write_bytes(notice(year=2032).read())

    with pytest.raises(CommandError, match="1 个文件没有导入"):
        call_command("import_holidays", tmp_path / "good.json", tmp_path / "empty.json")

    assert "放假 1 天" in capsys.readouterr().out
    assert HolidayYear.objects.filter(year__in=[2031, 2032]).count() == 1


def test_command_refuses_an_unknown_user(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nobody"):
        call_command("import_holidays", tmp_path / "x.json", by="nobody")


def test_seeded_days_agree_with_the_published_notices(portal_data: Path) -> None:
    published: dict[date, bool] = {}
    for year in range(2019, 2027):
        content = json.loads((portal_data / "holidays" / f"{year}.json").read_text())
        published |= {date.fromisoformat(day["date"]): day["isOffDay"] for day in content["days"]}

    calendar = load_calendar()

    # Some notices name the weekends inside a holiday and some do not; both mean a day off.
    every_day = (date(2019, 1, 1) + timedelta(days=n) for n in range(8 * 365 + 2))
    by_notice = {day: not published.get(day, day.weekday() >= 5) for day in every_day}
    assert len(published) > 250
    assert [day for day, is_worked in by_notice.items() if is_working_day(day, calendar) != is_worked] == []


def test_empty_file_of_a_notice_not_yet_out_is_refused(portal_data: Path) -> None:
    with (portal_data / "holidays" / "2027.json").open("rb") as file, pytest.raises(RefusedHolidays, match="没有日期"):
        import_holidays(file, actor=None)

    assert load_calendar().is_provisional(date(2027, 1, 4))
