"""Where the boxes and arrows of a flowchart stand. Pure: the same steps give the same numbers, nothing is drawn here.

Lanes are columns, in the order in which the steps name them. A step stands below those that lead to it, or beside the
one of the next lane. Arrows run at right angles through the channels between rows and the gutters between lanes, so
none crosses a box; where two would lie on each other, each has a track of its own (flowchart_routes.py). The channels
are as wide as their tracks, the rows as high as their texts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from disclosure.flow import Node, outline
from disclosure.flowchart_routes import Grid, Leg, Port, Route, Tracks, coloured, routes_of
from disclosure.flowchart_text import width_of, wrap

# More is no longer read as a picture; the steps stand in the page as text whatever their number.
MOST_STEPS, MOST_ARROWS, MOST_LANES = 20, 40, 6
NAME, SMALL = 15, 13  # sizes of type
_LEADING = {NAME: 21, SMALL: 18}
_PAGE = 720  # of A4's text width, so that the small type is still 8.5 pt in print
_NARROWEST, _WIDEST, _ALONE = 108, 200, 300
CUT, _ROUND = 14, 22  # how far the sides of a question come in; the corners of an end
_PAD, _EDGE = 14, 10
_MOST_LINES = {"name": 5, "time": 2, "note": 5}


class Shape(StrEnum):
    BOX = "box"
    ASK = "ask"  # more than one way leads on
    END = "end"  # none does


@dataclass(frozen=True, slots=True)
class Words:
    """What the chart says beside the steps' own words; `%(n)s` is the number."""

    days: str
    back: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text by the middle of its baseline."""

    x: float
    y: float
    text: str
    kind: str  # name, time, note, lane-name
    size: int


@dataclass(frozen=True, slots=True)
class Box:
    key: str
    shape: Shape
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    x: float
    width: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the edge of one box to the edge of another. `label` stands in the middle of a rectangle kept free for it."""

    source: str
    target: str
    is_return: bool
    points: tuple[tuple[float, float], ...]
    label: Line | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    width: float
    height: float
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def steps_of(raw: Any) -> list[dict[str, Any]]:
    """The steps of a stored value of FieldKind.FLOW in good shape, whatever an archive brought: every step has a key of
    its own, `next` names each existing step once."""
    rows = [dict(step) for step in raw if isinstance(step, Mapping)] if isinstance(raw, list) else []
    taken: set[str] = set()
    for position, step in enumerate(rows, 1):
        key = str(step.get("key") or position)
        while key in taken:
            key += "'"
        taken.add(key)
        step["key"] = key
    for step in rows:
        ahead = step.get("next")
        named = map(str, ahead) if isinstance(ahead, list | tuple) else ()
        step["next"] = [key for key in dict.fromkeys(named) if key in taken]
    return rows


def is_drawable(steps: Sequence[Mapping[str, Any]]) -> bool:
    return 0 < len(steps) <= MOST_STEPS and sum(len(step["next"]) for step in steps) <= MOST_ARROWS


def chart(steps: Sequence[Mapping[str, Any]], words: Words) -> Chart:
    """The layout of steps as `steps_of` gives them; call only where `is_drawable`."""
    names = list(dict.fromkeys(str(step.get("lane") or "") for step in steps))
    has_lanes = 1 < len(names) <= MOST_LANES
    place = {name: number if has_lanes else 0 for number, name in enumerate(names)}
    grid, routes = routes_of(
        {step["key"]: step["next"] for step in steps},
        {step["key"]: place[str(step.get("lane") or "")] for step in steps},
        len(names) if has_lanes else 1,
    )
    return _Drawing(steps, words, names, grid, routes).chart()


