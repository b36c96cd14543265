"""单位考核 in the admin: its agency sees what it was told and answers; inspectors see what they inspect."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb, VerbForm, toned
from evaluation import case_lines, queues
from evaluation.admin.objection_links import about, elsewhere, may_object, object_address
from evaluation.enums import Grade, IndicatorMode, RoundState
from evaluation.forms.objections import ObjectForm
from evaluation.forms.rounds import LeaveOutForm
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Assessment, Finding, Objection, Score
from evaluation.queries.assessments import SHARED_STATES
from evaluation.scorecard_words import fault_of, shown, standing_of
from evaluation.scorecards import coded_name, name_of
from evaluation.scoring import NOTHING, TALLY, Case
from evaluation.services import objections, procedure, rounds
from evaluation.services.objections import Target
from govportal import access
from govportal.calendar import load_calendar
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission
from govportal.workdays import working_days_between
from requests_app.admin.verb_pages import CaseVerb, CaseVerbAdmin

access.open_admin("evaluation.assessment", view=Permission.OBJECT, change=Permission.ASSESS)

SHOWN = 10  # cases at fault of one indicator on the page of the whole; the rest is a page further
PER_PAGE = 50
_AT_WORK = {RoundState.DRAFT, RoundState.OPEN, RoundState.FEEDBACK}  # after them nothing is answered or left out
_TONES = {Grade.EXCELLENT: "ok", Grade.GOOD: "ok", Grade.FAIR: "warn", Grade.POOR: "bad"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding or a case that takes something off, and what can be done about it. `objection`: the last one."""

    target: Target
    objection: Objection | None
    address: str  # where to object; empty where nobody may

    @property
    def finding(self) -> Finding | None:
        return self.target.finding

    @property
    def case(self) -> Case | None:
        return self.target.case

    @property
    def standing(self) -> tuple[str, str]:
        """(words, tone) of a case, as citizens read them."""
        assert self.case is not None
        return standing_of(self.case, _judged_by(self.target))

    @property
    def why(self) -> str:
        return why(self.target)


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator: its points, and the first of what takes them."""

    score: Score
    words: str
    faults: list[Fault]
    more: str  # the address of all its cases; empty for none

    @property
    def name(self) -> str:
        return name_of(self.score.indicator)

    @property
    def hidden(self) -> int:
        return self.score.faults - len(self.faults)


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators of one heading, with what they earn together."""

    name: str
    weight: Decimal
    lines: list[Line]

    @property
    def heading(self) -> str:
        earned = sum((line.score.points for line in self.lines), NOTHING)
        return _("得 %(earned)s / %(all)s 分") % {"earned": f"{earned:.2f}", "all": shown(self.weight)}


def _judged_by(target: Target) -> str:
    return AUTOMATIC_INDICATORS[target.indicator.measure].judged_by


def why(target: Target) -> str:
    """Why a case brings less than it could, as citizens read it; nothing of one that brings all."""
    case = target.case
    return fault_of(case, _judged_by(target)) if case and case.earned < case.possible else ""


def _file(row: Assessment, actor: User, values: dict[str, Any]) -> object:
    files = values["papers"]
    return objections.file(row.pk, values["target"], text=values["text"], files=files, actor=actor, at=now())


def _confirm(row: Assessment, actor: User, _values: dict[str, Any]) -> object:
    return objections.confirm(row.pk, actor=actor, at=now())


def _leave_out(row: Assessment, actor: User, values: dict[str, Any]) -> object:
    return rounds.leave_out(row.pk, reason=values["reason"], actor=actor)


OBJECT = CaseVerb(
    "object",
    gettext_lazy("提出异议"),
    objections.reasons_against_filing,
    _file,
    ObjectForm,
    template="admin/evaluation/assessment_object.html",
)
CONFIRM = CaseVerb(
    "confirm",
    gettext_lazy("确认无异议"),
    objections.reasons_against_confirming,
    _confirm,
    warning=gettext_lazy("确认以后本单位不能再提出异议。"),
    template="admin/evaluation/assessment_verb.html",
)


LEAVE_OUT = CaseVerb(
    "leave_out",
    gettext_lazy("不参加排名"),
    lambda row, actor: rounds.reasons_against_leaving_out(row.round, actor),
    _leave_out,
    LeaveOutForm,
    template="admin/evaluation/assessment_verb.html",
)


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("待办")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("answer", gettext_lazy("本单位考核待确认"))] if access.can(request.user, Permission.OBJECT) else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "answer":
            return queryset
        return queryset.filter(pk__in=queues.unanswered(request.user, today()).order_by().values("pk"))


