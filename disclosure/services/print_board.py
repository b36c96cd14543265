"""公开栏: sheets are issued under a number, posted with a photo as proof, taken down, and never changed (domain §10).

A sheet holds what had been published before it, so issuing needs no second review. Lock order: board → counter → sheet.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure import board_record
from disclosure.board_content import span
from disclosure.board_selection import Period, selected
from disclosure.enums import PUBLIC_CHAIN, READABLE_STATES, Audience, SheetState
from disclosure.models import BoardSection, BoardSheet, IndexCounter, LogChain, NoticeBoard, Obligation, SheetItem
from disclosure.publication_log import FIRST_HASH
from disclosure.services.procedure import check
from govportal import access, audit, jobs
from govportal.html import clean_line
from govportal.models import Attachment, PublicRevision, User
from govportal.now import now
from govportal.permissions import Permission
from govportal.site import absolute_url, site_profile

RENDER = "disclosure.render_sheet"
LONGEST = timedelta(days=366)  # of a period, and of a sheet on the wall
EARLIEST_POSTING = timedelta(days=31)  # a sheet may be made so long before it is to hang


@dataclass(frozen=True, slots=True)
class Plan:
    """Which period a sheet is about, and from when until when it is to hang."""

    period: Period
    post_from: date
    post_until: date


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sheet that is not issued: the rows as they would be, unsaved and without a number."""

    sheet: BoardSheet
    items: list[SheetItem]


# --- compose -------------------------------------------------------------------------------------------------------


def drafted(board: NoticeBoard, plan: Plan, *, at: datetime) -> Drafted:
    """What the sheet would be if it were issued now: an official paper, so in Chinese, whoever asks. Reads only."""
    with translation.override(settings.LANGUAGE_CODE):
        return _drafted(board, plan, at)


def _drafted(board: NoticeBoard, plan: Plan, at: datetime) -> Drafted:
    today = localdate(at)
    head = LogChain.objects.filter(name=PUBLIC_CHAIN).first()
    sheet = BoardSheet(
        board=board,
        layout=board.layout,
        period_start=plan.period.start,
        period_end=plan.period.end,
        post_from=plan.post_from,
        post_until=plan.post_until,
        frame=_frame(board),
        log_sequence=head.sequence if head else 0,
        log_head=head.head_hash if head else FIRST_HASH,
        issued_at=at,
    )
    items: list[SheetItem] = []
    for number, section in enumerate(board.sections.select_related("agency").order_by("position", "pk")):
        found = selected(section, board, plan.period, today)
        gap = "" if found else _gap(section, board, plan, today)
        sheet.sections.append(_section(section, board) | {"gap": gap})
        items += [
            SheetItem(
                sheet=sheet,
                section=number,
                position=position,
                item=item,
                edition=item.current_edition,
                digest=item.current_edition.digest,
            )
            for position, item in enumerate(found)
            if item.current_edition
        ]
    return Drafted(sheet, items)


def _frame(board: NoticeBoard) -> dict[str, str]:
    """The words around the sections, as they are on that day."""
    agency, site = board.agency, site_profile()
    return {
        "issuer": agency.name,
        "name": board.name,
        "place": board.place,
        "hotline": board.shown_hotline,
        "office": agency.office or agency.name,
        "office_address": agency.address,
        "office_hours": agency.hours,
        "office_phone": agency.phone,
        "site": absolute_url("/"),
        "site_phone": site.phone,
        "board": absolute_url(board.get_absolute_url()),
    }


def _section(section: BoardSection, board: NoticeBoard) -> dict[str, Any]:
    agency = section.agency or board.agency
    return {
        "heading": section.heading,
        "responsible": section.responsible or agency.office or agency.display_name,
        "basis": section.basis,
        "detail": section.detail,
        "masks_names": section.masks_names,
        "hidden_names": section.hidden_names,
        "shown_names": section.shown_names,
    }


