"""How rows of cells share a page, without laying anything out: by need first, and only then in smaller type."""

from dataclasses import replace

from disclosure.board_fit import GAP, HEIGHTS, places, refitted
from disclosure.board_pages import Part
from disclosure.enums import BoardLayout
from govportal.pdf import Spot
from tests.disclosure.boards.test_board_flow import part_of, section

LAYOUT = BoardLayout.A3_LANDSCAPE
CELL = 106.0  # mm: half of the page


def page(*needs: float, size: float = 12.5) -> tuple[tuple[Part, ...], dict[str, Spot]]:
    """Eight parts, each so high in its cell."""
    parts, spots = [], dict[str, Spot]()
    for number, need in enumerate(needs):
        part = replace(part_of(section("一句。", number=number)), key=f"k{number}", size=size)
        parts.append(part)
        spots |= {part.id_of(n): Spot(0, 0, 25, 90, need) for n in range(part.stop)}
        spots |= {f"{part.key}cell": Spot(0, 0, 0, 90, CELL), f"{part.key}body": Spot(0, 0, 25, 90, need)}
    return tuple(parts), spots


def test_page_on_which_all_fit_is_left_alone() -> None:
    parts, spots = page(*[90] * 8)

    assert refitted(parts, (), LAYOUT, spots) == (parts, ())


def test_nearly_empty_cells_give_way_before_the_type_gets_smaller() -> None:
    parts, spots = page(130, 60, 60, 60, 50, 50, 50, 50)

    fitted, heights = refitted(parts, (), LAYOUT, spots)

    assert fitted == parts
    assert heights[0] > 130
    assert heights[1] > 50
    assert sum(heights) + GAP <= HEIGHTS[LAYOUT] + 0.01


def test_then_what_makes_the_rows_high_is_set_smaller_and_nothing_else() -> None:
    parts, spots = page(150, 40, 40, 40, 100, 40, 40, 40)

    fitted, heights = refitted(parts, (), LAYOUT, spots)

    assert [part.size for part in fitted] == [11, 12.5, 12.5, 12.5, 11, 12.5, 12.5, 12.5]
    assert refitted(fitted, heights, LAYOUT, spots)[0] == fitted  # at the smallest there is an end


def test_no_type_is_much_larger_than_another_on_the_page() -> None:
    parts, spots = page(400, 40, size=20.0)

    fitted, _heights = refitted(parts, (), LAYOUT, spots)

    assert [part.size for part in fitted] == [12.5, 16]


def test_cells_are_placed_below_one_another() -> None:
    parts, _spots = page(*[50] * 8)

    rules = places(parts, (120.0, 92.0), LAYOUT).splitlines()

    assert rules[0] == "#k0cell { top: 39.00mm; height: 120.00mm }"
    assert rules[7] == "#k7cell { top: 163.00mm; height: 92.00mm }"
