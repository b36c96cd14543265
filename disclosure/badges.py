"""佩证上岗 and 岗位座牌: badges and desk plates of the people of an agency, on sheets that are cut (domain §3).

Nothing is kept: the words are those of the agency's own rows, and the sheets are made when somebody asks for them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import NamedTuple

from django.conf import settings
from django.db.models import TextChoices
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.badge_sheets import Grid, Size, fitted, grid_for, marks
from govportal import pdf, qr
from govportal.models import Agency
from govportal.site import absolute_url

STYLE_SHEETS = ("css/print.css", "css/badges.css")
TEMPLATE = "disclosure/badges/sheets.html"
_LAST_NUMBER = re.compile(r"\d+(?!.*\d)")


class Kind(TextChoices):
    BADGE = "badge", gettext_lazy("工作证（佩戴）")
    PLATE = "plate", gettext_lazy("岗位座牌（对折，两面）")


class Photo(TextChoices):
    """What stands in the place of a photo that is not there."""

    FRAME = "frame", gettext_lazy("印照片；没有照片的留空框，供粘贴")
    LEFT_OUT = "left_out", gettext_lazy("印照片；没有照片的不留空框")
    NONE = "none", gettext_lazy("不印照片")


PRESETS: Mapping[Kind, tuple[Size, ...]] = {
    Kind.BADGE: (Size(54, 86), Size(70, 100), Size(85.6, 54)),
    Kind.PLATE: (Size(200, 80), Size(240, 100)),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whose badge it is. `key` names the row; `photo` is the picture itself, empty where there is none."""

    key: str
    name: str
    post: str
    office: str = ""
    phone: str = ""
    photo: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be printed. `size` of a plate: one face of it, of which two are printed head to head."""

    agency: Agency
    kind: Kind
    size: Size
    people: Sequence[Person]
    photo: Photo = Photo.FRAME
    has_marks: bool = True
    has_phone: bool = True
    has_hotline: bool = True
    has_code: bool = True
    first_number: str = ""

    @property
    def trim(self) -> Size:
        return trim_of(self.kind, self.size)


def title_of(kind: Kind) -> str:
    """工作证, without how it is worn."""
    return str(kind.label).partition("（")[0]


def trim_of(kind: Kind, size: Size) -> Size:
    """What is cut out: of a plate both faces in one."""
    return Size(size.width, 2 * size.height) if kind == Kind.PLATE else size


def people_of(agency: Agency) -> list[Person]:
    """领导 and heads of 内设机构, as the agency's page names them; without photos."""
    leaders = [
        Person(f"leader-{row.pk}", row.name, row.post, phone=agency.phone)
        for row in agency.leaders.order_by("position", "pk")
    ]
    bodies = agency.bodies.exclude(head="").order_by("position", "pk")
    heads = [
        Person(f"body-{row.pk}", row.head, _("负责人"), office=row.name, phone=row.phone or agency.phone)
        for row in bodies
    ]
    return [*leaders, *heads]


# --- the card ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    width: float
    height: float

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    def css(self, name: str) -> str:
        sides = ("left", "top", "width", "height")
        return f".{name}{{{';'.join(f'{side}:{getattr(self, side):.2f}mm' for side in sides)}}}"


class Most(NamedTuple):
    """The largest type of each box, in points."""

    head: float
    name: float
    post: float
    foot: float


@dataclass(frozen=True, slots=True)
class Face:
    """The boxes of one side of a card."""

    head: Box
    name: Box
    post: Box
    foot: Box
    photo: Box | None
    code: Box | None
    most: Most

    @property
    def boxes(self) -> dict[str, Box]:
        boxes = {"head": self.head, "name": self.name, "post": self.post, "foot": self.foot}
        boxes |= {"photo": self.photo} if self.photo else {}
        return boxes | ({"code": self.code} if self.code else {})


