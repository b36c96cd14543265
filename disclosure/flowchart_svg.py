"""A flowchart as SVG. On screen the style sheet colours it by class; paper takes the colours of the attributes."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from disclosure import flowchart
from disclosure.flowchart import Arrow, Box, Chart, Lane, Line, Shape, Words
from disclosure.flowchart_text import width_of

INK, QUIET, RULE, SURFACE, PAPER = "#1b1f24", "#4a525c", "#c3cad2", "#f4f6f8", "#fff"
_BRAND, _WARN = "#0f4c8c", "#7a4a00"
_SHAPES = {
    Shape.BOX: ("box", PAPER, _BRAND, 1.5),
    Shape.ASK: ("ask", "#fff4dc", _WARN, 1.5),
    Shape.END: ("end", "#e8f1fb", _BRAND, 2.5),
}
_NARROW = 500  # of one lane or two, which on screen must not be drawn out to the width of the others


def drawing(steps: Any, ids_prefix: str) -> SafeString:
    """The SVG of a value of FieldKind.FLOW, empty where the steps are none or too many to be read as a picture.

    `ids_prefix` begins the ids of its title and description, which must be unique in the page.
    """
    rows = flowchart.steps_of(steps)
    if not flowchart.is_drawable(rows):
        return SafeString("")
    chart = flowchart.chart(rows, Words(days=_("%(n)s个工作日"), back=_("回到第%(n)s步")))
    return _svg(chart, ids_prefix, len(rows))


def _svg(chart: Chart, ids_prefix: str, steps: int) -> SafeString:
    width, height = round(chart.width), round(chart.height)
    lanes = len({lane.name for lane in chart.lanes if lane.name})
    about = _("%(steps)s个步骤，%(lanes)s个办理岗位或机构；内容与文字步骤相同。") % {"steps": steps, "lanes": lanes}
    return format_html(
        '<svg class="flowchart{}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}" '
        'role="img" aria-labelledby="{}-title {}-about" font-family="Noto Sans CJK SC, sans-serif">'
        '<title id="{}-title">{}</title><desc id="{}-about">{}</desc>{}{}{}{}</svg>',
        *(" flowchart-narrow" if width < _NARROW else "", width, height, width, height),
        *(ids_prefix, ids_prefix, ids_prefix, _("流程图"), ids_prefix, about),
        _joined(_lane(lane, number, height, len(chart.lanes)) for number, lane in enumerate(chart.lanes)),
        _joined(map(_arrow, chart.arrows)),
        _joined(map(_box, chart.boxes)),
        _joined(_label(arrow) for arrow in chart.arrows),
    )


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("\n", "{}", ((part,) for part in parts))


def _lane(lane: Lane, number: int, height: float, lanes: int) -> SafeString:
    name, fill = ("lane-alt", SURFACE) if number % 2 else ("lane", PAPER)
    stroke = RULE
    if lanes == 1:  # a column has no frame
        name, stroke = "paper", "none"
    frame = format_html(
        '<rect class="{}" x="{}" y="0.5" width="{}" height="{}" fill="{}" stroke="{}"/>',
        *(name, _number(lane.x), _number(lane.width), _number(height - 1), fill, stroke),
    )
    return frame + _texts(lane.lines)


def _box(box: Box) -> SafeString:
    name, fill, stroke, weight = _SHAPES[box.shape]
    if box.shape == Shape.ASK:
        left, right, middle = box.x, box.x + box.width, box.y + box.height / 2
        corners = (
            *((left, middle), (left + flowchart.CUT, box.y), (right - flowchart.CUT, box.y)),
            *((right, middle), (right - flowchart.CUT, box.y + box.height), (left + flowchart.CUT, box.y + box.height)),
        )
        outline = format_html('<polygon class="{}" points="{}"', name, _points(corners))
    else:
        radius = flowchart.rounding(box.height) if box.shape == Shape.END else 4
        outline = format_html(
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="{}"',
            *(name, _number(box.x), _number(box.y), _number(box.width), _number(box.height), _number(radius)),
        )
    drawn = format_html('{} fill="{}" stroke="{}" stroke-width="{}"/>', outline, fill, stroke, weight)
    return drawn + _texts(box.lines)


def _arrow(arrow: Arrow) -> SafeString:
    (x, y), (before_x, before_y) = arrow.points[-1], arrow.points[-2]
    along = ((x > before_x) - (x < before_x), (y > before_y) - (y < before_y))
    base = (x - 9 * along[0], y - 9 * along[1])
    head = ((x, y), (base[0] - 5 * along[1], base[1] - 5 * along[0]), (base[0] + 5 * along[1], base[1] + 5 * along[0]))
    return format_html(
        '<path class="edge{}" d="M{}" fill="none" stroke="{}" stroke-width="1.5"{}/>'
        '<polygon class="head" points="{}" fill="{}"/>',
        " edge-back" if arrow.is_return else "",
        _points((*arrow.points[:-1], base), "L"),
        QUIET,
        SafeString(' stroke-dasharray="6 4"' if arrow.is_return else ""),
        _points(head),
        QUIET,
    )


def _label(arrow: Arrow) -> SafeString:
    if arrow.label is None:
        return SafeString("")
    line = arrow.label
    width = width_of(line.text) * line.size + 6
    paper = format_html(
        '<rect class="paper" x="{}" y="{}" width="{}" height="18" rx="2" fill="{}"/>',
        *(_number(line.x - width / 2), _number(line.y - 14), _number(width), PAPER),
    )
    return paper + _texts([line])


def _texts(lines: Iterable[Line]) -> SafeString:
    """One element a line. The words of the steps are Chinese in any page; those of the drawing are in its language."""
    zh = SafeString("" if (get_language() or "").startswith("zh") else ' lang="zh-CN"')
    return format_html_join(
        "",
        '<text class="{}"{} x="{}" y="{}" font-size="{}" text-anchor="middle" fill="{}"{}>{}</text>',
        (
            (
                line.kind,
                "" if line.kind == "time" else zh,
                _number(line.x),
                _number(line.y),
                line.size,
                INK if line.kind in {"name", "lane-name"} else QUIET,
                SafeString(' font-weight="700"' if line.kind in {"name", "lane-name"} else ""),
                line.text,
            )
            for line in lines
        ),
    )


def _points(points: Iterable[tuple[float, float]], between: str = " ") -> str:
    return between.join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
