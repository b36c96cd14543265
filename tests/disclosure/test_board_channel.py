"""公开栏 as a channel of obligations: what was published hung on a wall as well, counted and said in every list."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disclosure import measures
from disclosure.enums import Audience, Channel, ItemState, ObligationKind, SectionSource, SheetState
from disclosure.models import BoardSection, BoardSheet, Item, Obligation, SectionItem
from disclosure.obligation_states import is_owed_to_the_wall, wall_words
from disclosure.services import print_board
from govportal.models import Agency
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item, make_member
from tests.factories.boards import make_board, make_keeper, make_photo, make_sheet
from tests.factories.obligations import make_entry, make_obligation

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BOARD = [Channel.WEBSITE, Channel.NOTICE_BOARD]


@pytest.fixture
def county() -> Agency:
    return make_agency(code="county", name="澄明县人民政府")


@pytest.fixture
def town(county: Agency) -> Agency:
    return make_agency(code="town", name="河东镇人民政府", parent=county, path=f"/{county.pk}/")


def met(agency: Agency, *, channels: Any = BOARD, item: Item | None = None, **values: Any) -> Obligation:
    """Met yesterday by an item of the agency, of an entry with these channels."""
    entry = make_entry("20个工作日内", agency, channels=channels)
    item = item or make_item(agency=agency, category="affairs")
    span = {"period_start": today() - 40 * DAY, "period_end": today() - 10 * DAY, "due_on": today()}
    return make_obligation(entry=entry, agency=agency, met_by=item, met_on=today() - DAY, **span | values)


def hang(owner: Agency, *items: Item | None, until: str = SheetState.POSTED) -> BoardSheet:
    """A sheet of a board of the owner that shows these items, brought as far as `until`."""
    board = make_board(owner, sections=0)
    section = BoardSection.objects.create(board=board, heading="公示", source=SectionSource.PICKED)
    SectionItem.objects.bulk_create(SectionItem(section=section, item=item) for item in items if item)
    keeper = make_keeper(owner)
    sheet = make_sheet(board, actor=keeper)
    if until in (SheetState.POSTED, SheetState.REMOVED):
        print_board.post(sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())
    if until == SheetState.REMOVED:
        print_board.remove(sheet.pk, on=today(), actor=keeper, at=now())
    if until == SheetState.CANCELLED:
        print_board.cancel(sheet.pk, reason="印错", actor=keeper, at=now())
    return BoardSheet.objects.get(pk=sheet.pk)


def words_of(row: Obligation) -> str:
    return wall_words(Obligation.objects.with_words().get(pk=row.pk))


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (SheetState.ISSUED, "未上栏"),
        (SheetState.POSTED, "已上栏（B1-{Y}-1，{today} 起）"),
        (SheetState.REMOVED, "已上栏（B1-{Y}-1，{today} 至 {today}）"),
        (SheetState.CANCELLED, "未上栏"),
    ],
)
def test_item_hung_once_its_sheet_was_posted(town: Agency, until: str, words: str) -> None:
    row = met(town)

    hang(town, row.met_by, until=until)

    assert words_of(row) == words.replace("{Y}", str(today().year)).replace("{today}", today().isoformat())
    assert Obligation.objects.on_the_wall().exists() == words.startswith("已上栏")


def test_board_of_the_agency_or_above_counts_and_no_other(county: Agency, town: Agency) -> None:
    beside = make_agency(parent=county, path=f"/{county.pk}/")
    own, above, elsewhere, nowhere = (met(town) for _ in range(4))
    of_county = met(county)
    hang(town, own.met_by, of_county.met_by)
    hang(county, above.met_by)
    hang(beside, elsewhere.met_by)

    assert set(Obligation.objects.on_the_wall()) == {own, above}
    assert set(Obligation.objects.owed_to_the_wall()) == {own, above, elsewhere, nowhere, of_county}


def test_only_readable_items_of_entries_with_the_channel_are_owed(town: Agency) -> None:
    owed = met(town)
    met(town, channels=[Channel.WEBSITE])
    met(town, item=make_item(agency=town, audience=Audience.INTERNAL))
    met(town, item=make_item(agency=town, state=ItemState.WITHDRAWN))
    signed, unmet = {"met_on": today()}, {"met_on": None}
    for without_item in (signed, unmet):
        entry = make_entry("20个工作日内", town, channels=BOARD)
        make_obligation(entry=entry, agency=town, **without_item)

    assert list(Obligation.objects.owed_to_the_wall()) == [owed]
    assert [row.pk for row in Obligation.objects.with_words() if is_owed_to_the_wall(row)] == [owed.pk]
    assert {words_of(row) for row in Obligation.objects.exclude(pk=owed.pk)} == {""}


def test_first_sheet_is_named_where_several_showed_it(town: Agency) -> None:
    row = met(town)
    first = hang(town, row.met_by)
    hang(town, row.met_by)

    assert first.serial in words_of(row)


def test_measure_counts_what_hung_of_what_was_to_hang(county: Agency, town: Agency) -> None:
    hung, missed = met(town), met(town)
    met(town, channels=[Channel.WEBSITE])
    met(town, kind=ObligationKind.FILING)
    hang(county, hung.met_by)

    for agency in (town, None):
        found = measures.measures(agency, today=today(), since=today() - 30 * DAY)
        measure = next(one for one in found if one.key == "notice_board")
        assert (measure.numerator, measure.denominator, measure.target) == (1, 2, None)
        assert (set(measure.cases), set(measure.misses)) == ({hung, missed}, {missed})


def test_every_list_says_what_hung_with_the_way_to_its_sheet(client: Client, town: Agency) -> None:
    hung, missed = met(town), met(town)
    sheet = hang(town, hung.met_by)
    address = reverse("board_sheet", args=[sheet.board_id, sheet.serial])
    staff = Client()
    staff.force_login(make_member(Role.PUBLISHER, town))

    entry_of_hung = text_of(client.get(reverse("catalogue_entry", args=[hung.entry_id])))
    entry_of_missed = text_of(client.get(reverse("catalogue_entry", args=[missed.entry_id])))
    cases = text_of(client.get(reverse("coverage_cases") + "?measure=notice_board&period=12months&agency=town"))
    misses = text_of(client.get(reverse("coverage_cases") + "?measure=notice_board&period=12months&only=misses"))
    table = text_of(client.get(reverse("coverage") + "?period=12months"))
    sheet_of_csv = text_of(client.get(reverse("coverage_csv") + "?period=12months"))
    records = client.get(reverse("api_obligations")).json()["results"]
    desk = text_of(staff.get(reverse("admin:disclosure_obligation_changelist")))
    page = text_of(staff.get(reverse("admin:disclosure_obligation_change", args=[hung.pk])))

    assert address in entry_of_hung and f"已上栏（{sheet.serial}，" in entry_of_hung
    assert "未上栏" in entry_of_missed and "已上栏" not in entry_of_missed
    assert address in cases and "未上栏" in cases
    assert address not in misses and "未上栏" in misses
    assert "上栏率" in table and "measure=notice_board" in table
    assert "notice_board,上栏率,1,2,50.00" in sheet_of_csv
    assert {(one["is_due_on_board"], one["board_sheet"]) for one in records} == {(True, sheet.serial), (True, "")}
    assert f"已上栏（{sheet.serial}，" in desk and "未上栏" in desk
    assert f"已上栏（{sheet.serial}，" in page


def test_lists_ask_no_more_for_more_rows(client: Client, town: Agency) -> None:
    counts = []
    for more in (1, 3):
        for _number in range(more):
            hang(town, met(town).met_by)
        client.get(reverse("home"))
        with CaptureQueriesContext(connection) as queries:
            # Another size is another page, for the first is kept.
            for query in ("coverage_cases", "api_obligations"):
                client.get(reverse(query) + f"?measure=notice_board&period=12months&page_size={10 + more}")
        counts.append(len(queries))

    assert counts[0] == counts[1]
