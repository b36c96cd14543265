"""公开面、及时率、上栏率、按时报送: four readings of what the catalogue obliges agencies to."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest

from disclosure.enums import (
    Audience,
    BoardLayout,
    Channel,
    ItemState,
    Mode,
    ObligationKind,
    SheetState,
    StatementKind,
    TargetGroup,
)
from disclosure.models import BoardSheet, Obligation, SheetItem, Statement
from govportal.models import Agency
from tests.evaluation.indicators.reading import AS_OF, EVE, FIRST, HALF_YEAR, LAST, MORROW, days, of
from tests.factories import make_agency, make_attachment, make_item, make_user
from tests.factories.boards import make_board
from tests.factories.obligations import make_entry, make_obligation, noon

pytestmark = pytest.mark.django_db
_numbers = count(1)


def owe(agency: Agency, due_on: date, met_on: date | None = None, **values: Any) -> Obligation:
    return make_obligation(agency=agency, due_on=due_on, met_on=met_on, **values)


def test_what_fell_due_in_the_period_is_a_case_whether_or_not_it_was_met() -> None:
    agency, other = make_agency(), make_agency()
    owe(agency, FIRST, FIRST)
    owe(agency, LAST, AS_OF)
    owe(agency, LAST)
    owe(agency, EVE)
    owe(agency, MORROW, LAST)
    owe(agency, LAST, cancelled_at=noon(LAST))
    owe(agency, LAST, kind=ObligationKind.FILING)
    for hidden in ({"target": TargetGroup.INTERNAL}, {"mode": Mode.NOT_PUBLIC}):
        owe(agency, LAST, entry=make_entry("20个工作日内", **hidden))
    owe(other, LAST, LAST)

    assert days(of(agency, "coverage")) == [("01-01", "01-01", 1), ("06-30", "07-20", 1), ("06-30", "", 0)]
    assert days(of(agency, "timeliness")) == [("01-01", "01-01", 1), ("06-30", "07-20", 0), ("06-30", "", 0)]
    assert days(of(other, "timeliness")) == [("06-30", "06-30", 1)]


def test_what_happened_after_the_day_of_measuring_has_not_happened() -> None:
    agency, day = make_agency(), date(2026, 6, 15)
    owe(agency, day)  # its last day is not over
    owe(agency, day, date(2026, 6, 16))
    owe(agency, LAST, day)  # met before it fell due
    owe(agency, date(2026, 6, 14), date(2026, 6, 16))

    for key in ("coverage", "timeliness"):
        assert days(of(agency, key, replace(HALF_YEAR, as_of=day))) == [("06-14", "", 0), ("06-30", "06-15", 1)], key


def test_case_leads_to_the_item_that_everybody_can_read_or_to_the_obligation() -> None:
    agency, entry = make_agency(), make_entry("长期公开", code="010203", level1="救助对象认定")
    public = make_item(agency=agency)
    hidden = (make_item(agency=agency, audience=Audience.INTERNAL), make_item(agency=agency, state=ItemState.WITHDRAWN))
    for n, item in enumerate((public, *hidden, None), start=1):
        start = date(2026, n, 1)
        owe(agency, LAST, LAST, entry=entry, met_by=item, period_start=start, period_end=start)

    cases = of(agency, "coverage")

    own = [f"/catalogue/obligations/{pk}/" for pk in Obligation.objects.order_by("pk").values_list("pk", flat=True)]
    assert [case.address for case in cases] == [public.get_absolute_url(), *own[1:]]
    assert {case.title for case in cases} == {"010203 救助对象认定"}
    assert cases[0].key == f"obligation-{Obligation.objects.order_by('pk')[0].pk}"


def test_what_was_signed_in_the_place_of_an_item_says_so() -> None:
    agency = make_agency()
    for kind, day in (
        (StatementKind.NIL, LAST),
        (StatementKind.UNCHANGED, LAST),
        (StatementKind.NIL, date(2026, 8, 1)),
    ):
        row = owe(agency, LAST, day)
        Statement.objects.create(
            obligation=row, kind=kind, note="本期没有发生。", signed_by=make_user(), signed_at=noon(day)
        )

    cases = of(agency, "timeliness", replace(HALF_YEAR, as_of=date(2026, 7, 20)))

    assert [case.title.partition("（")[2] for case in cases] == ["声明本期无此类信息）", "声明已复核，无需更新）", ""]


def test_reports_to_the_superior_body_are_counted_apart() -> None:
    agency = make_agency()
    for met_on in (LAST, MORROW, None):
        owe(agency, LAST, met_on, kind=ObligationKind.FILING)
    owe(agency, MORROW, LAST, kind=ObligationKind.FILING)
    owe(agency, LAST, LAST)

    assert days(of(agency, "reports_filed")) == [("06-30", "06-30", 1), ("06-30", "07-01", 0), ("06-30", "", 0)]


def hang(obligation: Obligation, owner: Agency, on: date) -> None:
    """The item that met it on a sheet of a board of the owner, posted that day; as rows alone."""
    item, keeper = obligation.met_by, make_user()
    assert item is not None and item.current_edition is not None
    sheet = BoardSheet.objects.create(
        board=make_board(owner, code=f"W{next(_numbers)}", sections=0), serial=f"W-{next(_numbers)}",
        layout=BoardLayout.A3_LANDSCAPE, period_start=FIRST, period_end=LAST, post_from=on, post_until=on,
        log_head="0" * 64, digest="0" * 64, issued_by=keeper, issued_at=noon(on), state=SheetState.POSTED,
        posted_on=on, posted_by=keeper, photo=make_attachment(),
    )  # fmt: skip
    edition = item.current_edition
    SheetItem.objects.create(sheet=sheet, section=0, position=0, item=item, edition=edition, digest=edition.digest)


def test_what_was_published_and_is_to_hang_is_met_when_it_first_hung() -> None:
    county = make_agency()
    town = make_agency(parent=county)
    entries = {
        name: make_entry("长期公开", channels=channels)
        for name, channels in (("wall", [Channel.WEBSITE, Channel.NOTICE_BOARD]), ("web", [Channel.WEBSITE]))
    }

    def met(entry: str, n: int, **values: Any) -> Obligation:
        start = date(2026, n, 1)
        item = values.pop("item", None) or make_item(agency=town)
        span: dict[str, Any] = {"entry": entries[entry], "period_start": start, "period_end": start, "met_by": item}
        return owe(town, values.pop("due_on", LAST), values.pop("met_on", FIRST), **span, **values)

    own, above, late, never = (met("wall", n) for n in range(1, 5))
    met("web", 1)
    met("wall", 5, item=make_item(agency=town, state=ItemState.WITHDRAWN))
    met("wall", 6, due_on=MORROW)
    met("wall", 7, met_on=date(2026, 7, 21))
    met("wall", 8, kind=ObligationKind.FILING)
    owe(town, LAST, entry=entries["wall"], kind=ObligationKind.RECURRING)
    hang(own, town, date(2026, 3, 5))
    hang(own, town, date(2026, 3, 2))
    hang(above, county, LAST)
    hang(late, town, date(2026, 7, 21))
    hang(never, make_agency(), FIRST)

    cases = of(town, "notice_board")

    assert days(cases) == [
        ("06-30", "03-02", 1), ("06-30", "06-30", 1), ("06-30", "", 0), ("06-30", "", 0),
    ]  # fmt: skip
    assert [bool(case.fault) for case in cases] == [False, False, True, True]
    assert "没有张贴" in cases[2].fault
    assert own.met_by is not None and cases[0].address == own.met_by.get_absolute_url()
