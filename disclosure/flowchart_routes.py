"""Rows for steps, and a way for every arrow through the channels between them. Pure; no lengths, only an order.

A channel lies above every row and below the last, a gutter beside every lane. An arrow leaves a box by a port, runs
along legs in channels and gutters, and enters another box by a port. In a lane no two arrows have the same port where
they would lie on each other; in a channel or gutter no two have the same track.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count


@dataclass(frozen=True, slots=True)
class Port:
    """A place on the edge of a box, counted from the middle of its side."""

    side: str  # top, bottom, left, right
    index: int

    @property
    def is_side(self) -> bool:
        return self.side in {"left", "right"}


@dataclass(slots=True, eq=False)
class Leg:
    """A stretch in one channel (level) or gutter (upright). `low` and `high` count channels and rows from above."""

    channel: int
    is_upright: bool
    low: int = 0
    high: int = 0
    is_labelled: bool = False
    hangs: bool = False  # both ends come from above: nearest to the boxes there, so that nothing crosses it


@dataclass(slots=True, eq=False)
class Route:
    """One arrow. `tag` keeps the room of a label where the arrow has no level leg to carry it."""

    source: str
    target: str
    is_return: bool
    leaves: Port
    enters: Port
    legs: list[Leg] = field(default_factory=list)
    tag: Leg | None = None

    @property
    def uprights(self) -> list[Leg]:
        return [leg for leg in self.legs if leg.is_upright]

    @property
    def levels(self) -> list[Leg]:
        return [leg for leg in self.legs if not leg.is_upright] + ([self.tag] if self.tag else [])


@dataclass(slots=True)
class Grid:
    """Which step stands in which lane and row; how far from the middle the ports of a lane and of a box's sides go."""

    lanes: int
    cells: dict[str, tuple[int, int]]
    widest: list[int]
    tallest: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return 1 + max(row for _lane, row in self.cells.values())


@dataclass(slots=True)
class Tracks:
    """What runs along one channel: (leg, from, to, half the room it needs)."""

    items: list[tuple[Leg, float, float, float]] = field(default_factory=list)

    def add(self, leg: Leg, low: float, high: float, half: float) -> None:
        self.items.append((leg, low, high, half))


def coloured(tracks: Tracks, pad: float) -> tuple[float, dict[Leg, float]]:
    """The width of a channel, and where in it each leg runs. Short ones first: they nest in the long."""
    lanes: list[list[tuple[Leg, float, float, float]]] = []
    for item in sorted(tracks.items, key=lambda item: (not item[0].hangs, item[2] - item[1], item[1])):
        free = (lane for lane in lanes if all(item[2] < low or high < item[1] for _leg, low, high, _half in lane))
        lane = next(free, None)
        if lane is None:
            lanes.append(lane := [])
        lane.append(item)
    at: dict[Leg, float] = {}
    halves = [max(item[3] for item in lane) for lane in lanes]
    if len(lanes) == 1:
        halves = [min(halves[0], 8)]  # nothing beside it that a label could cover
    x = pad
    for lane, half in zip(lanes, halves, strict=True):
        x += half
        at |= {item[0]: x for item in lane}
        x += half
    return x + pad, at


def routes_of(
    following: Mapping[str, Sequence[str]], lane_of: Mapping[str, int], lanes: int
) -> tuple[Grid, list[Route]]:
    """The grid and one route for every edge, in the order of the steps."""
    back = _returns(following)
    cells = _placed(following, lane_of, back)
    router = _Router(following, Grid(lanes, cells, [0] * lanes), back)
    return router.grid, router.routes()


