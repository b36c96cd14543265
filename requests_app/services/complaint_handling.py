"""The steps of a complaint: accepted or not, transferred, looked into, answered, closed; each one verb.

Source: 《政务公开投诉举报受理工作制度》第七条; domain §7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal import audit
from govportal.calendar import load_calendar
from govportal.html import clean_line, clean_text
from govportal.models import Agency, PrivateFile, User
from govportal.workdays import is_working_day
from requests_app import complaint_rules
from requests_app.complaint_enums import (
    ComplaintAction,
    ComplaintFileKind,
    ComplaintResult,
    OtherPath,
)
from requests_app.models import Complaint, ComplaintEvent, ComplaintFile
from requests_app.services.complaint_desks import desks_for, officers
from requests_app.services.complaint_procedure import (
    Words,
    check,
    locked,
    move,
    reasons_against,
    reasons_against_length,
)
from requests_app.services.complaint_supplements import reasons_against_more

SHORTEST = 4  # characters: whoever is told must understand it


def _reasons_against_words(text: str, missing: str) -> list[str]:
    if sum(sign.isalnum() for sign in text) < SHORTEST:
        return [missing]
    return reasons_against_length(text)


# --- accepted or not ---------------------------------------------------------------------------------------------


@transaction.atomic
def accept(complaint_id: int, *, actor: User, at: datetime, note: str = "") -> ComplaintEvent:
    """受理. Whoever accepts becomes the handler where there is none."""
    row = locked(complaint_id)
    check(reasons_against(row, ComplaintAction.ACCEPT, actor) + reasons_against_length(note))
    row.accepted_on = localdate(at)
    row.handler = row.handler or actor
    fields = ("accepted_on", "handler")
    return move(
        row, ComplaintAction.ACCEPT, actor=actor, at=at, on=localdate(at), words=Words(note=note), fields=fields
    )


@transaction.atomic
def refuse(complaint_id: int, *, actor: User, at: datetime, reason: str) -> ComplaintEvent:
    """不予受理, with the reason told. Raises ValidationError."""
    row = locked(complaint_id)
    missing = _("须写明不予受理的理由，并告知投诉人（%s）。") % complaint_rules.ACCEPTANCE.basis
    check([*reasons_against(row, ComplaintAction.REFUSE, actor), *_reasons_against_words(reason, missing)])
    row.closed_on = localdate(at)
    return move(
        row, ComplaintAction.REFUSE, actor=actor, at=at, on=row.closed_on, words=Words(public=reason),
        fields=("closed_on",),
    )  # fmt: skip


@transaction.atomic
def redirect(complaint_id: int, *, path: OtherPath | str, actor: User, at: datetime, notice: str) -> ComplaintEvent:
    """告知其他途径: it is a request for information, a petition, …; each has its own clock. Raises ValidationError."""
    row = locked(complaint_id)
    reasons = reasons_against(row, ComplaintAction.REDIRECT, actor)
    if path not in OtherPath.values:
        reasons.append(_("请选择应当走的途径。"))
    check([*reasons, *_reasons_against_words(notice, _("须告知投诉人为什么走这个途径、向谁提出。"))])
    row.other_path, row.closed_on = OtherPath(path), localdate(at)
    return move(
        row, ComplaintAction.REDIRECT, actor=actor, at=at, on=row.closed_on, words=Words(public=notice),
        fields=("other_path", "closed_on"),
    )  # fmt: skip


# --- who has it --------------------------------------------------------------------------------------------------


@transaction.atomic
def assign(complaint_id: int, *, to: User, actor: User, at: datetime, note: str = "") -> ComplaintEvent:
    """分派 to one of those who may see the case."""
    row = locked(complaint_id)
    reasons = reasons_against(row, ComplaintAction.ASSIGN, actor) + reasons_against_length(note)
    if to not in officers(row.desk, row.agency):
        reasons.append(_("只能分派给办理单位的投诉举报经办，并且不是被投诉单位的人员。"))
    check(reasons)
    row.handler = to
    return move(
        row, ComplaintAction.ASSIGN, actor=actor, at=at, on=localdate(at), words=Words(note=note), fields=("handler",)
    )


def reasons_against_transfer(row: Complaint, to: Agency | None, actor: User) -> list[str]:
    """Why it cannot go to that agency; empty when it can."""
    if reasons := reasons_against(row, ComplaintAction.TRANSFER, actor):
        return reasons
    if to is None:
        return [_("请选择有权办理的单位。")]
    if to.pk == row.agency_id:
        return [_("不能转给被投诉的单位。")]
    if to.pk == row.desk_id:
        return [_("已经在这个单位办理。")]
    return [] if to in desks_for(row.agency) else [_("%s没有投诉举报经办，不能办理。") % to.display_name]


@transaction.atomic
def transfer(complaint_id: int, *, to: Agency | None, actor: User, at: datetime, note: str) -> ComplaintEvent:
    """转送有权单位, in 5 working days of receipt. Later is late, and is done all the same. Raises ValidationError."""
    row = locked(complaint_id)
    check([*reasons_against_transfer(row, to, actor), *_reasons_against_words(note, _("须写明转送的理由和要求。"))])
    assert to is not None  # the reasons have looked
    row.desk, row.handler, row.transferred_on = to, None, localdate(at)
    public = f"已转送{to.display_name}办理。"
    return move(
        row, ComplaintAction.TRANSFER, actor=actor, at=at, on=row.transferred_on,
        words=Words(note=note, public=public), fields=("desk", "handler", "transferred_on"),
    )  # fmt: skip


# --- looking into it -----------------------------------------------------------------------------------------------


@transaction.atomic
def investigate(complaint_id: int, *, actor: User, at: datetime, note: str = "") -> ComplaintEvent:
    """开始调查."""
    row = locked(complaint_id)
    check(reasons_against(row, ComplaintAction.INVESTIGATE, actor) + reasons_against_length(note))
    row.handler = row.handler or actor
    return move(
        row, ComplaintAction.INVESTIGATE, actor=actor, at=at, on=localdate(at), words=Words(note=note),
        fields=("handler",),
    )  # fmt: skip


def reasons_against_extension(row: Complaint, until: date | None, actor: User, today: date) -> list[str]:
    """Why the day cannot be put off to that day; empty when it can.

    What is late stays late: put off afterwards, its answer would count as one in time.
    """
    if reasons := reasons_against(row, ComplaintAction.EXTEND, actor):
        return reasons
    if today > row.answer_by:
        return [_("答复期限 %s 已过，不能再延期，请尽快答复。") % row.answer_by.isoformat()]
    if until is None or until <= row.answer_by:
        return [_("新的期限须在 %(day)s 以后。") % {"day": row.answer_by.isoformat()}]
    if until > row.received_on + complaint_rules.LONGEST_EXTENSION:
        latest = row.received_on + complaint_rules.LONGEST_EXTENSION
        reasons.append(_("新的期限最晚到 %s。") % latest.isoformat())
    if not is_working_day(until, load_calendar()):
        reasons.append(_("新的期限须是工作日。"))
    return reasons


@transaction.atomic
def extend(complaint_id: int, *, until: date | None, reason: str, actor: User, at: datetime) -> ComplaintEvent:
    """延期办理 with a reason that the complainant is told. Raises ValidationError."""
    row = locked(complaint_id)
    missing = _("须写明延期的理由，并告知投诉人（%s）。") % complaint_rules.EXTENSION_BASIS
    reasons = reasons_against_extension(row, until, actor, localdate(at))
    check([*reasons, *_reasons_against_words(reason, missing)])
    assert until is not None  # the reasons have looked
    before, row.answer_by = row.answer_by, until
    return move(
        row, ComplaintAction.EXTEND, actor=actor, at=at, on=localdate(at), words=Words(public=reason),
        fields=("answer_by",), answer_by_before=before,
    )  # fmt: skip


# --- the answer ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found and what the complainant is told."""

    result: ComplaintResult | str
    text: str
    files: Sequence[PrivateFile] = ()


