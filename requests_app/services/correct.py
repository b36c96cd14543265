"""补正: asked once, within seven working days, with all that is missing (《政府信息公开条例》第三十条)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal.calendar import load_calendar
from govportal.html import clean_text
from govportal.models import PrivateFile, User
from govportal.workdays import add_working_days
from requests_app import clock
from requests_app.clock import ClockKind
from requests_app.enums import Action, FileKind
from requests_app.models import Correction, InformationRequest, RequestEvent, RequestFile
from requests_app.services import procedure
from requests_app.services.intake import LONGEST_TEXT
from requests_app.services.procedure import Words, check

ARTICLE = "《政府信息公开条例》第三十条"
# 合理期限, says 第三十条, and no number: ten working days are the practice; below five a court may find it too short.
USUAL_DAYS = 10
FEWEST_DAYS = 5
LONGEST = timedelta(days=92)  # a "reasonable period" above three months has the wrong date; the law gives no number


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is to be corrected, told on a day, until when. `told_on` None: today."""

    items: str
    due_on: date
    told_on: date | None = None


def reasons_against_asking(row: InformationRequest, demand: Demand, actor: Any, today: date) -> list[str]:
    """Why this cannot be asked now; empty when it can."""
    reasons = procedure.reasons_against(row, Action.ASK_CORRECTION, actor)
    if Correction.objects.filter(request=row).exists():
        reasons.append(_("补正只能告知一次（条例第三十条）。"))
    if not demand.items.strip():
        reasons.append(_("须一次写明需要补正的全部内容。"))
    told_on = demand.told_on or today
    reasons += procedure.reasons_against_day(row, told_on, today)
    if demand.due_on <= told_on:
        reasons.append(_("补正期限须在告知之日以后。"))
    elif demand.due_on > told_on + LONGEST:
        reasons.append(_("补正期限超过三个月，请核对日期。"))
    fact = clock.Event(ClockKind.CORRECTION_ASKED, told_on)
    return reasons or procedure.clock_faults(row, [fact], load_calendar())


def is_late(row: InformationRequest, told_on: date) -> bool:
    """Whether the seven working days for asking are over. It is still done, for nobody can answer what is unclear."""
    if row.received_on is None:
        return False
    last = clock.correction_due(row.received_on, load_calendar(), counts_receipt_day=row.counts_receipt_day)
    return told_on > last.due_on


def usual_due_day(told_on: date) -> date:
    """What the form proposes for the correction."""
    return add_working_days(told_on, USUAL_DAYS, load_calendar())


def is_short(told_on: date, due_on: date) -> bool:
    """Whether the period may not count as reasonable. It is still set: the article leaves it to the agency."""
    return due_on < add_working_days(told_on, FEWEST_DAYS, load_calendar())


@transaction.atomic
def ask(request_id: int, demand: Demand, *, actor: User, at: datetime) -> Correction:
    """告知补正: the clock stops until the corrected application is here. Raises ValidationError."""
    row, today = procedure.locked(request_id), localdate(at)
    check(reasons_against_asking(row, demand, actor, today))
    told_on = demand.told_on or today
    correction = Correction.objects.create(
        request=row, items=clean_text(demand.items), asked_on=told_on, asked_by=actor, due_on=demand.due_on
    )
    fact = clock.Event(ClockKind.CORRECTION_ASKED, told_on)
    late = _("告知补正已超过收到申请后7个工作日。") if is_late(row, told_on) else ""
    procedure.move(
        row, Action.ASK_CORRECTION, actor=actor, at=at, on=told_on, facts=[fact], basis=ARTICLE,
        words=Words(note=late, public=demand.items),
    )  # fmt: skip
    return correction


def reasons_against_answering(
    row: InformationRequest, text: str, has_files: bool, actor: Any, *, on: date, today: date
) -> list[str]:
    """Why the correction cannot be taken now; `actor` None is the applicant himself."""
    reasons = procedure.reasons_against(row, Action.RECEIVE_CORRECTION, actor)
    if not text.strip() and not has_files:
        reasons.append(_("请写明补正的内容，或者上传材料。"))
    if len(text) > LONGEST_TEXT:
        reasons.append(_("补正的内容最多 %s 个字，更多的请作为材料上传。") % LONGEST_TEXT)
    reasons += procedure.reasons_against_day(row, on, today)
    return reasons or procedure.clock_faults(row, [clock.Event(ClockKind.CORRECTED, on)], load_calendar())


@transaction.atomic
def answer(
    request_id: int,
    text: str,
    *,
    actor: User | None,
    at: datetime,
    on: date | None = None,
    files: Sequence[PrivateFile] = (),
) -> RequestEvent:
    """收到补正: that day is the new day 0. Taken after the period too, as long as the case is not closed: the office
    may have a good reason to go on, and the law only lets it stop. `actor` None: the applicant, by his code."""
    row, today = procedure.locked(request_id), localdate(at)
    on = on or today
    check(reasons_against_answering(row, text, bool(files), actor, on=on, today=today))
    correction = Correction.objects.select_for_update().get(request=row)
    correction.answered_on, correction.answer = on, clean_text(text)
    correction.clean_fields(exclude={"request", "asked_by"})
    correction.save(update_fields=["answered_on", "answer"])
    for file in files:
        RequestFile.objects.create(
            request=row, kind=FileKind.CORRECTION, file=file, title=file.name, added_by=actor, added_at=at
        )
    fact = clock.Event(ClockKind.CORRECTED, on)
    return procedure.move(
        row, Action.RECEIVE_CORRECTION, actor=actor, at=at, on=on, facts=[fact], by_applicant=actor is None,
        basis=ARTICLE,
    )  # fmt: skip