class _Drawing:
    """Columns first, for the tracks of the channels lie side by side in them; then the texts, then the rows."""

    def __init__(
        self,
        steps: Sequence[Mapping[str, Any]],
        words: Words,
        lane_names: list[str],
        grid: Grid,
        routes: list[Route],
    ) -> None:
        self.steps = {step["key"]: step for step in steps}
        self.words, self.grid, self.routes = words, grid, routes
        self.lane_names = lane_names
        self.numbers = dict(_numbers(outline(steps)))
        self.labels = {route: words.back % {"n": self.numbers[route.target]} for route in routes if route.is_return}
        self._columns()
        self._texts()
        self._rows()

    def chart(self) -> Chart:
        lanes = tuple(self._lane(number) for number in range(self.grid.lanes))
        boxes = tuple(self._box(key) for key in self.steps)
        arrows = tuple(self._arrow(route) for route in self.routes)
        return Chart(self.width, self.height, lanes, boxes, arrows)

    # Columns

    def _columns(self) -> None:
        """Gutters by their tracks; what is left of the page's width is shared by the boxes."""
        grid = self.grid
        gutters = [Tracks() for _number in range(grid.lanes + 1)]
        for route in self.routes:
            for leg in route.uprights:
                gutters[leg.channel].add(leg, leg.low, leg.high, self._reach(route) if leg.is_labelled else 7)
        widths = [coloured(each, _PAD if 0 < number < grid.lanes else _EDGE) for number, each in enumerate(gutters)]
        share = (_PAGE - sum(width for width, _at in widths)) / grid.lanes
        self.box_width = round(_ALONE if grid.lanes == 1 else min(_WIDEST, max(_NARROWEST, share)))
        self.track_x: dict[Leg, float] = {}
        self.centres: list[float] = []
        self.bounds: list[float] = []
        x = 0.0
        for number, (width, tracks) in enumerate(widths):
            self.track_x |= {leg: x + at for leg, at in tracks.items()}
            outer = {0: 0.5, grid.lanes: x + width - 0.5}  # half a line inside, so that the frame is drawn whole
            self.bounds.append(outer.get(number, x + (6 if tracks else width / 2)))  # never on a track
            x += width
            if number < grid.lanes:
                self.centres.append(x + self.box_width / 2)
                x += self.box_width
        self.width = x

    def _reach(self, route: Route) -> float:
        """Half the width that the label of an arrow needs beside its line."""
        return round(width_of(self.labels[route]) * SMALL / 2) + 3

    def _port_x(self, lane: int, index: int) -> float:
        room = self.box_width / 2 - _ROUND
        step = min(18.0, room / max(1, self.grid.widest[lane]))
        return self.centres[lane] + index * step

    # Texts

    def _texts(self) -> None:
        self.texts: dict[str, list[tuple[str, str, int]]] = {}
        self.heights: dict[str, float] = {}
        for key, step in self.steps.items():
            inner = self.box_width - (8 if self._shape(key) == Shape.BOX else CUT) * 2
            lines = [
                (line, kind, NAME if kind == "name" else SMALL)
                for kind, text in self._said(key, step)
                for line in wrap(text, inner / (NAME if kind == "name" else SMALL), _MOST_LINES[kind])
            ]
            self.texts[key] = lines
            text_height = sum(_LEADING[size] for _text, _kind, size in lines) + 18
            side = 2 * (12 * self.grid.tallest.get(key, 0) + 10)
            self.heights[key] = max(46, text_height, side)

    def _said(self, key: str, step: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What stands in a box. A time that is no number is the record's own word (当场), as name and note are."""
        days = str(step.get("days") or "")
        is_counted = days.isdecimal()
        lane = str(step.get("lane") or "") if self.grid.lanes < len(self.lane_names) else ""
        return [
            ("name", f"{self.numbers[key]} {step.get('name') or ''}"),
            ("note", lane),
            ("time" if is_counted else "note", self.words.days % {"n": days} if is_counted else days),
            ("note", str(step.get("note") or "")),
        ]

    def _shape(self, key: str) -> Shape:
        ahead = len(self.steps[key]["next"])
        return Shape.ASK if ahead > 1 else Shape.END if ahead == 0 else Shape.BOX

    # Rows

    def _rows(self) -> None:
        """Channels by their tracks, rows by their highest box."""
        channels = [Tracks() for _number in range(self.grid.rows + 1)]
        for route in self.routes:
            ends = self._leg_ends(route)
            for leg in route.levels:
                low, high = ends[leg]
                if leg.is_labelled:
                    at, reach = self._label_x(route, leg), self._reach(route)
                    low, high = min(low, at - reach), max(high, at + reach)
                channels[leg.channel].add(leg, low - 8, high + 8, 10 if leg.is_labelled else 6)
        self._lane_texts()
        self.track_y: dict[Leg, float] = {}
        self.middles: list[float] = []
        y = self.head
        for number, channel in enumerate(channels):
            is_inner = 0 < number < self.grid.rows
            height, tracks = coloured(channel, 16 if is_inner else _EDGE)
            self.track_y |= {leg: y + at for leg, at in tracks.items()}
            y += height
            if number < self.grid.rows:
                keys = [key for key, (_lane, row) in self.grid.cells.items() if row == number]
                tallest = max(self.heights[key] for key in keys)
                self.middles.append(y + tallest / 2)
                y += tallest
        self.height = y

    def _lane_texts(self) -> None:
        names = self.lane_names if self.grid.lanes > 1 or len(self.lane_names) == 1 else [""]
        self.lane_lines = [
            wrap(name, (self.bounds[number + 1] - self.bounds[number] - 12) / NAME, 2)
            for number, name in enumerate(names)
        ]
        deepest = max(map(len, self.lane_lines))
        self.head: float = deepest * _LEADING[NAME] + 12 if deepest else 0

    def _leg_ends(self, route: Route) -> dict[Leg, tuple[float, float]]:
        """From which x to which the level legs run; a tag stands on its upright."""
        at = [self._end_x(route.source, route.leaves)]
        at += [self.track_x[leg] for leg in route.uprights]
        at += [self._end_x(route.target, route.enters)]
        ends: dict[Leg, tuple[float, float]] = {}
        passed = 0
        for leg in route.legs:
            if leg.is_upright:
                passed += 1
            else:
                ends[leg] = (min(at[passed : passed + 2]), max(at[passed : passed + 2]))
        if route.tag:
            ends[route.tag] = (at[1], at[1])
        return ends

    def _end_x(self, key: str, port: Port) -> float:
        lane, _row = self.grid.cells[key]
        return self._port_x(lane, 0 if port.is_side else port.index)

    def _label_x(self, route: Route, leg: Leg) -> float:
        """Where no port of a lane can be: over the gutter that the arrow comes to first, and inside the drawing."""
        lane, other_lane = self.grid.cells[route.source][0], self.grid.cells[route.target][0]
        reach = self._reach(route)
        if leg is route.tag:
            x = self.track_x[route.uprights[0]]
        elif route.source == route.target:
            x = self.track_x[route.uprights[0]] - reach - 3
        else:
            x = self.bounds[lane + 1 if other_lane > lane else lane]
        return max(reach, min(x, self.width - reach))

    # What is drawn

    def _box(self, key: str) -> Box:
        lane, row = self.grid.cells[key]
        height = self.heights[key]
        x, y = self.centres[lane] - self.box_width / 2, self.middles[row] - height / 2
        base = self.middles[row] - sum(_LEADING[size] for _text, _kind, size in self.texts[key]) / 2
        lines = []
        for text, kind, size in self.texts[key]:
            lines.append(Line(self.centres[lane], base + _LEADING[size] * 0.72, text, kind, size))
            base += _LEADING[size]
        return Box(key, self._shape(key), x, y, self.box_width, height, tuple(lines))

    def _lane(self, number: int) -> Lane:
        x, width = self.bounds[number], self.bounds[number + 1] - self.bounds[number]
        lines = tuple(
            Line(x + width / 2, 6 + _LEADING[NAME] * (place + 0.8), text, "lane-name", NAME)
            for place, text in enumerate(self.lane_lines[number])
        )
        name = self.lane_names[number] if lines else ""
        return Lane(name, x, width, lines)

    def _arrow(self, route: Route) -> Arrow:
        start, end = self._port(route.source, route.leaves), self._port(route.target, route.enters)
        points = [start]
        for leg in route.legs:
            x, y = points[-1]
            points.append((self.track_x[leg], y) if leg.is_upright else (x, self.track_y[leg]))
        x, y = points[-1]
        if route.legs:
            points.append((x, end[1]) if route.legs[-1].is_upright else (end[0], y))
        points.append(end)
        path = [point for number, point in enumerate(points) if number == 0 or point != points[number - 1]]
        return Arrow(route.source, route.target, route.is_return, tuple(path), self._label(route))

    def _label(self, route: Route) -> Line | None:
        """On the level leg of an arrow back, or where its line crosses a channel."""
        leg = next((leg for leg in route.levels if leg.is_labelled), None)
        if leg is None:
            return None
        return Line(self._label_x(route, leg), self.track_y[leg] + SMALL * 0.36, self.labels[route], "time", SMALL)

    def _port(self, key: str, port: Port) -> tuple[float, float]:
        """On the outline of the box: the sides of a question come in towards its corners, those of an end are round."""
        lane, row = self.grid.cells[key]
        half = self.heights[key] / 2
        if not port.is_side:
            return self._port_x(lane, port.index), self.middles[row] + (half if port.side == "bottom" else -half)
        off = port.index * 12.0
        inset = {Shape.ASK: CUT * abs(off) / half, Shape.END: _inset(half, abs(off))}.get(self._shape(key), 0.0)
        reach = self.box_width / 2 - inset
        return self.centres[lane] + (reach if port.side == "right" else -reach), self.middles[row] + off


def rounding(height: float) -> float:
    """The radius of the corners of an end."""
    return min(_ROUND, height / 2)


def _inset(half: float, off: float) -> float:
    radius = rounding(half * 2)
    into = off - (half - radius)
    return radius - (radius**2 - into**2) ** 0.5 if into > 0 else 0.0


def _numbers(nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if not node.is_reference:
            yield node.key, node.number
            yield from _numbers(node.branches)