@transaction.atomic
def answer(complaint_id: int, given: Answer, *, actor: User, at: datetime) -> ComplaintEvent:
    """答复: by name by mail and code, else by code alone. Raises ValidationError."""
    row = locked(complaint_id)
    reasons = reasons_against(row, ComplaintAction.ANSWER, actor)
    if given.result not in ComplaintResult.values:
        reasons.append(_("请选择调查结论。"))
    check([*reasons, *_reasons_against_words(given.text, _("须写明查明的事实和处理结果。"))])
    row.result, row.answer, row.answered_on = ComplaintResult(given.result), clean_text(given.text), localdate(at)
    for file in given.files:
        ComplaintFile.objects.create(
            complaint=row, kind=ComplaintFileKind.ANSWER, file=file, title=file.name, added_by=actor, added_at=at
        )
    fields = ("result", "answer", "answered_on")
    return move(row, ComplaintAction.ANSWER, actor=actor, at=at, on=row.answered_on, fields=fields)


def reasons_against_closing(row: Complaint, note: str, actor: User) -> list[str]:
    """Why it cannot be closed: what was found to be so is put right, or it is said why not."""
    reasons = reasons_against(row, ComplaintAction.CLOSE, actor)
    is_so = row.result in {ComplaintResult.UPHELD, ComplaintResult.PARTLY}
    if not reasons and is_so and row.rectification_id is None and len(note.strip()) < SHORTEST:
        reasons.append(_("查证属实的，请先交办整改；不需要整改的，须在说明中写明理由。"))
    return reasons


