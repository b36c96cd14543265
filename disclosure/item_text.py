"""How the text and the type's own fields of an edition are shown. The stored bytes never change."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from disclosure.flow import Node, outline
from disclosure.flowchart import steps_of
from disclosure.flowchart_svg import drawing
from disclosure.models import Edition
from disclosure.types import ExtraField, FieldKind
from govportal.html import sanitise

_HEADING = re.compile(r"<(h[2-4])>(.*?)</\1>", re.DOTALL)
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
_HEADINGS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Heading:
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownField:
    """One filled extra field, with the template of its kind. A block has a heading of its own; lists stand in pairs."""

    key: str
    label: Promise | str
    value: Any
    template: str
    is_block: bool
    is_wide: bool


@dataclass(frozen=True, slots=True)
class ShownFlow:
    """Steps as a numbered outline and as a drawing; of many steps there is the outline alone."""

    outline: list[Node]
    drawing: SafeString


def shown_body(edition: Edition) -> tuple[SafeString, list[Heading]]:
    """The sanitised text with anchors at its headings and tables that scroll by themselves, and the headings."""
    headings: list[Heading] = []

    def anchored(match: re.Match[str]) -> str:
        tag, inner = match.groups()
        anchor = f"c{len(headings) + 1}"
        headings.append(Heading(anchor, " ".join(strip_tags(inner).split())))
        return f'<{tag} id="{anchor}">{inner}</{tag}>'

    html = _TABLE.sub(_scrolling, _HEADING.sub(anchored, sanitise(edition.body)))
    return mark_safe(html), headings[:_HEADINGS_SHOWN]  # noqa: S308  (sanitised; anchors are ours)


def _scrolling(match: re.Match[str]) -> str:
    caption = _CAPTION.search(match.group())
    name = escape(strip_tags(caption.group(1)) if caption else _("表格"))
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{match.group()}</div>'


def shown_fields(edition: Edition) -> list[ShownField]:
    """The filled extra fields in the order of the type, ready for their partials."""
    return [
        ShownField(
            key=field.key,
            label=field.page_label or field.label,
            value=_value(field, raw),
            template=f"disclosure/extra/{_partial(field, raw)}.html",
            is_block=field.kind in {FieldKind.LINES, FieldKind.TABLE, FieldKind.FLOW, FieldKind.LONG},
            is_wide=field.kind in {FieldKind.TABLE, FieldKind.FLOW, FieldKind.LONG},
        )
        for field, raw in edition.extra_rows()
    ]


def _partial(field: ExtraField, raw: Any) -> FieldKind:
    """The kind that names the partial; what is no number of days or no day is shown as it is written."""
    is_wordy = field.kind == FieldKind.WORKING_DAYS and not str(raw).isdecimal()
    is_no_day = field.kind == FieldKind.DATE and _day(raw) is None
    return FieldKind.TEXT if is_wordy or is_no_day else field.kind


def _day(raw: Any) -> date | None:
    try:
        return parse_date(str(raw))
    except ValueError:
        return None


def _value(field: ExtraField, raw: Any) -> Any:
    """What the partial of the kind takes; a value of another shape is shown as it is."""
    if field.kind == FieldKind.DATE:
        return _day(raw) or raw
    if field.kind == FieldKind.DIGEST:
        return str(raw)
    if field.kind == FieldKind.LINES:
        return raw if isinstance(raw, list) else str(raw).splitlines()
    if field.kind == FieldKind.FLOW:
        steps = steps_of(raw)
        return ShownFlow(outline(steps), drawing(steps, f"flow-{field.key}"))
    if field.kind == FieldKind.TABLE:
        rows = [row for row in raw if isinstance(row, dict)] if isinstance(raw, list) else []
        columns = [(key, label) for key, label in field.columns if any(row.get(key) not in (None, "") for row in rows)]
        return {
            "columns": [label for _key, label in columns],
            "rows": [[(label, row.get(key, "")) for key, label in columns] for row in rows],
        }
    return field.shown(raw)
