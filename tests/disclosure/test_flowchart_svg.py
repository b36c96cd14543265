"""The drawing of a flow: the same words as the outline, on the page and on paper."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

from django.template.loader import render_to_string
from django.utils import translation

from disclosure.flow import Node, outline
from disclosure.flowchart import MOST_STEPS
from disclosure.flowchart_svg import drawing
from disclosure.item_text import ShownField, shown_fields
from disclosure.models import Edition, Item
from disclosure.services.demo_texts import load_items
from govportal import pdf
from tests import paper

SVG = "{http://www.w3.org/2000/svg}"
STEPS: list[dict[str, Any]] = [
    {"key": "1", "name": "提交申请", "lane": "申请人", "note": "窗口或网上", "next": ["2"]},
    {"key": "2", "name": "材料齐全？", "lane": "窗口", "days": 1, "next": ["1", "3", "4"]},
    {"key": "3", "name": "审查<决定>", "lane": "业务股", "days": "当场", "next": ["4"]},
    {"key": "4", "name": "送达", "lane": "窗口", "next": []},
]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def words(svg: str) -> list[str]:
    return [each.text or "" for each in parsed(svg).iter(f"{SVG}text")]


def counted(svg: str, name: str) -> int:
    return sum(name in each.get("class", "").split() for each in parsed(svg).iter())


def steps_field(value: Any) -> ShownField:
    return shown_fields(Edition(item=Item(item_type="power"), extra={"steps": value}))[0]


def page_of(value: Any) -> str:
    field = steps_field(value)
    return render_to_string(field.template, {"field": field})


def numbered(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if not node.is_reference:
            yield f"{node.number} {node.name}"
        yield from numbered(node.branches)


def demo_flows() -> dict[str, list[dict[str, Any]]]:
    items = load_items(date(2026, 11, 30))
    return {item["title"]: item["extra"]["steps"] for item in items if item["type"] == "power"}


def test_drawing_has_a_title_a_description_and_text() -> None:
    svg = drawing(STEPS, "flow-x")

    root = parsed(svg)
    named = {each.get("id"): each.text for each in root.iter() if each.get("id")}
    assert (root.get("role"), root.get("aria-labelledby", "").split()) == ("img", list(named))
    assert named == {
        "flow-x-title": "流程图",
        "flow-x-about": "4个步骤，3个办理岗位或机构；内容与文字步骤相同。",
    }
    assert {"1 提交申请", "窗口或网上", "1个工作日", "当场", "2.1 审查<决定>", "业务股", "回到第1步"} <= set(words(svg))
    assert (counted(svg, "edge"), counted(svg, "edge-back"), counted(svg, "head")) == (5, 1, 5)
    assert (counted(svg, "box"), counted(svg, "ask"), counted(svg, "end")) == (2, 1, 1)


def test_drawing_in_another_language_marks_the_words_of_the_steps() -> None:
    with translation.override("en"):
        svg = drawing(STEPS, "flow-x")

    chinese = {each.text for each in parsed(svg).iter(f"{SVG}text") if each.get("lang") == "zh-CN"}
    assert {"1 提交申请", "窗口或网上", "申请人", "当场"} <= chinese


def test_page_has_the_outline_and_the_same_as_a_drawing() -> None:
    text = page_of(STEPS)

    assert text.index('<ol class="procedure">') < text.index('<svg class="flowchart')
    assert 'tabindex="0" role="region"' in text
    assert "当场个工作日" not in text and "style=" not in text


def test_page_of_many_steps_says_why_there_is_no_drawing() -> None:
    many = [{"key": str(n), "name": f"步骤{n}", "next": [str(n + 1)]} for n in range(MOST_STEPS + 1)]

    text = page_of(many)

    assert "<svg" not in text and f"步骤{MOST_STEPS}" in text
    assert "画成图看不清" in text


def test_page_of_any_stored_value_stands() -> None:
    values: tuple[Any, ...] = ("三步走", 7, {"key": "a"}, [1, "a"], [{"name": "受理"}], [{"key": "a", "next": 3}])

    for value in values:
        assert "<ol" in page_of(value), value


def test_demo_every_power_is_drawn_with_the_numbers_of_its_outline() -> None:
    flows = demo_flows()

    assert len(flows) >= 20
    for title, steps in flows.items():
        svg = drawing(steps, "flow-x")
        boxes = sum(counted(svg, name) for name in ("box", "ask", "end"))
        drawn = "".join(words(svg)).replace(" ", "")
        missing = [line for line in numbered(outline(steps)) if line.replace(" ", "") not in drawn]
        assert (boxes, counted(svg, "edge")) == (len(steps), sum(len(step["next"]) for step in steps)), title
        assert not missing, title


def test_demo_licence_has_a_branch_a_way_back_and_three_lanes() -> None:
    svg = drawing(demo_flows()["食品经营许可（新办）"], "flow-x")

    lanes = counted(svg, "lane-alt") + sum(
        each.tag == f"{SVG}rect" and each.get("class") == "lane" for each in parsed(svg)
    )
    assert (lanes, counted(svg, "ask") > 0, counted(svg, "edge-back") > 0) == (3, True, True)


def test_longest_drawings_are_whole_on_a4() -> None:
    flows = dict(sorted(demo_flows().items(), key=lambda flow: -len(flow[1]))[:5])
    style = "@page { margin: 20mm } section { break-after: page } svg { max-width: 100%; height: auto }"
    parts = "".join(f"<section>{drawing(steps, f'flow-{n}')}</section>" for n, steps in enumerate(flows.values()))
    page = f'<html lang="zh-CN"><head><style>{style}</style></head><body>{parts}</body></html>'

    made = pdf.render(
        page, stylesheets=(), title="流程图", created_at=datetime(2026, 11, 30, tzinfo=UTC), variant="pdf/ua-1"
    )

    assert paper.page_count(made) == len(flows)
    assert not paper.ink_outside(made, 19.5)
    assert all(font.is_embedded and font.has_unicode for font in paper.fonts(made))
    read = paper.pages(made)
    for text, (title, steps) in zip(read, flows.items(), strict=True):
        assert not [step["name"] for step in steps if step["name"] not in text], title
