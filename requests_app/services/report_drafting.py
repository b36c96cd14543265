"""Writing, freezing and publishing an annual report: the one writer of AnnualReport and ReportFigure.

One person writes it, another freezes it under the digest of exactly what he saw; from then on nothing of it changes.
It becomes public as an item of type annual_report, through the ordinary review.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import Category, ItemState
from disclosure.models import Item
from disclosure.services import draft
from govportal import access, audit
from govportal.html import clean_text
from govportal.models import Agency, Attachment, User
from govportal.permissions import Permission
from requests_app.models import AnnualReport, ReportFigure
from requests_app.report_checks import Findings, names_fee, says_nothing
from requests_app.report_form import AMOUNT_ROWS, BASIS, PARTS
from requests_app.report_page import sheets
from requests_app.report_published import FIGURE_KEYS, figure_label
from requests_app.report_reading import read_report
from requests_app.report_workflow import REPORT, ReportAction, next_state
from requests_app.services import annual_report
from requests_app.services.annual_report import Computed

MAX_PART = 20_000  # characters of one part
FIRST_YEAR = 2008  # the regulation has been in force since
ITEM_TYPE = "annual_report"
# Parts that are words alone in the official form.
_WORDS_ALONE = ("one", "five", "six")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of table 2 as the agency states it. `key`: of FIGURE_KEYS; amounts in 万元."""

    key: str
    value: Decimal
    source: str
    evidence: Attachment | None = None


# --- reasons --------------------------------------------------------------------------------------------------------


def reasons_against(row: AnnualReport, action: ReportAction, actor: Any) -> list[str]:
    """Why this person cannot do this now, whatever he would write; empty when he can."""
    if next_state(row.state, action) is None:
        words = {"state": row.get_state_display(), "action": ReportAction(action).label}
        return [_("年度报告的状态是“%(state)s”，不能%(action)s。") % words]
    reasons = []
    if not access.can(actor, REPORT[action].permission, row.agency):
        words = {"agency": row.agency.display_name, "action": ReportAction(action).label}
        reasons.append(_("您在%(agency)s没有“%(action)s”的角色。") % words)
    if action == ReportAction.FREEZE and _has_written(row, actor):
        reasons.append(_("编写文字或者填报数据的人不能定稿。"))
    if action == ReportAction.DRAFT_ITEM and row.item_id:
        reasons.append(_("公开稿已经拟制。"))
    return reasons


def _has_written(row: AnnualReport, actor: Any) -> bool:
    stated = ReportFigure.objects.filter(agency=row.agency_id, year=row.year, entered_by=actor.pk)
    return row.drafted_by_id == actor.pk or stated.exists()


def reasons_against_starting(agency: Agency, year: int, actor: Any, today: date) -> list[str]:
    reasons = []
    if not FIRST_YEAR <= year <= today.year:
        words = {"first": FIRST_YEAR, "last": today.year}
        reasons.append(_("年度须在 %(first)s 至 %(last)s 之间。") % words)
    if not access.can(actor, Permission.HANDLE_REQUEST, agency):
        reasons.append(_("您在%s没有编制年度报告的角色。") % agency.display_name)
    if AnnualReport.objects.filter(agency=agency, year=year).exists():
        reasons.append(_("这一年度的报告已经在编制。"))
    return reasons


def reasons_against_text(computed: Computed, found: Findings, parts: Mapping[str, str]) -> list[str]:
    """What must be put right before the report can be handed in or frozen."""
    reasons = []
    if computed.period.as_of < date(computed.period.year, 12, 31):
        reasons.append(_("年度还没有结束，数据截至12月31日才能定稿。"))
    reasons += [fault.sentence for fault in found.errors if fault.rule != "V5"]
    # What was handed on may differ from what came: a ledger found late, say. Then the report has to say why.
    if any(fault.rule == "V5" for fault in found.errors) and says_nothing(parts.get("three", "")):
        reasons.append(_("上年结转与上一年度报告的结转下年度不一致（V5），须在第三部分说明原因。"))
    labels = {part.key: part.label for part in PARTS}
    reasons += [_("“%s”还没有写。") % labels[key] for key in ("one", "six") if says_nothing(parts.get(key, ""))]
    if not says_nothing(parts.get("six", "")) and not names_fee(parts["six"]):
        reasons.append(_("第六部分须写明收取信息处理费的情况，没有收取的也要写明。"))
    return reasons


