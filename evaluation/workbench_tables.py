"""What inspectors look at across a round: each table one or two statements, for the page and for its CSV."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import RectificationState
from evaluation.enums import OPEN_OBJECTIONS, FindingState, IndicatorMode, ObjectionState, RoundState
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.indicators.terms import midnight
from evaluation.models import Assessment, AssessmentRound, Finding, Objection, SampleItem, Score
from evaluation.queries import BY_RANK
from evaluation.scorecards import coded_name
from evaluation.services import checks
from evaluation.services.checks import Progress
from evaluation.workflow import RoundAction
from govportal import access
from govportal.models import AuditEvent
from govportal.permissions import Permission

# Whose rates stand side by side: obligations, requests, complaints, messages.
RATES = ("timeliness", "requests_on_time", "complaints_on_time", "feedback_answered")
_OPEN_OBJECTION = Q(objections__state__in=OPEN_OBJECTIONS)
_SETTLED = (RectificationState.VERIFIED, RectificationState.CANCELLED)


class Cell(NamedTuple):
    """`note`: what stands under it on the page, and behind it in the CSV."""

    text: str
    address: str = ""
    note: str = ""

    @property
    def whole(self) -> str:
        return f"{self.text}（{self.note}）" if self.note else self.text


type Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` of the assessments that this person inspects. `said`: title and note in a state of the round, where they
    are others."""

    key: str
    title: Promise | str
    note: Promise | str
    columns: tuple[Promise | str, ...]
    rows: Callable[[AssessmentRound, QuerySet[Assessment]], Iterable[Row]]
    empty: Promise | str
    said: Mapping[str, tuple[Promise | str, Promise | str]] = MappingProxyType({})

    def words(self, row: AssessmentRound) -> tuple[Promise | str, Promise | str]:
        return self.said.get(row.state, (self.title, self.note))


def rounds_of(user: Any) -> QuerySet[AssessmentRound]:
    """Those this person inspects any agency of, the newest first; all where he assesses the whole site."""
    rows = AssessmentRound.objects.select_related("indicator_set").newest_first()
    if access.holds_for_all(user, Permission.ASSESS):
        return rows
    return rows.filter(pk__in=Assessment.objects.inspected_by(user).order_by().values("round"))


def _moment(at: datetime | None) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _number(value: object) -> str:
    return "" if value is None else str(value)


def _of(assessment: Assessment, note: str = "") -> Cell:
    address = reverse("admin:evaluation_assessment_change", args=[assessment.pk])
    return Cell(assessment.agency.display_name, address, note)


# --- the tables -----------------------------------------------------------------------------------------------------


def _ranking(row: AssessmentRound, assessments: QuerySet[Assessment]) -> Iterator[Row]:
    rows = assessments.annotate(waiting=Count("objections", filter=_OPEN_OBJECTION)).order_by(*BY_RANK)
    done = checks.progress(row) if row.state == RoundState.OPEN else {}
    for one in rows:
        answer = _("%s 件异议未裁定") % one.waiting if one.waiting else _("已确认") if one.confirmed_at else ""
        yield (
            Cell(_number(one.rank) or "—"),
            _of(one, one.not_ranked_reason),
            Cell(one.agency.get_kind_display()),
            Cell(_number(one.total)),
            Cell(one.get_grade_display(), note=_looked_at(done[one.pk]) if one.pk in done else ""),
            Cell(_number(one.kind_rank)),
            Cell(answer),
        )


def _looked_at(done: Progress) -> str:
    words = _("暂定，已查 %(done)s/%(total)s")
    return words % {"done": done.checked + done.samples_checked, "total": done.total + done.samples}


def _samples(row: AssessmentRound, assessments: QuerySet[Assessment]) -> Iterator[Row]:
    drawn = SampleItem.objects.filter(assessment__in=assessments.order_by().values("pk"))
    drawn = drawn.select_related("assessment__agency", "item__current_edition", "checked_by")
    drawn = drawn.defer("assessment__population", "item__current_edition__body", "item__current_edition__extra")
    for one in drawn.order_by("assessment__agency__position", "assessment__agency__name", "assessment", "position"):
        yield (
            _of(one.assessment),
            Cell(str(one.position)),
            Cell(one.item.title or one.item.index_number, reverse("item", args=[one.item.slug])),
            Cell(one.get_result_display() or _("未查阅")),
            Cell(one.note),
            Cell(str(one.checked_by or "")),
            Cell(_moment(one.checked_at)),
        )