def face_of(order: Order, *, has_photo: bool) -> Face:
    """Upright: photo, name, post, foot one below the other. Wide: the photo beside them."""
    size = order.size
    pad = max(3.0, 0.06 * min(size.width, size.height))
    # The line below the name of the agency takes its part.
    head = Box(pad, 0, size.width - 2 * pad, min(max(0.14 * size.height, 8.0), 16.0))
    side = min(max(0.3 * min(size.width, size.height), 16.0), 26.0) if order.has_code else 0.0
    if size.is_wide:
        return _wide(size, pad, head, side, has_photo=has_photo, is_plate=order.kind == Kind.PLATE)
    return _upright(size, pad, head, side, has_photo=has_photo)


def _wide(size: Size, pad: float, head: Box, side: float, *, has_photo: bool, is_plate: bool) -> Face:
    top = head.height + pad
    tall = size.height - top - pad
    photo = (
        Box(pad, top, min(tall * 5 / 7, 0.34 * size.width), min(tall, 0.34 * size.width * 7 / 5)) if has_photo else None
    )
    left = pad + (photo.width + pad if photo else 0)
    right = size.width - pad
    foot_height = max(side, 0.3 * tall) if not is_plate else 0.28 * tall
    bottom = size.height - pad - foot_height
    code = Box(right - side, size.height - pad - side, side, side) if side else None
    beside = side + pad if code else 0.0
    foot = Box(left, bottom, right - left - beside, foot_height)
    above = bottom - top - 1.5
    # On a plate the code has a column of its own, for the name is read from afar; without a photo that is its middle.
    first = left + beside if is_plate and not photo else left
    column = right - first - (beside if is_plate else 0.0)
    name = Box(first, top, column, above * (0.64 if is_plate else 0.55))
    post = Box(first, top + name.height, column, above - name.height)
    most = Most(20.0, 100.0, 28.0, 14.0) if is_plate else Most(13.0, 22.0, 12.0, 8.5)
    return Face(head, name, post, foot, photo, code, most)


def _upright(size: Size, pad: float, head: Box, side: float, *, has_photo: bool) -> Face:
    inner, top = size.width - 2 * pad, head.height + pad
    foot_height = max(side, 0.15 * size.height)
    bottom = size.height - pad - foot_height
    words = 0.2 * size.height
    tall = min(bottom - top - words - 3, 0.6 * size.width * 7 / 5)
    photo = Box((size.width - tall * 5 / 7) / 2, top, tall * 5 / 7, tall) if has_photo else None
    first = top + tall + 1.5 if photo else top
    above = bottom - first - 1.5
    name = Box(pad, first, inner, above * 0.52)
    post = Box(pad, first + name.height, inner, above - name.height)
    code = Box(size.width - pad - side, size.height - pad - side, side, side) if side else None
    foot = Box(pad, bottom, inner - (side + 2 if code else 0), foot_height)
    return Face(head, name, post, foot, photo, code, Most(13.0, 24.0, 12.0, 8.5))


@dataclass(frozen=True, slots=True)
class Card:
    """One badge in words. `sizes`: the class of the type of each box; `slot`: its place on the sheet."""

    number: int
    slot: int
    person: Person
    has_photo: bool
    facts: list[tuple[str, str]]
    sizes: Mapping[str, str]

    @property
    def is_spread(self) -> bool:
        """A name of two characters is set as wide as one of three."""
        return len(self.person.name) == 2


def _facts(order: Order, person: Person, number: int) -> list[tuple[str, str]]:
    facts = [
        (_("编号"), nth(order.first_number, number) if order.first_number else ""),
        (_("机构"), person.office),
        (_("电话"), person.phone if order.has_phone else ""),
        (_("监督电话"), order.agency.complaint_phone if order.has_hotline else ""),
    ]
    return [(label, value) for label, value in facts if value]


def nth(first: str, number: int) -> str:
    """The number so many after the first, as long as that: MZ-009, then MZ-010. Without digits all bear the same."""

    def counted(digits: re.Match[str]) -> str:
        return str(int(digits[0]) + number).zfill(len(digits[0]))

    return _LAST_NUMBER.sub(counted, first)


class _Types:
    """The sizes of type that are in use, each a class of the sheet that goes with the page."""

    def __init__(self) -> None:
        self._used: dict[str, float] = {}

    def named(self, size: float) -> str:
        name = f"t{round(size * 10)}"
        self._used[name] = size
        return name

    def css(self) -> str:
        return "".join(f".{name}{{font-size:{size}pt}}" for name, size in self._used.items())


