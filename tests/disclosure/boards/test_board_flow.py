"""How a section is parted into cells and pages, without laying anything out; and that no type is too small to read."""

import re
from dataclasses import replace

from disclosure import boards
from disclosure.board_content import EntryView, SectionView
from disclosure.board_pages import GRIDS, SIZES, SMALLEST, Part, grouped, heads_of, is_table, level, pieces, units_of
from govportal import pdf
from govportal.htmlblocks import Block, Cell, read_blocks
from govportal.pdf import Spot


def section(*texts: str, number: int = 1) -> SectionView:
    """With one entry for each text."""
    entries = tuple(
        EntryView(place, f"标题{place}", (Block("p", text),), f"A/{place}", 1, "abc", "https://example.cn/1")
        for place, text in enumerate(texts)
    )
    return SectionView(number, "一", "栏目", "办公室", "条例", None, "", "https://example.cn/", entries)


def part_of(view: SectionView) -> Part:
    units = units_of(view)
    return Part(view, units, 0, len(units), size=SMALLEST, key="a")


def standing(part: Part, *, cell: float, height: float) -> dict[str, Spot]:
    """As laid out with every unit so high, in a cell that ends there."""
    spots = {part.id_of(n): Spot(0, 0, n * height, 90, (n + 1) * height) for n in range(part.start, part.stop)}
    spots["abody"] = Spot(0, 0, 0, 90, (part.stop - part.start) * height)
    return spots | {"acell": Spot(0, 0, 0, 90, cell)}


def test_pieces_are_the_text() -> None:
    for text in ("一句。两句！三句", "无标点" * 50, "一行\n两行。", "。。", "", "Latin text; 12.5%"):
        assert "".join(pieces(text)) == text
        assert all(len(piece) <= 61 for piece in pieces(text))


def test_part_is_split_between_units_and_loses_none() -> None:
    part = part_of(section("很长的一句话。" * 60))

    stays, rest = part.split(standing(part, cell=100, height=10))

    assert (stays.start, stays.stop, rest.start, rest.stop) == (0, 8, 8, len(part.units))
    assert stays.continues
    assert rest.is_continued


def test_title_stands_with_its_text_and_a_short_item_is_not_parted() -> None:
    part = part_of(section("一句。", "两句。三句。"))

    stays, rest = part.split(standing(part, cell=57, height=10))

    assert [unit.kind for unit in stays.units[stays.start : stays.stop]] == ["title", "text", "mark"]
    assert rest.units[rest.start].kind == "title"


def test_nothing_that_fits_still_leaves_one_unit() -> None:
    part = part_of(section("一句。"))

    stays, rest = part.split(standing(part, cell=1, height=500))

    assert stays.stop > stays.start
    assert rest.stop - rest.start < len(part.units)


def test_size_falls_to_the_smallest_and_no_further() -> None:
    part = replace(part_of(section("一句。" * 40)), size=SIZES[0])

    seen = [part.size]
    while (smaller := part.smaller(standing(part, cell=30, height=10))) != part:
        part = smaller
        seen.append(part.size)

    assert seen[-1] == SMALLEST == 11
    assert seen == sorted(seen, reverse=True)


def test_sections_share_pages_evenly() -> None:
    parts = [replace(part_of(section("一句。", number=number)), size=SIZES[0]) for number in range(12)]

    for layout, sizes in (
        ("a3_landscape", [6, 6]),
        ("a3_portrait", [6, 6]),
        ("a4_tiles", [1] * 12),
        ("poster", [1] * 12),
    ):
        groups = grouped(parts, layout)

        assert [len(group) for group in groups] == sizes
        assert all(part.size == GRIDS[layout][len(group)].size for group in groups for part in group)


def test_table_that_no_cell_is_wide_enough_for_is_read_row_by_row() -> None:
    wide = "<table><tr><th>姓名</th><th>事由</th></tr><tr><td>甲</td><td>" + "很长的事由" * 12 + "</td></tr></table>"
    [block] = read_blocks(wide)
    view = replace(section(), entries=(replace(section("一").entries[0], blocks=(block,)),))

    words = "".join(unit.text for unit in units_of(view) if unit.kind == "text")

    assert not is_table(block.rows)
    assert words == "姓名：甲；事由：" + "很长的事由" * 12


def test_rows_that_are_spanned_are_levelled() -> None:
    rows = [[Cell("村", rowspan=2), Cell("一组")], [Cell("二组")], [Cell("合计", colspan=2)]]

    assert [[cell.text for cell in row] for row in level(rows)] == [["村", "一组"], ["", "二组"], ["合计"]]
    assert heads_of(rows) == []


def test_no_type_is_smaller_than_eleven_points() -> None:
    sheets = [(pdf.STATIC / sheet).read_text() for sheet in boards.STYLESHEETS[1:]]
    sizes = re.findall(r"font(?:-size)?:[^;]*?([\d.]+)pt", "\n".join(sheets))

    assert sizes and min(map(float, sizes)) >= 11