def _gap(section: BoardSection, board: NoticeBoard, plan: Plan, today: date) -> str:
    """Never an empty column: what is missing, by when it was due and whom to ask; or that there was nothing."""
    agency = section.agency or board.agency
    owed = Obligation.objects.unpublished(today).filter(agency=agency).select_related("entry")
    if section.category:
        owed = owed.filter(entry__category=section.category)
    first = owed.first()
    phone = agency.phone or site_profile().phone
    if first is None:
        nothing = _("%s没有新公开的信息。") % span(plan.period.start, plan.period.end)
        return nothing + (_("查询电话 %s，也可以申请公开。") % phone if phone else _("需要的，可以申请公开。"))
    words = {"entry": first.entry.full_name, "due_on": _day(first.due_on), "agency": agency.name}
    missing = _("应公开未公开：%(entry)s，应当在%(due_on)s前由%(agency)s公开。") % words
    return missing + (_("查询电话 %s。") % phone if phone else "")


def _day(day: date) -> str:
    return _("%(year)s年%(month)s月%(day)s日") % {"year": day.year, "month": day.month, "day": day.day}


# --- issue ---------------------------------------------------------------------------------------------------------


def reasons_against_keeping(board: NoticeBoard, actor: Any) -> list[str]:
    """Why this person does not keep this board; empty when he does."""
    if access.can(actor, Permission.MANAGE_BOARDS, board.agency):
        return []
    return [_("您在%s没有管理公开栏的角色。") % board.agency.display_name]


def reasons_against_issuing(draft: Drafted, actor: Any, *, at: datetime) -> list[str]:
    """Why this sheet cannot be issued now; empty when it can."""
    sheet, today = draft.sheet, localdate(at)
    reasons = reasons_against_keeping(sheet.board, actor)
    if not sheet.board.is_active:
        reasons.append(_("这个公开栏已停用。"))
    if not sheet.sections:
        reasons.append(_("还没有设置栏目。"))
    elif not draft.items:
        reasons.append(_("各栏目都没有内容，请先调整栏目的条件或者公开期。"))
    return reasons + _against_days(sheet, today)


def _against_days(sheet: BoardSheet, today: date) -> list[str]:
    reasons = []
    if sheet.period_start > sheet.period_end:
        reasons.append(_("公开期的起始日期不能晚于截止日期。"))
    if sheet.period_start > today:
        reasons.append(_("公开期还没有开始。"))
    if sheet.post_from > sheet.post_until:
        reasons.append(_("张贴的起始日期不能晚于截止日期。"))
    if sheet.post_until < today:
        reasons.append(_("张贴截止日期已经过去。"))
    if sheet.post_from > today + EARLIEST_POSTING:
        reasons.append(_("张贴起始日期最多提前 %s 天。") % EARLIEST_POSTING.days)
    if sheet.period_end - sheet.period_start > LONGEST or sheet.post_until - sheet.post_from > LONGEST:
        reasons.append(_("公开期和张贴期都不能超过一年。"))
    return reasons


@transaction.atomic
def issue(board_id: int, plan: Plan, *, actor: User, at: datetime) -> BoardSheet:
    """制作一张: numbered and fixed; its PDF is made by a worker. Pressed twice it is one sheet.

    Raises ValidationError with every reason, NoticeBoard.DoesNotExist.
    """
    board = locked_board(board_id)
    draft = drafted(board, plan, at=at)
    check(reasons_against_issuing(draft, actor, at=at))
    if twin := _twin(draft):
        return twin
    sheet = draft.sheet
    sheet.serial, sheet.issued_by = _serial(board, localdate(at).year), actor
    sheet.digest = board_record.digest_of(sheet, draft.items)
    sheet.save(force_insert=True)
    SheetItem.objects.bulk_create(draft.items)
    PublicRevision.raise_number()
    after = {"board": board.code, "digest": sheet.digest, "items": len(draft.items)}
    audit.record(actor, "boardsheet.issue", sheet, agency=board.agency, after=after)
    jobs.enqueue(RENDER, sheet_id=sheet.pk)
    return sheet


def locked_board(board_id: int) -> NoticeBoard:
    """The board, held until the transaction ends, with its agency. Raises NoticeBoard.DoesNotExist."""
    NoticeBoard.objects.select_for_update(no_key=True).get(pk=board_id)
    return NoticeBoard.objects.select_related("agency").get(pk=board_id)


