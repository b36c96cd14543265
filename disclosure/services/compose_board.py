"""公开栏 are set up and composed: the board, and its sections as a whole (domain §10). Never deleted, put out of use.

A composition holds no text: a section asks for items, or names them, and what it prints was published before. The audit
trail tells how many names a section hides, never which. Lock order: board → sections.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import Category, SectionSource, SheetState
from disclosure.models import BoardSection, BoardSheet, Item, NoticeBoard, SectionItem
from disclosure.models.notice_board import MOST_NEWEST
from disclosure.publication_log import canonical_json
from disclosure.services.print_board import locked_board, reasons_against_keeping
from disclosure.services.procedure import check
from govportal import access, audit, files, images
from govportal.filetypes import JPEG, PNG, WEBP
from govportal.html import clean_line
from govportal.models import Agency, Attachment, PublicRevision, User
from govportal.permissions import Permission

STALE = "stale"  # the code of the refusal to write over what somebody else saved
MOST_SECTIONS = 12  # of one board: three rows of an A3 sheet
MOST_NAMES = 100  # hidden or shown, of one section
PHOTOS = (JPEG, PNG, WEBP)
PHOTO_MAX_BYTES = 20 * 1024 * 1024

_TYPED = (
    "code", "name", "place", "width_mm", "height_mm", "layout", "keeper", "keeper_phone", "hotline", "is_active",
    "position",
)  # fmt: skip
_LINES = ("code", "name", "place", "keeper", "keeper_phone", "hotline")
_OF_SECTION = (
    "heading", "responsible", "basis", "source", "category", "item_type", "agency_id", "has_lower", "span", "newest",
    "detail", "masks_names", "hidden_names", "shown_names",
)  # fmt: skip
_NAMES = ("hidden_names", "shown_names")
_PRIVATE = ("keeper_phone",)  # may be somebody's own

# Items that were picked, in their order, by the place of their section in the list that is saved.
type Picked = Mapping[int, Sequence[Item]]


def ready_sections() -> list[BoardSection]:
    """The eight categories, each with what was published of it in the period: what a new board begins with."""
    return [
        BoardSection(position=position, heading=str(category.label), category=category)
        for position, category in enumerate(Category)
    ]


# --- what a composition is ---------------------------------------------------------------------------------------


def composition(board: NoticeBoard) -> dict[str, Any]:
    """All that `save` writes, as JSON values."""
    rows = list(board.sections.prefetch_related("picked").order_by("position", "pk")) if board.pk else []
    return _composed(board, rows, {place: [one.item_id for one in row.picked.all()] for place, row in enumerate(rows)})


def _composed(
    board: NoticeBoard, sections: Sequence[BoardSection], picked: Mapping[int, Sequence[int]]
) -> dict[str, Any]:
    values = {name: getattr(board, name) for name in _TYPED}
    values |= {"agency": board.agency_id, "photo": board.photo_id}
    values["sections"] = [
        {name: getattr(section, name) for name in _OF_SECTION} | {"picked": list(picked.get(place, ()))}
        for place, section in enumerate(sections)
    ]
    return values


def fingerprint(board: NoticeBoard) -> str:
    """Tells whether a composition is still what somebody saw when he opened it."""
    return hashlib.sha256(canonical_json(composition(board))).hexdigest()


def _told(composed: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit trail has of it: no names of persons, and no phone that may be somebody's own."""
    told = {name: value for name, value in composed.items() if name not in _PRIVATE}
    told["sections"] = [
        section | {name: len(section[name]) for name in _NAMES} for section in composed.get("sections", ())
    ]
    return told


# --- reasons -------------------------------------------------------------------------------------------------------