def _findings(row: AssessmentRound, assessments: QuerySet[Assessment]) -> Iterator[Row]:
    """Not yet decided on, or standing and not yet put right."""
    found = Finding.objects.filter(assessment__in=assessments.order_by().values("pk"))
    settled = Q(rectification__state__in=_SETTLED) | Q(carried_from__rectification__state__in=_SETTLED)
    standing = Q(state=FindingState.STANDING) & ~settled
    found = found.filter(Q(state=FindingState.PROPOSED) | standing)
    found = found.select_related("assessment__agency", "indicator", "rectification", "carried_from__rectification")
    for one in found.defer("assessment__population").order_by("number"):
        order = one.order
        yield (
            Cell(str(one.number), one.get_absolute_url()),
            _of(one.assessment),
            Cell(coded_name(one.indicator)),
            Cell(one.text),
            Cell(_number(one.deduction)),
            Cell(one.get_state_display()),
            Cell(one.get_source_display()),
            Cell(f"{order.get_state_display()} {order.due_on}" if order else _("未交办")),
        )


def _without_data(row: AssessmentRound, assessments: QuerySet[Assessment]) -> Iterator[Row]:
    """Full marks for nothing: whoever owes nothing on paper is to be looked at."""
    automatic = Q(scores__indicator__mode=IndicatorMode.AUTOMATIC)
    rows = assessments.annotate(
        measured=Count("scores", filter=automatic),
        facts=Sum("scores__denominator", filter=automatic, default=0),
    )
    for one in rows.filter(measured__gt=0, facts=0).order_by("agency__position", "agency__name"):
        yield _of(one), Cell(one.agency.get_kind_display()), Cell(str(one.measured)), Cell(_number(one.total))


def _rates(row: AssessmentRound, assessments: QuerySet[Assessment]) -> Iterator[Row]:
    scores = Score.objects.filter(indicator__measure__in=RATES).select_related("indicator").defer("cases")
    shown = assessments.prefetch_related(Prefetch("scores", queryset=scores, to_attr="rates"))
    for one in shown.order_by("agency__position", "agency__name"):
        by = {score.indicator.measure: score for score in one.rates}
        yield (_of(one), *(_rate(by.get(key)) for key in RATES))


def _rate(score: Score | None) -> Cell:
    if score is None or not score.denominator:
        return Cell("—")
    share = score.numerator * 100 / score.denominator
    address = reverse("admin:evaluation_assessment_cases", args=[score.assessment_id, score.indicator_id])
    return Cell(f"{share:.1f}%（{score.numerator}/{score.denominator}）", address)


class _Entry(NamedTuple):
    at: datetime
    row: Row


def _corrections(row: AssessmentRound, assessments: QuerySet[Assessment]) -> Iterator[Row]:
    """What was put right or taken back, the newest first."""
    mine = assessments.order_by().values("pk")
    found = [*_orders_and_withdrawals(mine), *_rulings(mine), *_reopenings(row)]
    yield from (entry.row for entry in sorted(found, key=lambda entry: entry.at, reverse=True))


def _orders_and_withdrawals(mine: Any) -> Iterator[_Entry]:
    found = Finding.objects.filter(assessment__in=mine).select_related(
        "assessment__agency", "rectification", "decided_by"
    )
    found = found.defer("assessment__population")
    for one in found.filter(Q(rectification__isnull=False) | Q(state=FindingState.WITHDRAWN)):
        what = Cell(_("问题%s") % one.number, one.get_absolute_url())
        if one.state == FindingState.WITHDRAWN:
            at = one.decided_at or one.found_at
            yield _entry(at, _of(one.assessment), _("问题撤销"), what, one.note, one.decided_by)
        if (order := one.rectification) is not None:
            address = reverse("admin:disclosure_rectification_change", args=[order.pk])
            words = f"{order.get_state_display()}，{_('期限')} {order.due_on}"
            at, day = midnight(order.ordered_on), order.ordered_on.isoformat()
            what = Cell(what.text, address)
            yield _entry(at, _of(one.assessment), _("交办整改"), what, words, order.ordered_by, day)


