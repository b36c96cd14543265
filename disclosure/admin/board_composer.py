"""The page on which a 公开栏 is composed: the board, its sections in rows, and beside each what it would print today.

Everything works without a script: rows are ordered by numbers, removed by boxes, and more of them asked for by a
button that sends the form.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.board_content import EntryView, contents
from disclosure.board_warnings import Warned, warnings_of
from disclosure.forms.board_sections import SectionRow, section_rows, with_more_sections
from disclosure.forms.boards import BoardForm, kept_agencies, last_month, plan_for
from disclosure.models import NoticeBoard
from disclosure.services import compose_board, print_board
from govportal.models import Agency
from govportal.now import now

_MASKED = re.compile(r"[^\W\d_]{1,2}\*+[^\W\d_]?")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a section would print of the last month, if a sheet were made today."""

    entries: tuple[EntryView, ...]
    masked: tuple[str, ...]  # as they would be printed
    gap: str
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and the id of the input it speaks of."""

    at: str
    label: str
    words: str


def compose_page(request: HttpRequest, board: NoticeBoard | None, context: dict[str, Any]) -> HttpResponse:
    """GET shows the composition (of a new board: the eight categories ready); POST saves it, or asks for more rows."""
    user: Any = request.user
    if request.method != "POST":
        first = list(board.sections.select_related("agency")) if board else compose_board.ready_sections()
        form, rows = BoardForm(user=user, board=board), section_rows(None, first, is_checked=True)
        return _page(request, board, form, rows, context | {"facts": facts_of(board) if board else []})
    data: Any = request.POST.copy()
    is_checked = "add_rows" not in data
    if not is_checked:
        with_more_sections(data)
    form = BoardForm(data, request.FILES, user=user, board=board, is_checked=is_checked)
    rows = section_rows(data, (), is_checked=is_checked)
    if not is_checked:
        form.full_clean()
        form.keep_photo()
    elif all([form.is_valid(), rows.is_valid()]) and (saved := _saved(request, form, rows)):
        messages.success(request, _("已保存：%s。") % saved)
        page = "preview" if "_preview" in data else "change"
        return HttpResponseRedirect(reverse(f"admin:disclosure_noticeboard_{page}", args=[saved.pk]))
    return _page(request, board, form, rows, context)


def _saved(request: HttpRequest, form: BoardForm, rows: Any) -> NoticeBoard | None:
    """The board, or None with every reason in the form."""
    user: Any = request.user
    kept = rows.in_order()
    picked = {place: row.items for place, row in enumerate(kept) if row.items}
    try:
        return compose_board.save(
            form.made, [row.made for row in kept], picked, actor=user, at=now(), seen=form.cleaned_data["seen"]
        )
    except ValidationError as error:
        found = getattr(error, "error_dict", {None: error})
        for name, each in found.items():
            form.add_error(name if name in form.fields else None, each)
        if form.board.pk and compose_board.STALE in {getattr(each, "code", "") for each in _single(error)}:
            form.add_error(None, _("您填写的都还在下面；再按一次“保存”，就以您的为准。"))
            typed: Any = form.data
            typed["seen"] = compose_board.fingerprint(NoticeBoard.objects.get(pk=form.board.pk))
        return None


def _single(error: ValidationError) -> Iterable[Any]:
    return [] if hasattr(error, "error_dict") else error.error_list


def _page(
    request: HttpRequest, board: NoticeBoard | None, form: BoardForm, rows: Any, context: dict[str, Any]
) -> HttpResponse:
    found = faults(form, rows)
    title = board.name if board else _("设立公开栏")
    facts = context.get("facts") or []
    context |= {
        "board": board,
        "form": form,
        "rows": rows,
        "sections": [(row, facts[n] if n < len(facts) else None) for n, row in enumerate(rows.forms)],
        "faults": found,
        "agencies": offered_agencies(request.user, board),
        "heading": title,
        "title": _("错误：%s") % title if found else title,
        "held": form.held,
    }
    return TemplateResponse(request, "admin/disclosure/board_compose.html", context)


def faults(form: BoardForm, rows: Any) -> list[Fault]:
    """Everything that is wrong, from top to bottom."""
    found = [Fault("", "", str(words)) for words in (*form.non_field_errors(), *rows.non_form_errors())]
    found += _faults_of(form, "")
    for number, row in enumerate(rows.forms, 1):
        found += _faults_of(row, _("栏目 %s ") % number)
    return found


def _faults_of(form: BoardForm | SectionRow, before: str) -> list[Fault]:
    return [Fault(field.id_for_label, f"{before}{field.label}", str(words)) for field in form for words in field.errors]


def offered_agencies(user: Any, board: NoticeBoard | None) -> list[Agency]:
    """What is offered while the agency of a section is typed: those near the board's own, and those one keeps."""
    owners = [board.agency] if board else list(kept_agencies(user, NoticeBoard()))
    return [
        agency
        for agency in Agency.objects.listed()
        if any(compose_board.is_within_reach(agency, owner, user) for owner in owners)
    ]


def facts_of(board: NoticeBoard) -> list[Facts]:
    """Section by section, about the last month."""
    at = now()
    day = localdate(at)
    draft = print_board.drafted(board, plan_for(last_month(day), day), at=at)
    views = contents(draft.sheet, draft.items)
    warned = warnings_of(draft.sheet, draft.items, views)
    return [
        Facts(view.entries, _masked(view.entries), view.gap, tuple(one for one in warned if one.place == place))
        for place, view in enumerate(views)
    ]


def _masked(entries: Iterable[EntryView]) -> tuple[str, ...]:
    words = (found for entry in entries for line in (entry.title, *entry.lines) for found in _MASKED.findall(line))
    return tuple(dict.fromkeys(words))
