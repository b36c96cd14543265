"""The layout of flowcharts: everything drawn once, nothing on top of anything else, whatever the steps are."""

from itertools import combinations, pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.flowchart import MOST_STEPS, Arrow, Box, Chart, Shape, Words, chart, is_drawable, steps_of
from disclosure.flowchart_text import width_of, wrap

WORDS = Words(days="%(n)s个工作日", back="回到第%(n)s步")
type Point = tuple[float, float]


def step(key: str, *following: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "name": key.upper(), "next": list(following), **more}


def drawn(*steps: dict[str, Any]) -> Chart:
    return chart(steps_of(list(steps)), WORDS)


def box(found: Chart, key: str) -> Box:
    return next(each for each in found.boxes if each.key == key)


def is_inside(box: Box, start: Point, end: Point) -> bool:
    """Whether the stretch goes through the box, not only along its edge."""
    (left, right), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return left < box.x + box.width and right > box.x and top < box.y + box.height and bottom > box.y


def overlap(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two stretches lie on each other; crossing at a right angle is none."""
    for level, along in ((0, 1), (1, 0)):
        if one[0][level] == one[1][level] == other[0][level] == other[1][level]:
            low = max(min(one[0][along], one[1][along]), min(other[0][along], other[1][along]))
            high = min(max(one[0][along], one[1][along]), max(other[0][along], other[1][along]))
            return low < high
    return False


def stretches(arrow: Arrow) -> list[tuple[Point, Point]]:
    return list(pairwise(arrow.points))


SHORT = st.text(alphabet="审查受理申请，。（）AB12 ", max_size=30)
GRAPHS = st.integers(1, MOST_STEPS).flatmap(
    lambda size: st.lists(
        st.fixed_dictionaries(
            {
                "name": SHORT,
                "lane": st.sampled_from(["", "申请人", "政务服务窗口", "业务股", "局领导", "县政府", "法院", "检察院"]),
                "days": st.sampled_from([None, 0, 5, "当场"]),
                "note": SHORT,
                "next": st.lists(st.integers(0, MOST_STEPS).map(str), max_size=3),
            }
        ),
        min_size=size,
        max_size=size,
    )
).map(lambda rows: [row | {"key": str(number)} for number, row in enumerate(rows)])  # fmt: skip


@settings(deadline=2000)
@given(GRAPHS)
def test_chart_of_any_graph_is_whole_and_nothing_lies_on_anything_else(raw: list[dict[str, Any]]) -> None:
    steps = steps_of(raw)
    if not is_drawable(steps):
        return
    found = chart(steps, WORDS)

    assert found == chart(steps, WORDS)
    assert [each.key for each in found.boxes] == [each["key"] for each in steps]
    edges = [(each["key"], other) for each in steps for other in each["next"]]
    assert [(arrow.source, arrow.target) for arrow in found.arrows] == edges
    for one, other in combinations(found.boxes, 2):
        assert not is_inside(one, (other.x, other.y), (other.x + other.width, other.y + other.height))
    for arrow in found.arrows:
        ways = stretches(arrow)
        assert all(start[0] == end[0] or start[1] == end[1] for start, end in ways), "at right angles"
        assert abs(ways[-1][1][0] - ways[-1][0][0]) + abs(ways[-1][1][1] - ways[-1][0][1]) >= 10, "room for the head"
        for each in found.boxes:
            through = [place for place, way in enumerate(ways) if is_inside(each, *way)]
            own = {0: each.key == arrow.source, len(ways) - 1: each.key == arrow.target}  # the sides of a question
            assert all(own.get(place) for place in through), (each.key, arrow)
        if arrow.label:
            half = width_of(arrow.label.text) * arrow.label.size / 2
            corners = (arrow.label.x - half, arrow.label.y - 12), (arrow.label.x + half, arrow.label.y + 3)
            assert not any(is_inside(each, *corners) for each in found.boxes)
            assert corners[0][0] >= 0
            assert corners[1][0] <= found.width
    for one_arrow, other_arrow in combinations(found.arrows, 2):
        assert not any(overlap(a, b) for a in stretches(one_arrow) for b in stretches(other_arrow))
    xs = [x for arrow in found.arrows for x, _y in arrow.points] + [each.x + each.width for each in found.boxes]
    ys = [y for arrow in found.arrows for _x, y in arrow.points] + [each.y + each.height for each in found.boxes]
    assert 0 <= min(xs) <= max(xs) <= found.width
    assert 0 <= min(ys) <= max(ys) <= found.height


@settings(deadline=2000)
@given(GRAPHS)
def test_chart_keeps_every_line_of_text_inside_its_box(raw: list[dict[str, Any]]) -> None:
    steps = steps_of(raw)
    if not is_drawable(steps):
        return
    for each in chart(steps, WORDS).boxes:
        for line in each.lines:
            half = width_of(line.text) * line.size / 2
            assert each.x <= line.x - half
            assert line.x + half <= each.x + each.width
            assert each.y <= line.y - line.size * 0.88
            assert line.y + line.size * 0.12 <= each.y + each.height


def test_lanes_stand_in_the_order_in_which_they_are_named() -> None:
    found = drawn(step("a", "b", lane="申请人"), step("b", "c", lane="窗口"), step("c", lane="申请人"))

    assert [lane.name for lane in found.lanes] == ["申请人", "窗口"]
    assert box(found, "a").x == box(found, "c").x < box(found, "b").x


def test_shapes_say_who_asks_and_where_it_ends() -> None:
    found = drawn(step("a", "b"), step("b", "c", "d"), step("c"), step("d"))

    assert [each.shape for each in found.boxes] == [Shape.BOX, Shape.ASK, Shape.END, Shape.END]


def test_steps_of_one_lane_stand_in_a_column() -> None:
    found = drawn(step("a", "b", lane="窗口"), step("b", "c", lane="窗口"), step("c", lane="窗口"))

    assert len({each.x for each in found.boxes}) == 1
    assert [len(arrow.points) for arrow in found.arrows] == [2, 2], "straight down"


def test_more_lanes_than_a_page_holds_are_named_in_the_boxes() -> None:
    found = drawn(*(step(str(n), str(n + 1), lane=f"第{n}股", days=n) for n in range(9)))

    assert len(found.lanes) == 1
    assert [line.text for line in box(found, "3").lines] == ["4 3", "第3股", "3个工作日"]


def test_arrow_back_says_where_it_leads() -> None:
    found = drawn(step("a", "b"), step("b", "a", "b", "c"), step("c"))

    back = {(arrow.source, arrow.target): arrow.label.text for arrow in found.arrows if arrow.label}
    assert back == {("b", "a"): "回到第1步", ("b", "b"): "回到第2步"}
    assert all(arrow.is_return == bool(arrow.label) for arrow in found.arrows)


def test_arrow_that_skips_steps_goes_round_them() -> None:
    found = drawn(step("a", "b", "d"), step("b", "c"), step("c", "d"), step("d"))

    skip = next(arrow for arrow in found.arrows if (arrow.source, arrow.target) == ("a", "d"))
    assert (
        min(x for x, _y in skip.points) < box(found, "b").x
        or max(x for x, _y in skip.points) > box(found, "b").x + box(found, "b").width
    )


def test_steps_of_any_stored_value_are_in_good_shape() -> None:
    table: tuple[tuple[Any, list[Any]], ...] = (
        ("三步走", []),
        (None, []),
        ({"key": "a"}, []),
        (["受理", 3, None], []),
        ([{"name": "受理"}], [("1", [])]),
        ([{"key": "a", "next": "bc"}, {"key": "b", "next": 7}], [("a", []), ("b", [])]),
        ([{"key": "a", "next": ["b", "b", "x", "a"]}, {"key": "b"}], [("a", ["b", "a"]), ("b", [])]),
        ([{"key": "a"}, {"key": "a"}, {"key": 1, "next": [1]}], [("a", []), ("a'", []), ("1", ["1"])]),
    )

    for raw, wanted in table:
        assert [(each["key"], each["next"]) for each in steps_of(raw)] == wanted, raw


def test_too_much_for_a_picture_is_not_drawable() -> None:
    line = [step(str(n), str(n + 1)) for n in range(MOST_STEPS + 1)]
    thicket = [step(str(n), *map(str, range(7))) for n in range(7)]

    assert is_drawable(steps_of(line[:-1]))
    assert not any(is_drawable(steps_of(rows)) for rows in (line, thicket, []))


def test_wrap_parts_at_punctuation_and_never_before_it() -> None:
    table: tuple[tuple[str, int, list[str]], ...] = (
        ("材料不齐的一次告知，补正后重新提交", 11, ["材料不齐的一次告知，", "补正后重新提交"]),
        ("小组讨论、公示5日无异议后上报", 10, ["小组讨论、", "公示5日无异议后上报"]),
        ("申请（复印件）。", 4, ["申请（复", "印件）。"]),
        ("12315平台、电话、来信均可", 9, ["12315平台、", "电话、来信均可"]),
        ("申请人（本人）", 4, ["申请人", "（本人）"]),
        ("", 5, []),
    )

    for text, em, lines in table:
        assert wrap(text, em, 9) == lines, text


@settings(deadline=2000)
@given(st.text(max_size=300), st.integers(3, 20), st.integers(1, 6))
def test_wrap_of_any_text_keeps_width_and_number_of_lines(text: str, em: int, most: int) -> None:
    lines = wrap(text, em, most)

    assert len(lines) <= most
    assert all(width_of(line) <= em for line in lines)