@transaction.atomic
def close(complaint_id: int, *, actor: User, at: datetime, note: str = "") -> ComplaintEvent:
    """办结. Raises ValidationError."""
    row = locked(complaint_id)
    check(reasons_against_closing(row, note, actor) + reasons_against_length(note))
    row.closed_on = localdate(at)
    return move(
        row, ComplaintAction.CLOSE, actor=actor, at=at, on=row.closed_on, words=Words(note=note), fields=("closed_on",)
    )


@transaction.atomic
def add_material(
    complaint_id: int,
    files: Sequence[PrivateFile],
    *,
    actor: User,
    at: datetime,
    kind: ComplaintFileKind = ComplaintFileKind.INQUIRY,
    title: str = "",
) -> list[ComplaintFile]:
    """上传材料 found by the desk, which the complainant is not shown. Each is called `title`, or as its file.

    Raises ValidationError.
    """
    row = locked(complaint_id)
    reasons = reasons_against(row, ComplaintAction.NOTE, actor)  # whoever may see the case, wherever it stands
    if kind == ComplaintFileKind.ANSWER:
        reasons.append(_("答复附件随答复上传。"))
    check(reasons if files else [*reasons, _("请选择要上传的材料。")])
    held = [
        ComplaintFile.objects.create(
            complaint=row, kind=kind, file=file, title=clean_line(title) or file.name, added_by=actor, added_at=at
        )
        for file in files
    ]
    after = {"files": [one.pk for one in held], "kind": kind}
    audit.record(actor, "complaint.add_file", row, agency=row.desk, after=after)
    return held


@transaction.atomic
def write_note(complaint_id: int, *, actor: User, at: datetime, text: str) -> ComplaintEvent:
    """内部备注, for the desk alone."""
    row = locked(complaint_id)
    check([*reasons_against(row, ComplaintAction.NOTE, actor), *_reasons_against_words(text, _("请填写备注。"))])
    return move(row, ComplaintAction.NOTE, actor=actor, at=at, on=localdate(at), words=Words(note=text))


# --- by the complainant ----------------------------------------------------------------------------------------------


@transaction.atomic
def supplement(
    complaint_id: int, *, text: str, files: Sequence[PrivateFile], at: datetime, actor: User | None = None
) -> ComplaintEvent:
    """补充材料 by the complainant, or entered by the desk (`actor`) when it came by post. Raises ValidationError."""
    row = locked(complaint_id)
    reasons = reasons_against(row, ComplaintAction.SUPPLEMENT, actor)
    if not files:
        reasons += _reasons_against_words(text, _("请写明补充的情况，或者上传材料。"))
    else:
        reasons += reasons_against_length(text)
    if actor is None:
        reasons += reasons_against_more(row, len(files), at)
    check(reasons)
    for file in files:
        ComplaintFile.objects.create(
            complaint=row, kind=ComplaintFileKind.EVIDENCE, file=file, title=file.name, added_by=actor, added_at=at
        )
    return move(row, ComplaintAction.SUPPLEMENT, actor=actor, at=at, on=localdate(at), words=Words(public=text))


@transaction.atomic
def withdraw(complaint_id: int, *, at: datetime, reason: str = "", actor: User | None = None) -> ComplaintEvent:
    """撤回 by the complainant, or recorded by the desk on his word, which then says how he told."""
    row = locked(complaint_id)
    reasons = reasons_against(row, ComplaintAction.WITHDRAW, actor)
    if actor is not None:
        reasons += _reasons_against_words(reason, _("须写明投诉人何时、怎样表示撤回。"))
    else:
        reasons += reasons_against_length(reason)
    check(reasons)
    row.closed_on = localdate(at)
    words = Words(public=reason) if actor is None else Words(note=reason)
    return move(row, ComplaintAction.WITHDRAW, actor=actor, at=at, on=row.closed_on, words=words, fields=("closed_on",))


__all__ = [
    "Answer",
    "accept",
    "add_material",
    "answer",
    "assign",
    "close",
    "extend",
    "investigate",
    "reasons_against_closing",
    "reasons_against_extension",
    "reasons_against_transfer",
    "redirect",
    "refuse",
    "supplement",
    "transfer",
    "withdraw",
    "write_note",
]