def reasons_against(
    board: NoticeBoard, sections: Sequence[BoardSection], picked: Picked, actor: Any, *, today: date
) -> list[str]:
    """Why this composition cannot be saved by this person; empty when it can. `board` as it is to be."""
    stored = NoticeBoard.objects.select_related("agency").filter(pk=board.pk).first() if board.pk else None
    reasons = reasons_against_keeping(board, actor)
    if stored and stored.agency_id != board.agency_id:
        reasons += reasons_against_keeping(stored, actor)
    reasons += _against_identity(board, stored)
    if len(sections) > MOST_SECTIONS:
        reasons.append(_("一个公开栏最多 %s 个栏目。") % MOST_SECTIONS)
    reasons += _against_agencies(board, sections, stored, actor)
    for place, section in enumerate(sections):
        named = _("栏目“%s”：") % (section.heading or place + 1)
        reasons += [named + reason for reason in _against_section(section, picked.get(place, ()), today)]
    return reasons


def _against_identity(board: NoticeBoard, stored: NoticeBoard | None) -> list[str]:
    """What is printed on a sheet stays what it was, and a board that hangs something is in use."""
    reasons = []
    if NoticeBoard.objects.filter(code=board.code).exclude(pk=board.pk).exists():
        reasons.append(_("代号 %s 已经有公开栏使用，请换一个。") % board.code)
    if stored is None:
        if not board.agency.is_active:
            reasons.append(_("%s已停用，不能设立公开栏。") % board.agency.display_name)
        return reasons
    states = set(BoardSheet.objects.filter(board=stored).order_by().values_list("state", flat=True).distinct())
    if states and stored.code != board.code:
        reasons.append(_("已经制作过编号以 %s 开头的公开栏，代号不能修改。") % stored.code)
    if states and stored.agency_id != board.agency_id:
        reasons.append(_("已经以%s的名义制作过公开栏，设置单位不能修改。") % stored.agency.display_name)
    if stored.is_active and not board.is_active and states & {SheetState.ISSUED, SheetState.POSTED}:
        reasons.append(_("还有待张贴或者张贴中的公开栏，请先登记撤下或者作废，再停用。"))
    return reasons


def _against_agencies(
    board: NoticeBoard, sections: Sequence[BoardSection], stored: NoticeBoard | None, actor: Any
) -> list[str]:
    """A wall shows what its own agency publishes, those above and below it, and those the actor keeps boards for."""
    held = set(stored.sections.values_list("agency", flat=True)) if stored else set()
    strangers = {
        section.agency.pk: section.agency
        for section in sections
        if section.agency and section.agency_id not in held and not is_within_reach(section.agency, board.agency, actor)
    }
    return [_("栏目不能选%s：它不在设置单位的上下级之内。") % agency.display_name for agency in strangers.values()]


def is_within_reach(agency: Agency, owner: Agency, actor: Any) -> bool:
    """Whether a section of a board of `owner` may show what this agency publishes."""
    is_near = agency.pk == owner.pk or f"/{owner.pk}/" in agency.path or f"/{agency.pk}/" in owner.path
    return is_near or access.can(actor, Permission.MANAGE_BOARDS, agency)


def _against_section(section: BoardSection, items: Sequence[Item], today: date) -> list[str]:
    reasons = []
    if not section.heading.strip():
        reasons.append(_("须填写栏目名称。"))
    if section.source == SectionSource.PICKED:
        if not items:
            reasons.append(_("手工选定的，须至少填一个索引号。"))
        if len(items) > MOST_NEWEST:
            reasons.append(_("最多选 %s 条，更多的请另设栏目。") % MOST_NEWEST)
        wanted = [item.pk for item in items]
        if len(set(wanted)) < len(wanted):
            reasons.append(_("有的信息选了两次。"))
        showable = set(Item.objects.shown_on_walls(today).filter(pk__in=wanted).values_list("pk", flat=True))
        gone = dict.fromkeys(item.index_number for item in items if item.pk not in showable)
        reasons += [_("%s 现在不能张贴：没有公开、已撤回，或者公示期已过。") % number for number in gone]
    for name in _NAMES:
        if len(getattr(section, name)) > MOST_NAMES:
            reasons.append(_("每个栏目列出的姓名最多 %s 个。") % MOST_NAMES)
    return reasons