def _serial(board: NoticeBoard, year: int) -> str:
    """HDZ-2026-3. The counter row stays locked until the transaction ends, so that no number is left out."""
    counter = IndexCounter.locked(f"board {board.code}-{year}")
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{board.code}-{year}-{counter.last}"


def _twin(draft: Drafted) -> BoardSheet | None:
    """The last sheet of the board, if it waits to be posted and would print the very same."""
    last = BoardSheet.objects.filter(board=draft.sheet.board).first()
    if last is None or last.state != SheetState.ISSUED:
        return None
    same = ("layout", "period_start", "period_end", "post_from", "post_until", "frame", "sections")
    if any(getattr(last, name) != getattr(draft.sheet, name) for name in same):
        return None
    return last if _printed(last.items.all()) == _printed(draft.items) else None


def _printed(items: Any) -> list[tuple[int, int, int]]:
    return [(row.section, row.item_id, row.edition_id) for row in items]


# --- on the wall ---------------------------------------------------------------------------------------------------


def reasons_against_posting(sheet: BoardSheet, actor: Any) -> list[str]:
    """Why this sheet cannot be recorded as posted; empty when it can."""
    reasons = reasons_against_keeping(sheet.board, actor)
    if sheet.state != SheetState.ISSUED:
        reasons.append(_("这一张的状态是“%s”，不能登记张贴。") % sheet.get_state_display())
    return reasons


@transaction.atomic
def post(
    sheet_id: int, *, on: date, photo: Attachment, actor: User, at: datetime, taking_down: Collection[int] = ()
) -> BoardSheet:
    """登记张贴: the day, and a photo of the wall as proof; with it, that these other sheets of the board came down.

    Raises ValidationError with every reason; then nothing is recorded.
    """
    rows = _locked_together({sheet_id, *taking_down})
    sheet = rows.pop(sheet_id)
    reasons = reasons_against_posting(sheet, actor)
    if not localdate(sheet.issued_at) <= on <= localdate(at):
        reasons.append(_("张贴日期不能早于制作日期，也不能晚于今天。"))
    reasons += reasons_against_proof(sheet, photo)
    # What somebody took down meanwhile is down already.
    old = [row for row in rows.values() if row.state != SheetState.REMOVED or row.board_id != sheet.board_id]
    for row in old:
        reasons += [f"{row.serial}：{reason}" for reason in _against_giving_way(row, sheet, on, actor)]
    check(reasons)
    for row in old:
        _take_down(row, on, actor)
    sheet.state, sheet.posted_on, sheet.posted_by, sheet.photo = SheetState.POSTED, on, actor, photo
    return _moved(sheet, "boardsheet.post", actor, ("state", "posted_on", "posted_by", "photo"), {"on": on.isoformat()})


def still_hanging(sheet: BoardSheet) -> list[BoardSheet]:
    """The other sheets of its board that are recorded as hanging, the oldest first."""
    return list(BoardSheet.objects.hanging().filter(board=sheet.board_id).exclude(pk=sheet.pk).order_by("pk"))


def reasons_against_proof(sheet: BoardSheet, photo: Attachment) -> list[str]:
    """Why this photo proves nothing: the very same picture is the proof of another sheet."""
    others = BoardSheet.objects.filter(photo__sha256=photo.sha256).exclude(pk=sheet.pk).order_by("-pk")
    serial = others.values_list("serial", flat=True).first()
    return [_("这张照片已经是 %s 的张贴凭证，请拍下这一张张贴后的样子。") % serial] if serial else []


def _against_giving_way(row: BoardSheet, sheet: BoardSheet, on: date, actor: Any) -> list[str]:
    if row.board_id != sheet.board_id:
        return [_("不是这个公开栏的。")]
    return reasons_against_removing(row, actor) + _against_last_day(row, on)


def _against_last_day(sheet: BoardSheet, on: date) -> list[str]:
    return [_("撤下日期不能早于张贴日期。")] if sheet.posted_on and on < sheet.posted_on else []