def _returns(following: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    """The edges that lead back to a step from which one came (or to the step itself)."""
    back: set[tuple[str, str]] = set()
    done: set[str] = set()
    for root in following:
        if root in done:
            continue
        way: dict[str, Iterator[str]] = {root: iter(following[root])}
        while way:
            key = next(reversed(way))
            ahead = next(way[key], None)
            if ahead is None:
                done.add(key)
                del way[key]
            elif ahead in way:
                back.add((key, ahead))
            elif ahead not in done:
                way[ahead] = iter(following[ahead])
    return back


def _placed(
    following: Mapping[str, Sequence[str]], lane_of: Mapping[str, int], back: set[tuple[str, str]]
) -> dict[str, tuple[int, int]]:
    """Below everything that leads to it; beside it in the next lane, where that place is free."""
    before: dict[str, list[str]] = {key: [] for key in following}
    for key, ahead in following.items():
        for other in ahead:
            if (key, other) not in back:
                before[other].append(key)
    cells: dict[str, tuple[int, int]] = {}
    taken: set[tuple[int, int]] = set()
    while len(cells) < len(following):
        key = next(key for key in following if key not in cells and all(b in cells for b in before[key]))
        lane, row = lane_of[key], 0
        for other in before[key]:
            other_lane, other_row = cells[other]
            row = max(row, other_row + (0 if abs(other_lane - lane) == 1 else 1))
        while (lane, row) in taken:
            row += 1
        cells[key] = (lane, row)
        taken.add((lane, row))
    return cells


class _Router:
    def __init__(self, following: Mapping[str, Sequence[str]], grid: Grid, back: set[tuple[str, str]]) -> None:
        self.following, self.grid, self.back = following, grid, back
        self.boxes = {cell: key for key, cell in grid.cells.items()}
        self.upright: dict[tuple[int, int], set[int]] = {}  # lane and channel or row -> ports in use
        self.level: dict[tuple[int, int], set[int]] = {}  # gutter and row -> ports in use

    def routes(self) -> list[Route]:
        """Straight arrows first: they have the middle of their sides."""
        edges = [(key, other) for key, ahead in self.following.items() for other in ahead]
        made = {edge: self._straight(*edge) for edge in edges}
        for edge in edges:
            if made[edge] is None:
                made[edge] = self._back(*edge) if edge in self.back else self._bent(*edge)
        return [route for edge in edges if (route := made[edge])]

    def _straight(self, source: str, target: str) -> Route | None:
        if (source, target) in self.back:
            return None
        (lane, row), (other_lane, other_row) = self.grid.cells[source], self.grid.cells[target]
        if row == other_row:
            side, facing, gutter = ("right", "left", lane + 1) if other_lane > lane else ("left", "right", lane)
            self.level.setdefault((gutter, row), set()).add(0)
            return Route(source, target, False, Port(side, 0), Port(facing, 0))
        if lane == other_lane and self._is_free(lane, row, other_row):
            index = self._port(lane, range(2 * row + 2, 2 * other_row + 1), 1)
            return Route(source, target, False, Port("bottom", index), Port("top", index))
        return None

    def _bent(self, source: str, target: str) -> Route:
        (lane, row), (other_lane, other_row) = self.grid.cells[source], self.grid.cells[target]
        towards = 1 if other_lane > lane else -1
        here, there = range(2 * row + 2, 2 * row + 3), range(2 * other_row, 2 * other_row + 1)
        all_the_way = range(2 * row + 2, 2 * other_row + 1)
        if lane != other_lane and self._is_free(other_lane, row, other_row):
            legs, there = [Leg(row + 1, False)], all_the_way
        elif lane != other_lane and self._is_free(lane, row, other_row):
            legs, here = [Leg(other_row, False)], all_the_way
        else:
            gutter = other_lane if other_lane > lane else other_lane + 1
            if lane == other_lane:
                towards = 1 if self._outer(lane) == "right" else -1
                gutter = lane + 1 if towards == 1 else lane
            legs = [
                Leg(row + 1, False),
                Leg(gutter, True, 2 * row + 2, 2 * other_row),
                Leg(other_row, False),
            ]
        enters = Port("top", self._port(other_lane, there, -towards if lane != other_lane else towards))
        leaves = Port("bottom", self._port(lane, here, towards))
        return Route(source, target, False, leaves, enters, legs)

    def _back(self, source: str, target: str) -> Route:
        (lane, row), (other_lane, other_row) = self.grid.cells[source], self.grid.cells[target]
        if source == target:
            leaves = Port("bottom", self._port(lane, range(2 * row + 2, 2 * row + 3), 1))
            legs = [Leg(row + 1, False, is_labelled=True), Leg(lane + 1, True, 2 * row + 1, 2 * row + 2)]
            return Route(source, target, True, leaves, self._side(target, "right"), legs)
        if row == other_row:
            below = range(2 * row + 2, 2 * row + 3)
            towards = 1 if other_lane > lane else -1
            enters = Port("bottom", self._port(other_lane, below, -towards, first=1))
            leaves = Port("bottom", self._port(lane, below, towards, first=1))
            leg = Leg(row + 1, False, is_labelled=True, hangs=True)
            return Route(source, target, True, leaves, enters, [leg])
        if lane == other_lane:
            facing = side = self._outer(lane) or "right"
        else:
            facing, side = ("right", "left") if other_lane < lane else ("left", "right")
        gutter = other_lane + 1 if facing == "right" else other_lane
        if abs(lane - other_lane) <= 1:
            leg = Leg(gutter, True, 2 * other_row + 1, 2 * row + 1, is_labelled=True)
            route = Route(source, target, True, self._side(source, side), self._side(target, facing), [leg])
            route.tag = Leg(row, False, is_labelled=True)
            return route
        above = range(2 * row, 2 * row + 1)
        leaves = Port("top", self._port(lane, above, 1 if side == "right" else -1))
        legs = [Leg(row, False, is_labelled=True), Leg(gutter, True, 2 * other_row + 1, 2 * row)]
        return Route(source, target, True, leaves, self._side(target, facing), legs)

    def _outer(self, lane: int) -> str:
        """The side of an outer lane where no other lane is: its own arrows have the gutter there to themselves."""
        if self.grid.lanes == 1:
            return ""
        return {0: "left", self.grid.lanes - 1: "right"}.get(lane, "")

    def _is_free(self, lane: int, row: int, other_row: int) -> bool:
        return all((lane, between) not in self.boxes for between in range(row + 1, other_row))

    def _port(self, lane: int, reach: range, towards: int, first: int = 0) -> int:
        """The port nearest to the middle that no other arrow uses on that stretch of the lane."""
        for index in _outwards(towards, first):
            if all(index not in self.upright.get((lane, at), ()) for at in reach):
                break
        for at in reach:
            self.upright.setdefault((lane, at), set()).add(index)
        self.grid.widest[lane] = max(self.grid.widest[lane], abs(index))
        return index

    def _side(self, key: str, side: str) -> Port:
        lane, row = self.grid.cells[key]
        used = self.level.setdefault((lane + 1 if side == "right" else lane, row), set())
        index = next(index for index in _outwards(1) if index not in used)
        used.add(index)
        self.grid.tallest[key] = max(self.grid.tallest.get(key, 0), abs(index))
        return Port(side, index)


def _outwards(towards: int, first: int = 0) -> Iterator[int]:
    """Indices from the middle, or from the one beside it, those towards one side sooner: 0, 1, 2, -1, 3, -2 …"""
    yield from (index * towards for index in range(first, 3))
    yield from (index * towards for index in range(first))
    for number in count(1):
        yield -number * towards
        yield (number + 2) * towards