def _cards(order: Order, grid: Grid, faces: Mapping[bool, Face], types: _Types) -> list[Card]:
    cards = []
    for number, person in enumerate(order.people):
        has_photo = order.photo == Photo.FRAME or (order.photo == Photo.LEFT_OUT and bool(person.photo))
        face, facts = faces[has_photo], _facts(order, person, number)
        name = "　".join(person.name) if len(person.name) == 2 else person.name
        points = {
            "head": fitted([order.agency.name], face.head.size, face.most.head, unbroken=face.most.head / 2),
            "name": fitted([name], face.name.size, face.most.name, unbroken=min(0.3 * face.most.name, 20)),
            "post": fitted([person.post], face.post.size, face.most.post),
            "foot": fitted([" ".join(fact) for fact in facts], face.foot.size, face.most.foot, unbroken=6.5),
        }
        sizes = {part: types.named(size) for part, size in points.items()}
        cards.append(Card(number, number % len(grid.places), person, has_photo, facts, sizes))
    return cards


# --- the sheets ----------------------------------------------------------------------------------------------------


def render(order: Order, *, at: datetime) -> bytes:
    """The sheets as PDF/UA-1. Raises ValueError for a size of which not even one fits a sheet."""
    grid = grid_for(order.trim)
    if grid is None:
        raise ValueError(f"{order.trim} does not fit A4")
    types = _Types()
    with translation.override(settings.LANGUAGE_CODE):
        cards = _cards(order, grid, {has: face_of(order, has_photo=has) for has in (True, False)}, types)
        title = f"{order.agency.name}{title_of(order.kind)}"
        context = {"order": order, "title": title, "sheets": list(batched(cards, len(grid.places)))}
        context |= {"sides": ("front", "back") if order.kind == Kind.PLATE else ("front",)}
        html = render_to_string(TEMPLATE, context)
    return pdf.render(
        html,
        stylesheets=STYLE_SHEETS,
        title=title,
        created_at=at,
        variant="pdf/ua-1",
        resources=_resources(order, grid) | {"sizes.css": (_places(order, grid) + types.css()).encode()},
    )


def _places(order: Order, grid: Grid) -> str:
    """The style sheet that goes with this order: paper, places and boxes, in millimetres."""
    width, height = grid.sheet
    slots = "".join(
        f".slot{number}{{left:{left:.2f}mm;top:{top:.2f}mm}}" for number, (left, top) in enumerate(grid.places)
    )
    boxes = "".join(
        box.css(f"{name} .{part}")
        for name, has_photo in (("pictured", True), ("bare", False))
        for part, box in face_of(order, has_photo=has_photo).boxes.items()
    )
    # A background, for what is drawn there says nothing to who hears the page.
    drawn = "".join(
        f".marks-{number}{{background:url(marks-{number}.svg) no-repeat}}" for number in _counts(order, grid)
    )
    return (
        f"@page{{size:{width}mm {height}mm;margin:0}}.sheet{{width:{width}mm;height:{height - 0.1}mm}}"
        f".card{{width:{order.trim.width}mm;height:{order.trim.height}mm}}"
        f".face{{width:{order.size.width}mm;height:{order.size.height}mm}}"
        f".front{{top:{order.trim.height - order.size.height}mm}}{slots}{boxes}{drawn}"
    )


def _resources(order: Order, grid: Grid) -> dict[str, bytes]:
    photos = {f"photo-{number}.jpg": person.photo for number, person in enumerate(order.people) if person.photo}
    found = photos | {"agency.svg": qr.svg(absolute_url(reverse("agency", args=[order.agency.code])), border=0)}
    is_folded = order.kind == Kind.PLATE
    return found | {f"marks-{number}.svg": marks(grid, number, is_folded=is_folded) for number in _counts(order, grid)}


def _counts(order: Order, grid: Grid) -> set[int]:
    """How many cards the full sheets have, and the last."""
    return {len(cards) for cards in batched(order.people, len(grid.places))}