# --- save ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def save(
    board: NoticeBoard,
    sections: Sequence[BoardSection],
    picked: Picked,
    *,
    actor: User,
    at: datetime,
    seen: str = "",
) -> NoticeBoard:
    """设立 or 编排: the sections in this order replace those there were; answers the board as it is stored.

    `seen`: the fingerprint of what the actor had before him; where somebody else saved since, nothing is written. What
    is saved twice is saved once. Raises ValidationError with every reason, NoticeBoard.DoesNotExist.
    """
    _clean(board, sections)
    stored = locked_board(board.pk) if board.pk else _twin(board, sections, picked, actor)
    before = composition(stored) if stored else {}
    after = _composed(board, sections, {place: [item.pk for item in items] for place, items in picked.items()})
    if stored and canonical_json(before) == canonical_json(after):
        return stored
    check(reasons_against(board, sections, picked, actor, today=localdate(at)))
    if stored and seen and seen != fingerprint(stored):
        words = _("您打开本页以后，别人修改过这个公开栏，没有保存。请另开一页看过现在的内容再改。")
        raise ValidationError(words, code=STALE)
    _write(board)
    _write_sections(board, sections, picked)
    PublicRevision.raise_number()
    old, new = audit.differences(_told(before), _told(after)) if stored else ({}, _told(after))
    deed = "noticeboard.compose" if stored else "noticeboard.set_up"
    audit.record(actor, deed, board, agency=board.agency, before=old, after=new)
    return board


def _clean(board: NoticeBoard, sections: Sequence[BoardSection]) -> None:
    """Raises ValidationError by field of the board, or with words that name the section."""
    for name in _LINES:
        setattr(board, name, clean_line(getattr(board, name)))
    board.clean_fields(exclude={"agency", "photo"})
    for place, section in enumerate(sections):
        section.position = place
        for name in ("heading", "responsible", "basis"):
            setattr(section, name, clean_line(getattr(section, name)))
        for name in _NAMES:
            setattr(section, name, [line for text in getattr(section, name) if (line := clean_line(str(text)))])
        try:
            section.clean_fields(exclude={"board", "agency"})
        except ValidationError as error:
            named = _("栏目“%s”：") % (section.heading or place + 1)
            raise ValidationError([named + message for message in error.messages]) from error


def _twin(board: NoticeBoard, sections: Sequence[BoardSection], picked: Picked, actor: User) -> NoticeBoard | None:
    """A new board that was sent twice: the one of this code, if it is composed the same and the actor keeps it."""
    found = NoticeBoard.objects.select_related("agency").filter(code=board.code).first()
    if found is None or reasons_against_keeping(found, actor):
        return None
    items = {place: [item.pk for item in some] for place, some in picked.items()}
    wanted = _composed(board, sections, items) | {"photo": found.photo_id}
    return found if canonical_json(composition(found)) == canonical_json(wanted) else None


def _write(board: NoticeBoard) -> None:
    if board.pk:
        board.save(update_fields=[*_TYPED, "agency", "photo"])
        return
    try:
        with transaction.atomic():
            board.save(force_insert=True)
    except IntegrityError as error:  # of two that were set up at once under one code
        raise ValidationError(_("代号 %s 已经有公开栏使用，请换一个。") % board.code) from error


def _write_sections(board: NoticeBoard, sections: Sequence[BoardSection], picked: Picked) -> None:
    """Anew: nothing else names a section, for a sheet keeps its own words."""
    board.sections.all().delete()
    for place, section in enumerate(sections):
        section.pk, section.board = None, board
        section.save(force_insert=True)
        SectionItem.objects.bulk_create(
            SectionItem(section=section, item=item, position=position)
            for position, item in enumerate(picked.get(place, ()))
        )


# --- photos --------------------------------------------------------------------------------------------------------


def keep_photo(upload: "File[Any]", *, by: User, name: str) -> Attachment:
    """A photo of a board or of a sheet on the wall, under a name of ours: the picture alone, as a JPEG.

    Raises RefusedFile with a reason for the sender; then nothing is kept.
    """
    files.examine(upload, max_bytes=PHOTO_MAX_BYTES, accepted=PHOTOS)
    return files.store(images.photo(upload, name=f"{name}.jpg"), by=by)