# --- verbs ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(agency: Agency, year: int, *, actor: User, at: datetime) -> AnnualReport:
    """A report to be written. Raises ValidationError with reasons."""
    # The row of the agency is the lock: two people starting the same report get one.
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    _check(reasons_against_starting(agency, year, actor, localdate(at)))
    row = AnnualReport.objects.create(agency=agency, year=year, drafted_by=actor, updated_at=at)
    audit.record(actor, "annualreport.start", row, agency=agency, after={"year": year}, basis=BASIS)
    return row


@transaction.atomic
def write(
    report_id: int, parts: Mapping[str, str], *, actor: User, at: datetime, seen_at: datetime | None = None
) -> AnnualReport:
    """Save the six parts. `seen_at`: when what the form was opened with had been saved.

    Raises ValidationError when somebody saved in between, or a part is too long.
    """
    row = _locked(report_id)
    reasons = reasons_against(row, ReportAction.WRITE, actor)
    if not reasons and seen_at is not None and seen_at != row.updated_at:
        reasons.append(_("在您打开以后，%s 已经修改过。请核对后再保存。") % row.drafted_by)
    texts = {part.key: clean_text(parts.get(part.key, "")) for part in PARTS}
    reasons += [
        _("“%(label)s”超过 %(limit)s 字。") % {"label": part.label, "limit": MAX_PART}
        for part in PARTS
        if len(texts[part.key]) > MAX_PART
    ]
    _check(reasons)
    row.parts, row.drafted_by = texts, actor
    return _save(row, ReportAction.WRITE, ("parts", "drafted_by"), actor=actor, at=at)


@transaction.atomic
def state_figure(report_id: int, figure: Figure, *, actor: User, at: datetime) -> ReportFigure:
    """Enter or correct a figure of table 2. The audit trail keeps what it was before."""
    row = _locked(report_id)
    _check([*reasons_against(row, ReportAction.STATE, actor), *_faults(figure)])
    stated = ReportFigure.objects.filter(agency=row.agency, year=row.year, key=figure.key).first()
    before = {"value": str(stated.value), "source": stated.source} if stated else {}
    stated = stated or ReportFigure(agency=row.agency, year=row.year, key=figure.key)
    stated.value, stated.source, stated.evidence = figure.value, clean_text(figure.source), figure.evidence
    stated.entered_by, stated.entered_at = actor, at
    stated.clean_fields(exclude={"agency", "evidence", "entered_by"})
    stated.save()
    after = {"key": figure.key, "value": str(figure.value), "source": stated.source}
    audit.record(actor, "annualreport.state", row, agency=row.agency, before=before, after=after, basis=BASIS)
    return stated


@transaction.atomic
def drop_figure(report_id: int, key: str, *, actor: User) -> None:
    """Take a stated figure back: the cell holds what is counted again."""
    row = _locked(report_id)
    _check(reasons_against(row, ReportAction.STATE, actor))
    for stated in ReportFigure.objects.filter(agency=row.agency, year=row.year, key=key):
        before = {"key": key, "value": str(stated.value), "source": stated.source}
        stated.delete()
        audit.record(actor, "annualreport.drop", row, agency=row.agency, before=before, basis=BASIS)


@transaction.atomic
def submit(report_id: int, *, actor: User, at: datetime) -> AnnualReport:
    """提交定稿. Raises ValidationError with everything that is still wrong."""
    row = _locked(report_id)
    _check(reasons_against(row, ReportAction.SUBMIT, actor))
    computed = annual_report.compute(row.agency, row.year, today=localdate(at))
    _check(reasons_against_text(computed, annual_report.findings(computed, row.parts), row.parts))
    return _save(row, ReportAction.SUBMIT, (), actor=actor, at=at)


@transaction.atomic
def send_back(report_id: int, *, actor: User, at: datetime, note: str) -> AnnualReport:
    """退回修改, with what is to be changed."""
    row = _locked(report_id)
    reasons = reasons_against(row, ReportAction.RETURN, actor)
    _check(reasons if reasons or note.strip() else [_("须写明要修改什么。")])
    return _save(row, ReportAction.RETURN, (), actor=actor, at=at, note=clean_text(note))