def reasons_against_removing(sheet: BoardSheet, actor: Any) -> list[str]:
    """Why this sheet cannot be recorded as taken down; empty when it can."""
    reasons = reasons_against_keeping(sheet.board, actor)
    if sheet.state != SheetState.POSTED:
        reasons.append(_("这一张的状态是“%s”，不能登记撤下。") % sheet.get_state_display())
    return reasons


@transaction.atomic
def remove(sheet_id: int, *, on: date, actor: User, at: datetime) -> BoardSheet:
    """登记撤下. Raises ValidationError with every reason."""
    sheet = locked(sheet_id)
    reasons = reasons_against_removing(sheet, actor) + _against_last_day(sheet, on)
    if on > localdate(at):
        reasons.append(_("撤下日期不能晚于今天。"))
    check(reasons)
    return _take_down(sheet, on, actor)


def _take_down(sheet: BoardSheet, on: date, actor: User) -> BoardSheet:
    sheet.state, sheet.removed_on, sheet.removed_by = SheetState.REMOVED, on, actor
    return _moved(sheet, "boardsheet.remove", actor, ("state", "removed_on", "removed_by"), {"on": on.isoformat()})


def reasons_against_cancelling(sheet: BoardSheet, actor: Any) -> list[str]:
    """Why this sheet cannot be declared void; empty when it can."""
    reasons = reasons_against_keeping(sheet.board, actor)
    if sheet.state != SheetState.ISSUED:
        reasons.append(_("这一张的状态是“%s”，不能作废。") % sheet.get_state_display())
    return reasons


@transaction.atomic
def cancel(sheet_id: int, *, reason: str, actor: User, at: datetime) -> BoardSheet:
    """作废 what was issued and never hung; its number is not given again. Raises ValidationError with every reason."""
    sheet = locked(sheet_id)
    reasons = reasons_against_cancelling(sheet, actor)
    if not reason.strip():
        reasons.append(_("须写明作废的原因。"))
    check(reasons)
    sheet.state, sheet.cancel_reason = SheetState.CANCELLED, clean_line(reason)[:200]
    return _moved(sheet, "boardsheet.cancel", actor, ("state", "cancel_reason"), {})


def locked(sheet_id: int) -> BoardSheet:
    """The sheet, held until the transaction ends, with its board and agency. Raises BoardSheet.DoesNotExist."""
    return _locked_together({sheet_id})[sheet_id]


def _locked_together(ids: Collection[int]) -> dict[int, BoardSheet]:
    """In the order of their keys, so that two who want the same sheets never wait for each other."""
    found = list(BoardSheet.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    if len(found) < len(ids):
        raise BoardSheet.DoesNotExist
    return {row.pk: row for row in BoardSheet.objects.select_related("board__agency", "photo").filter(pk__in=ids)}


def _moved(sheet: BoardSheet, deed: str, actor: User, fields: Sequence[str], after: dict[str, Any]) -> BoardSheet:
    sheet.save(update_fields=[*fields])
    PublicRevision.raise_number()
    audit.record(actor, deed, sheet, agency=sheet.board.agency, after={"state": sheet.state} | after)
    return sheet


# --- against today -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One item of a sheet and why it must be printed anew; `words` for whoever stands before the wall."""

    row: SheetItem
    words: str


def differences(sheet: BoardSheet) -> list[Difference]:
    """What the sheet prints and the portal says no longer, in the order of the sheet."""
    rows = sheet.items.outdated(localdate(now())).select_related("item__current_edition", "item__agency", "edition")
    return [Difference(row, _why(row)) for row in rows]


def _why(row: SheetItem) -> str:
    if row.edition.redacted_by_entry_id:
        return _("内容已依法删除")
    current = row.item.current_edition
    if row.item.audience != Audience.PUBLIC:
        return _("已不再公开")
    if row.item.state in READABLE_STATES and current is not None and current.pk == row.edition_id:
        return _("公示期已满")
    if current is None or current.pk == row.edition_id:
        return _("现在的状态是“%s”") % row.item.get_state_display()
    return _("张贴的是第 %(old)s 版，现在是第 %(new)s 版") % {"old": row.edition.number, "new": current.number}
