"""What is asked about badges and desk plates: whose, of which size, and what stands on them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.badge_sheets import Size, grid_for
from disclosure.badges import PRESETS, Kind, Order, Person, Photo, title_of, trim_of
from govportal.models import Agency

MOST_PEOPLE = 200
# Millimetres: the shorter side, the longer, and the most. Below it a QR code no longer fits beside the words.
_LIMITS: Mapping[Kind, tuple[int, int, int]] = {Kind.BADGE: (50, 70, 150), Kind.PLATE: (50, 120, 287)}
_OWN = "own"
_EMPTY_FRAME = gettext_lazy("留空框，供粘贴照片")


def _words(kind: Kind, size: Size) -> str:
    values = {"kind": title_of(kind), "width": size.width, "height": size.height}
    return _("%(kind)s　%(width)g × %(height)g 毫米") % values


def _formats() -> list[tuple[str, str]]:
    known = [(_key(kind, size), _words(kind, size)) for kind in Kind for size in PRESETS[kind]]
    own = [(f"{kind}:{_OWN}", _("%(kind)s　自定尺寸") % {"kind": title_of(kind)}) for kind in Kind]
    return [*known, *own]


def _key(kind: Kind, size: Size) -> str:
    return f"{kind}:{size.width:g}x{size.height:g}"


_SIZES = {_key(kind, size): (kind, size) for kind in Kind for size in PRESETS[kind]}


def _millimetres(label: Any) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"})
    return forms.DecimalField(
        label=label, max_digits=4, decimal_places=1, min_value=Decimal(1), required=False, widget=widget
    )


class BadgeForm(forms.Form):
    """`may_see_photos`: whoever may not gets an empty frame to glue a photo in."""

    people = forms.MultipleChoiceField(
        label=gettext_lazy("印给谁"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选一个人。")},
    )
    format = forms.ChoiceField(label=gettext_lazy("样式和尺寸"), widget=forms.RadioSelect)
    width = _millimetres(gettext_lazy("自定宽度（毫米）"))
    height = _millimetres(gettext_lazy("自定高度（毫米；座牌为一面的高度）"))
    photo = forms.ChoiceField(label=gettext_lazy("照片"), widget=forms.RadioSelect)
    first_number = forms.CharField(
        label=gettext_lazy("起始编号"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("例如 JT-001，后面的人依次为 JT-002、JT-003。不填就不印编号。"),
    )
    has_phone = forms.BooleanField(label=gettext_lazy("印电话"), required=False)
    has_hotline = forms.BooleanField(label=gettext_lazy("印监督电话"), required=False)
    has_code = forms.BooleanField(label=gettext_lazy("印单位公开页面的二维码"), required=False)
    has_marks = forms.BooleanField(label=gettext_lazy("印裁切线"), required=False)

    def __init__(
        self, *args: Any, agency: Agency, people: Sequence[Person], may_see_photos: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        self.known = {person.key: person for person in people}
        self._choices("people", [(key, _line(person)) for key, person in self.known.items()])
        self._choices("format", _formats())
        frames = [(Photo.FRAME.value, _EMPTY_FRAME), (Photo.NONE.value, Photo.NONE.label)]
        self._choices("photo", Photo.choices if may_see_photos else frames)

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @staticmethod
    def first_values(people: Sequence[Person]) -> dict[str, Any]:
        """What is asked for most: everybody, the usual badge, with all there is on it."""
        ticked = dict.fromkeys(("has_phone", "has_hotline", "has_code", "has_marks"), True)
        return ticked | {
            "people": [person.key for person in people],
            "format": _key(Kind.BADGE, PRESETS[Kind.BADGE][0]),
            "photo": Photo.FRAME.value,
        }

    def clean_people(self) -> list[Person]:
        """In the order of the agency, not of what the browser sends."""
        chosen = set(self.cleaned_data["people"])
        if len(chosen) > MOST_PEOPLE:
            raise ValidationError(_("一次最多印 %(most)d 人，请分次印制。") % {"most": MOST_PEOPLE})
        return [person for key, person in self.known.items() if key in chosen]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "format" in values:
            self._measure(values)
        return values

    def _measure(self, values: dict[str, Any]) -> None:
        kind = Kind(values["format"].partition(":")[0])
        values["kind"] = kind
        if known := _SIZES.get(values["format"]):
            values["size"] = known[1]
            return
        sides = [(name, values.get(name)) for name in ("width", "height")]
        for name, side in sides:
            if side is None and name not in self.errors:
                self.add_error(name, _("选了自定尺寸，请填写毫米数。"))
        if not self.errors.keys() & {"width", "height"}:
            size = Size(*(float(side) for _name, side in sides if side is not None))
            values["size"] = size
            self._against(kind, size)

    def _against(self, kind: Kind, size: Size) -> None:
        short, long, most = _LIMITS[kind]
        least, largest = sorted((size.width, size.height))
        if least < short or largest < long or largest > most:
            limits = {"short": short, "long": long, "most": most}
            self.add_error("width", _("短边不小于 %(short)d 毫米，长边在 %(long)d 到 %(most)d 毫米之间。") % limits)
        elif kind == Kind.PLATE and not size.is_wide:
            self.add_error("height", _("座牌一面的高度应当小于宽度。"))
        elif grid_for(trim_of(kind, size)) is None:
            self.add_error("height", _("这个尺寸在 A4 纸上放不下。座牌对折，一面的高度不超过 100 毫米。"))

    def order(self, people: Sequence[Person]) -> Order:
        """What was asked for; `people` are those chosen, with their photos. Call after `is_valid()`."""
        values = self.cleaned_data
        same = ("kind", "size", "first_number", "has_phone", "has_hotline", "has_code", "has_marks")
        chosen = {name: values[name] for name in same}
        return Order(agency=self.agency, people=people, photo=Photo(values["photo"]), **chosen)


def _line(person: Person) -> str:
    return "　".join(part for part in (person.name, person.post, person.office) if part)