def _rulings(mine: Any) -> Iterator[_Entry]:
    rows = Objection.objects.filter(assessment__in=mine, state=ObjectionState.RULED)
    rows = rows.select_related("assessment__agency", "ruled_by").defer("assessment__population")
    for one in rows:
        address = reverse("admin:evaluation_objection_change", args=[one.pk])
        what = Cell(_("异议%s") % one.number, address)
        assert one.ruled_at is not None  # ruled
        yield _entry(one.ruled_at, _of(one.assessment), _("异议裁定"), what, one.get_ruling_display(), one.ruled_by)


def _reopenings(row: AssessmentRound) -> Iterator[_Entry]:
    events = AuditEvent.objects.filter(
        subject_type=AssessmentRound._meta.label,
        subject_id=str(row.pk),
        action=f"assessmentround.{RoundAction.REOPEN}",
    )
    for event in events:
        yield _entry(event.at, Cell(""), _("退回评分"), Cell(row.name), event.note, event.actor_name)


def _entry(at: datetime, agency: Cell, kind: str, what: Cell, words: str, who: object, day: str = "") -> _Entry:
    """`day`: where no more than that is known of when it was."""
    return _Entry(at, (Cell(day or _moment(at)), agency, Cell(kind), what, Cell(words), Cell(str(who or ""))))


_AGENCY = gettext_lazy("单位")
PROVISIONAL = gettext_lazy("得分、等次和名次都是暂定：还没有查阅的，按没有问题计分；定分以前随取数、查阅和裁定变化。")
TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.key: table
        for table in (
            Table(
                "ranking", gettext_lazy("排名预览"), gettext_lazy("定分以前随取数、查阅和裁定变化。"),
                (gettext_lazy("名次"), _AGENCY, gettext_lazy("类别"), gettext_lazy("得分"), gettext_lazy("等次"),
                 gettext_lazy("同类名次"), gettext_lazy("异议")),
                _ranking, gettext_lazy("没有您负责考核的单位。"),
                MappingProxyType({
                    RoundState.OPEN: (gettext_lazy("排名预览"), PROVISIONAL),
                    RoundState.FROZEN: (gettext_lazy("排名"), gettext_lazy("已定分，不再变化。")),
                }),
            ),
            Table(
                "rates", gettext_lazy("按时率"), gettext_lazy("最近一次取数的结果；点数字看是哪些。"),
                (_AGENCY, *(AUTOMATIC_INDICATORS[key].label for key in RATES)),
                _rates, gettext_lazy("没有您负责考核的单位。"),
            ),
            Table(
                "without-data", gettext_lazy("没有数据的单位"),
                gettext_lazy("全部自动指标都没有事项的单位，按规则得满分，应当查明原因。"),
                (_AGENCY, gettext_lazy("类别"), gettext_lazy("自动指标"), gettext_lazy("得分")),
                _without_data, gettext_lazy("没有这样的单位。"),
            ),
            Table(
                "findings", gettext_lazy("未了结的问题"), gettext_lazy("待采纳的，和已认定而没有整改到位的。"),
                (gettext_lazy("编号"), _AGENCY, gettext_lazy("指标"), gettext_lazy("问题"), gettext_lazy("扣分"),
                 gettext_lazy("状态"), gettext_lazy("来源"), gettext_lazy("整改")),
                _findings, gettext_lazy("没有未了结的问题。"),
            ),
            Table(
                "samples", gettext_lazy("抽样清单"), gettext_lazy("按种子抽取，次序即抽取的次序。"),
                (_AGENCY, gettext_lazy("次序"), gettext_lazy("公开信息"), gettext_lazy("结果"), gettext_lazy("说明"),
                 gettext_lazy("查阅人"), gettext_lazy("查阅时间")),
                _samples, gettext_lazy("这次考核没有抽样。"),
            ),
            Table(
                "corrections", gettext_lazy("更正记录"), gettext_lazy("交办的整改、裁定、撤销的问题和退回评分。"),
                (gettext_lazy("时间"), _AGENCY, gettext_lazy("种类"), gettext_lazy("事项"), gettext_lazy("说明"),
                 gettext_lazy("办理人")),
                _corrections, gettext_lazy("没有更正。"),
            ),
        )
    }
)  # fmt: skip


def assessments_of(row: AssessmentRound, user: Any) -> QuerySet[Assessment]:
    """Those of the round that this person inspects."""
    return Assessment.objects.inspected_by(user).filter(round=row.pk).select_related("agency").defer("population")
