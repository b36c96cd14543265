"""How long the sheet of a notice board takes: eight sections on A3 with all QR codes; and those of forty agencies."""

import time
from collections.abc import Sequence

from benchmarks.measure import Context, Measure
from disclosure import boards
from disclosure.enums import Category, SectionSpan
from disclosure.models import BoardSheet
from govportal import paper_cache
from govportal.now import today
from tests.factories import make_agency, make_item
from tests.factories.boards import make_board, make_sheet

LIMIT, LIMIT_ALL = 0.7, 40.0  # seconds; all of them by one process, where two workers have as long
AGENCIES, ITEMS = 40, 2  # items of a section
SUMMARY = "柳园村道路硬化三公里，投资86.4万元，11月20日开工，由镇政府负责，村民代表监督。"


def run(context: Context) -> list[Measure]:
    sheets = [_sheet(number) for number in range(AGENCIES)]
    boards.sheet_pdf(sheets[0])  # the fonts have been read
    single = min(_seconds([sheet]) for sheet in sheets[1:6])
    return [
        Measure("a sheet of eight sections on A3, with 25 QR codes", single, "s", LIMIT),
        Measure(f"the sheets of {AGENCIES} agencies, one process", _seconds(sheets), "s", LIMIT_ALL),
    ]


def _sheet(number: int) -> BoardSheet:
    agency = make_agency(
        name=f"柳林{number}镇人民政府", office="党政办公室", address="柳林大街18号", phone="0399-6620188"
    )
    for category in Category:
        for turn in range(ITEMS):
            title = f"{category.label}事项第{turn + 1}号公告"
            edition = {"category": category, "title": title, "summary": SUMMARY, "published_on": today()}
            make_item(agency=agency, edition=edition)
    board = make_board(agency, sections=len(Category))
    board.sections.update(span=SectionSpan.ALWAYS, newest=ITEMS)
    return make_sheet(board)


def _seconds(sheets: Sequence[BoardSheet]) -> float:
    """From the rows to the bytes: nothing is kept from before but fonts and style sheets."""
    paper_cache.clear()
    began = time.perf_counter()
    for sheet in sheets:
        boards.sheet_pdf(sheet)
    return time.perf_counter() - began