@transaction.atomic
def freeze(report_id: int, *, actor: User, at: datetime, seen: str) -> AnnualReport:
    """定稿: the figures and words as they are now, for good. `seen`: the digest of what this person looked at."""
    row = _locked(report_id)
    _check(reasons_against(row, ReportAction.FREEZE, actor))
    computed = annual_report.compute(row.agency, row.year, today=localdate(at))
    _check(reasons_against_text(computed, annual_report.findings(computed, row.parts), row.parts))
    frozen = annual_report.payload(computed, row.parts)
    row.payload, row.digest = frozen, annual_report.digest_of(frozen)
    _check([] if row.digest == seen else [_("您打开以后，报告的数据或者文字有变化。请核对后再定稿。")])
    row.frozen_by, row.frozen_at = actor, at
    columns = ("payload", "digest", "frozen_by", "frozen_at")
    return _save(row, ReportAction.FREEZE, columns, actor=actor, at=at)


@transaction.atomic
def draft_item(report_id: int, *, actor: User, at: datetime) -> Item:
    """拟制公开稿: an item that says what was frozen, to be reviewed and published as any other."""
    row = _locked(report_id)
    _check(reasons_against(row, ReportAction.DRAFT_ITEM, actor))
    report = read_report(row.payload)
    title = title_of(row)
    context = {"sheets": sheets(report.tables), "parts": report.parts, "report": row, "is_item": True}
    content = draft.Content(
        title=title,
        body=render_to_string("requests_app/report_body.html", context),
        summary=f"{title}，数据截至12月31日。",
        formed_on=localdate(row.frozen_at) if row.frozen_at else None,
        category=Category.DUTIES,
        topic="综合政务/政务公开",
        keywords=["年度报告"],
        extra={"report_year": row.year},
    )
    entry = _entry_of_last(row.agency)
    item = draft.create_item(
        content, agency=row.agency, item_type=ITEM_TYPE, author=actor, at=at, catalogue_entry=entry
    )
    row.item = item
    row.save(update_fields=["item"])
    after = {"item": item.index_number, "digest": row.digest}
    audit.record(actor, f"annualreport.{ReportAction.DRAFT_ITEM}", row, agency=row.agency, after=after, basis=BASIS)
    return item


def title_of(row: AnnualReport) -> str:
    """The name of a record, which is Chinese on every page."""
    return f"{row.agency.name}{row.year}年政府信息公开工作年度报告"


# --- all verbs ------------------------------------------------------------------------------------------------------


def _entry_of_last(agency: Agency) -> Any:
    """The entry of the catalogue under which the agency published its last report, if it did so under one."""
    last = Item.objects.filter(agency=agency, item_type=ITEM_TYPE, catalogue_entry__isnull=False)
    item = last.exclude(state=ItemState.UNPUBLISHED).order_by("-published_on").first()
    return item.catalogue_entry if item else None


def _faults(figure: Figure) -> list[str]:
    if figure.key not in FIGURE_KEYS:
        return [_("表二没有这个指标。")]
    reasons = []
    row = FIGURE_KEYS[figure.key][0]
    if figure.value < 0 or (row not in AMOUNT_ROWS and figure.value != int(figure.value)):
        reasons.append(_("“%s”须是不小于 0 的整数，金额可以有小数。") % figure_label(figure.key))
    if not figure.source.strip():
        reasons.append(_("须写明数据来源。"))
    return reasons


def _check(reasons: Iterable[str]) -> None:
    if found := list(reasons):
        raise ValidationError(found)


def _locked(report_id: int) -> AnnualReport:
    rows = AnnualReport.objects.select_for_update(of=("self",)).select_related("agency", "drafted_by")
    return rows.get(pk=report_id)


def _save(
    row: AnnualReport, action: ReportAction, columns: Iterable[str], *, actor: User, at: datetime, note: str = ""
) -> AnnualReport:
    before = row.state
    after = next_state(before, action)
    assert after is not None  # reasons_against has looked
    row.state, row.updated_at = after, at
    row.save(update_fields=["state", "updated_at", *columns])
    audit.record(
        actor,
        f"annualreport.{action}",
        row,
        agency=row.agency,
        before={"state": before},
        after={"state": after, "digest": row.digest},
        basis=BASIS,
        note=note,
    )
    return row