class RoundFilter(admin.SimpleListFilter):
    """Those of the rounds of which this person sees anything, by the name of each."""

    title = gettext_lazy("考核")
    parameter_name = "round"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rounds = model_admin.get_queryset(request).order_by("-round__period_end", "-round__pk")
        return list(rounds.values_list("round__slug", "round__name").distinct())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {slug for slug, _name in self.lookup_choices}
        return queryset.filter(round__slug=self.value()) if self.value() in known else queryset


@admin.register(Assessment)
class AssessmentAdmin(CaseVerbAdmin[Assessment]):
    """`object` takes its fault from the address, so it is a link beside each fault and no button of the row."""

    list_display = ("agency", "round", "shown_state", "total", "shown_grade", "shown_rank", "confirmed_at")
    list_filter = (QueueFilter, RoundFilter, "grade")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("agency__name", "agency__code")
    page_template = "admin/evaluation/assessment_change.html"
    verbs = (OBJECT, CONFIRM, LEAVE_OUT)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assessment]:
        rows = Assessment.objects.visible_to(request.user).defer("population")
        return rows.select_related("agency", "round__indicator_set", "confirmed_by").order_by(
            "-round__period_end", F("rank").asc(nulls_last=True), "agency__position", "agency__name"
        )

    def may_add(self, actor: User) -> bool:
        return False

    def lock(self, row: Assessment) -> None:
        procedure.locked_assessment(row.pk)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.cases_view)
        name = "evaluation_assessment_cases"
        return [path("<int:pk>/cases/<int:indicator>/", view, name=name), *super().get_urls()]

    @admin.display(description=gettext_lazy("状态"), ordering="round__state")
    def shown_state(self, row: Assessment) -> str:
        return row.round.get_state_display()

    @admin.display(description=gettext_lazy("等次"), ordering="total")
    def shown_grade(self, row: Assessment) -> str:
        if not row.grade:
            return ""
        if row.round.state == RoundState.OPEN:
            return toned(_("%s（暂定）") % row.get_grade_display(), "info")
        return toned(row.get_grade_display(), _TONES[Grade(row.grade)])

    @admin.display(description=gettext_lazy("名次"), ordering="rank")
    def shown_rank(self, row: Assessment) -> str:
        """Once it is settled; until then the workbench shows to inspectors how it stands."""
        return str(row.rank) if row.rank and row.round.state == RoundState.FROZEN else ""

    def facts(self, request: HttpRequest, row: Assessment) -> Any:
        return []

    # --- verbs ------------------------------------------------------------------------------------------------------

    def _rows(self, request: HttpRequest, pk: int) -> Assessment:
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if row is None:
            raise Http404(_("没有这一项，或者您看不到它。"))
        return row

    def verb_context(self, request: HttpRequest, row: Assessment, verb: Verb, form: Any) -> dict[str, Any]:
        context = super().verb_context(request, row, verb, form) | {"deadline": deadline_words(row, today())}
        if verb.name == "object":
            key = form["target"].value()
            target = objections.find_target(row, str(key)) if key else None
            context |= {"target": target, "template": OBJECT.template, "is_theirs": True}
            if target:
                context |= {"name": name_of(target.indicator), "why": why(target)}
                context["elsewhere"] = elsewhere(row, target, is_open=True)
        return context

    def show_form(
        self, request: HttpRequest, row: Assessment, verb: Verb, form: VerbForm, reasons: list[str]
    ) -> HttpResponseBase:
        """No empty sheet about what was objected to already: the objection itself."""
        target = objections.find_target(row, str(form["target"].value() or "")) if verb.name == OBJECT.name else None
        if (
            not form.is_bound
            and target
            and (one := objections.barring(row, about(row.objections.order_by("number"), target)))
        ):
            messages.info(request, _("对这个问题已经提出异议：%s。") % one.get_state_display())
            return HttpResponseRedirect(reverse("admin:evaluation_objection_change", args=[one.pk]))
        return super().show_form(request, row, verb, form, reasons)

    # --- pages ------------------------------------------------------------------------------------------------------

    def page_context(self, request: HttpRequest, row: Assessment) -> dict[str, Any]:
        assert isinstance(request.user, User)
        against = objections.reasons_against_filing(row, request.user)
        is_theirs = access.can(request.user, Permission.OBJECT, row.agency)
        made = list(row.objections.select_related("indicator", "finding").order_by("number"))
        lines = self._lines(row, made, is_open=may_object(row, request.user, today()))
        verb = CONFIRM if is_theirs else LEAVE_OUT
        may_come = row.round.state in _AT_WORK and not (is_theirs and row.confirmed_at)
        verbs = [(verb, self._address(row.pk, verb), verb.reasons(row, request.user))] if may_come else []
        return {
            "verbs": verbs,
            "refused": any(reasons for _verb, _address, reasons in verbs),
            "groups_of_lines": _by_group(lines),
            "objections": made,
            "grade": self.shown_grade(row),
            "is_theirs": is_theirs,
            "is_told": row.round.state in SHARED_STATES,
            "against": against if is_theirs else [],
            "deadline": deadline_words(row, today()),
        }

    def _lines(self, row: Assessment, made: list[Objection], *, is_open: bool) -> list[Line]:
        scores = row.scores.select_related("indicator__group").order_by("indicator__position", "indicator_id")
        found = row.findings.standing().select_related("item", "indicator").order_by("number")
        findings: dict[int, list[Target]] = {}
        for one in found:
            findings.setdefault(one.indicator_id, []).append(Target(one.indicator, finding=one))
        lines = []
        for score in scores:
            indicator = score.indicator
            is_automatic = indicator.mode == IndicatorMode.AUTOMATIC
            words = str(AUTOMATIC_INDICATORS[indicator.measure].words) if is_automatic else indicator.text
            targets = findings.get(indicator.pk, [])
            if is_automatic and score.faults:
                at_fault = objections.cases_at_fault(score)
                targets = [Target(indicator, case=case) for case, _place in zip(at_fault, range(SHOWN), strict=False)]
            faults = [_fault(row, target, made, is_open=is_open) for target in targets]
            lines.append(Line(score, words, faults, self._cases_address(row, score) if score.denominator else ""))
        return lines

    def _cases_address(self, row: Assessment, score: Score) -> str:
        return reverse("admin:evaluation_assessment_cases", args=[row.pk, score.indicator_id])

    def cases_view(self, request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
        """Every case of one automatic indicator, those at fault first."""
        row = self._rows(request, pk)
        score = row.scores.select_related("indicator").filter(indicator=indicator).first()
        if score is None or score.indicator.mode != IndicatorMode.AUTOMATIC:
            raise Http404(_("没有这个自动指标。"))
        cases = _cases(score)
        keys = {case.key for case in objections.disputed_cases(score)}
        page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
        made = list(row.objections.filter(indicator=score.indicator))
        is_open = may_object(row, request.user, today())
        faults = [
            _fault(row, Target(score.indicator, case=case), made, is_open=is_open)
            if case.earned < case.possible and case.key in keys
            else Fault(Target(score.indicator, case=case), None, "")
            for case in page.object_list
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": coded_name(score.indicator),
            "row": row,
            "score": score,
            "words": AUTOMATIC_INDICATORS[score.indicator.measure].words,
            "back": self._page_of(row),
            "page": page,
            "faults": faults,
        }
        return TemplateResponse(request, "admin/evaluation/assessment_cases.html", context)

    class Media:
        css = {"all": ("css/admin_rounds.css",)}


def _cases(score: Score) -> list[Case]:
    """Those at fault first; before all what can be objected to in their place."""
    cases = sorted(case_lines.unpack(score.cases), key=lambda case: case.earned == case.possible)
    return [case for case in objections.disputed_cases(score) if case.key == TALLY] + cases


def _fault(row: Assessment, target: Target, made: list[Objection], *, is_open: bool) -> Fault:
    same = about(made, target)
    return Fault(target, same[-1] if same else None, object_address(row, target, same) if is_open else "")


def deadline_words(row: Assessment, day: date) -> str:
    """异议截止, and how many working days are left; empty while nothing was told, and once the agency agreed."""
    last = row.round.objections_by
    if row.round.state != RoundState.FEEDBACK or last is None or row.confirmed_at is not None:
        return ""
    if day > last:
        return _("异议期到 %s 为止，已经过了。") % last
    left = working_days_between(day, last, load_calendar())
    if left < 1:
        return _("异议期今天截止。")
    return _("异议期到 %(day)s 为止，还有 %(left)s 个工作日。") % {"day": last, "left": left}


def _by_group(lines: list[Line]) -> list[Group]:
    found: dict[int, Group] = {}
    for line in lines:
        group = line.score.indicator.group
        found.setdefault(group.pk, Group(group.name, group.weight, [])).lines.append(line)
    return list(found.values())
