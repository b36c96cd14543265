"""考核轮次 in the admin, for those who assess the whole site: planned, measured, told, frozen, drafted, by verbs."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb, VerbForm
from evaluation.admin.round_drafts import draft_of
from evaluation.admin.round_states import state_of
from evaluation.enums import OPEN_OBJECTIONS, RoundState
from evaluation.forms.rounds import DraftForm, ReasonForm, RoundForm, ShareForm
from evaluation.models import Assessment, AssessmentRound
from evaluation.queries import BY_RANK
from evaluation.services import checks, indicator_sets, measure, procedure, round_items, rounds
from evaluation.services.round_surveys import words_on_left_out
from evaluation.workbench_tables import PROVISIONAL
from evaluation.workflow import RoundAction, may_still_be
from govportal import access, files, jobs
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission
from requests_app.admin.verb_pages import CaseVerb, CaseVerbAdmin, Prepared

access.open_admin("evaluation.assessmentround", view=Permission.ASSESS, is_site_wide=True)

# Above so many agencies the worker measures: nobody's browser waits for it.
MEASURED_AT_ONCE = 60
MEASURE = "evaluation.measure_round"  # the task, evaluation/tasks.py
CHANGE = "change"
_STEPS = (RoundState.DRAFT, RoundState.OPEN, RoundState.FEEDBACK, RoundState.FROZEN)
_OPEN_OBJECTION = Q(objections__state__in=OPEN_OBJECTIONS)


def _against(action: RoundAction) -> Any:
    return lambda row, actor: rounds.reasons_against(row, action, actor)


def _change(row: AssessmentRound, actor: User, values: dict[str, Any]) -> object:
    return rounds.change(row.pk, RoundForm.plan(values), actor=actor)


def is_large(row: AssessmentRound) -> bool:
    return row.assessments.count() > MEASURED_AT_ONCE


def _read(row: AssessmentRound, actor: User) -> measure.Taken | None:
    """None where there are many agencies: the worker reads them."""
    return None if is_large(row) else measure.read(row.pk, at=now(), actor=actor)


def _keep(row: AssessmentRound, actor: User, taken: measure.Taken | None) -> object:
    if taken is not None:
        return measure.keep(taken, actor=actor)
    procedure.check(procedure.reasons_against_round(row, RoundAction.MEASURE, actor))
    jobs.enqueue(MEASURE, round_id=row.pk, actor_id=actor.pk)
    return row


def _open(row: AssessmentRound, actor: User, _values: dict[str, Any]) -> object:
    """In one transaction (CaseVerbAdmin): where measuring is refused, nothing was opened."""
    opened = rounds.open_round(row.pk, actor=actor, at=now())
    return _keep(opened, actor, _read(opened, actor))


def _share(row: AssessmentRound, actor: User, values: dict[str, Any]) -> object:
    return rounds.share(row.pk, actor=actor, at=now(), days=values["days"])


def _reopen(row: AssessmentRound, actor: User, values: dict[str, Any]) -> object:
    return rounds.reopen(row.pk, actor=actor, at=now(), note=values["note"])


def _pack(row: AssessmentRound, actor: User) -> rounds.Packed:
    return rounds.pack(row.pk, actor=actor, at=now())


def _freeze(_row: AssessmentRound, actor: User, packed: rounds.Packed) -> object:
    return rounds.keep(packed, actor=actor)


def _draft_item(row: AssessmentRound, actor: User, values: dict[str, Any]) -> object:
    return round_items.draft_item(row.pk, agency=values["agency"], actor=actor, at=now())


def _cancel(row: AssessmentRound, actor: User, values: dict[str, Any]) -> object:
    return rounds.cancel(row.pk, actor=actor, at=now(), note=values["note"])


VERBS = (
    CaseVerb(
        CHANGE, gettext_lazy("修改方案"), lambda row, _actor: rounds.reasons_against_changing(row), _change, RoundForm
    ),
    CaseVerb(
        RoundAction.OPEN,
        RoundAction.OPEN.label,
        _against(RoundAction.OPEN),
        _open,
        hints=lambda row, _actor: [words] if (words := words_on_left_out(row)) else [],
        warning=gettext_lazy("启动以后抽样种子、参加单位和统计期不能再改；随即抽样，并从现有数据算出自动指标。"),
    ),
    CaseVerb(
        RoundAction.MEASURE,
        RoundAction.MEASURE.label,
        _against(RoundAction.MEASURE),
        Prepared(_read, _keep),
        warning=gettext_lazy("按现在的数据重新计算全部自动指标；人工查阅和登记的问题不变。每天凌晨也会自动取数。"),
    ),
    CaseVerb(
        RoundAction.SHARE,
        RoundAction.SHARE.label,
        _against(RoundAction.SHARE),
        _share,
        ShareForm,
        gettext_lazy("各单位将看到本单位的得分、扣分问题和依据，可以提出异议。反馈的人不能定分。"),
    ),
    CaseVerb(RoundAction.REOPEN, RoundAction.REOPEN.label, _against(RoundAction.REOPEN), _reopen, ReasonForm),
    CaseVerb(
        RoundAction.FREEZE,
        RoundAction.FREEZE.label,
        _against(RoundAction.FREEZE),
        Prepared(_pack, _freeze),
        warning=gettext_lazy("定分以后得分、问题、异议都不能再改，同时生成复算包，并复算一遍：不一致的不能定分。"),
    ),
    CaseVerb(
        RoundAction.DRAFT_ITEM, RoundAction.DRAFT_ITEM.label, _against(RoundAction.DRAFT_ITEM), _draft_item, DraftForm
    ),
    CaseVerb(RoundAction.CANCEL, RoundAction.CANCEL.label, _against(RoundAction.CANCEL), _cancel, ReasonForm),
)


@admin.register(AssessmentRound)
class AssessmentRoundAdmin(CaseVerbAdmin[AssessmentRound]):
    list_display = ("name", "shown_state", "kind", "period_start", "period_end", "agencies", "objections_by")
    list_filter = ("state", "kind")
    search_fields = ("name", "slug")
    page_template = "admin/evaluation/round_change.html"
    verb_template = "admin/evaluation/round_verb.html"
    readonly_fields = ("shown_state", "seed_words")
    fieldsets = (
        (None, {"fields": ("kind", "indicator_set", "period_start", "period_end", "survey")}),
        (gettext_lazy("抽样"), {"fields": ("sample_size", "seed_words")}),
        (
            gettext_lazy("经过"),
            {"fields": ("made_by", "opened_at", "measured_at", "shared_by", "shared_at", "objections_by", "frozen_by",
                        "frozen_at")},
        ),
    )  # fmt: skip
    add_form = RoundForm
    add_title = gettext_lazy("建立考核")
    verbs = VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[AssessmentRound]:
        related = ("indicator_set", "survey", "archive", "made_by", "shared_by", "frozen_by")
        rows = AssessmentRound.objects.select_related(*related)
        return rows.annotate(agency_count=Count("assessments"))

    def may_add(self, actor: User) -> bool:
        return access.holds_for_all(actor, Permission.ASSESS)

    def lock(self, row: AssessmentRound) -> None:
        """The set first, as rounds.open_round does."""
        indicator_sets.locked_set(row.indicator_set_id)
        procedure.locked_round(row.pk)

    def add_row(self, actor: User, values: dict[str, Any]) -> AssessmentRound:
        return rounds.make(RoundForm.plan(values), actor=actor, at=now())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.archive_view)
        return [path("<int:pk>/archive.zip", view, name="evaluation_assessmentround_archive"), *super().get_urls()]

    # --- columns ----------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: AssessmentRound) -> str:
        return state_of(row)

    @admin.display(description=gettext_lazy("单位数"))
    def agencies(self, row: Any) -> int:
        count: int = row.agency_count
        return count

    @admin.display(description=gettext_lazy("抽样种子"))
    def seed_words(self, row: AssessmentRound) -> str:
        if not row.sample_size:
            return ""
        return format_html("<code>{}</code>", row.seed) if row.seed else _("启动时随机产生")

    # --- verbs ------------------------------------------------------------------------------------------------------

    def _done(self, request: HttpRequest, form: VerbForm, run: Any) -> bool:
        """A button that ticks a kind of agencies does nothing else."""
        if form.is_bound and isinstance(form, RoundForm) and form.tick():
            return False
        return super()._done(request, form, run)

    def answer(
        self, request: HttpRequest, row: AssessmentRound, verb: Verb, form: VerbForm
    ) -> HttpResponseBase | None:  # fmt: skip
        done = super().answer(request, row, verb, form)
        if done and verb.name in {RoundAction.OPEN, RoundAction.MEASURE} and is_large(row):
            messages.info(request, _("单位较多，取数已交给后台，完成以后本页的取数时间会更新。"))
        if done and verb.name == RoundAction.DRAFT_ITEM:
            messages.info(request, _("下一步：公开稿按一般程序审查、公开，公开以后成绩单和复算包才对外可见。"))
        return done

    def verb_context(
        self, request: HttpRequest, row: AssessmentRound, verb: Verb, form: VerbForm
    ) -> dict[str, Any]:  # fmt: skip
        context = super().verb_context(request, row, verb, form)
        if verb.name in {RoundAction.SHARE, RoundAction.FREEZE, RoundAction.CANCEL, RoundAction.OPEN}:
            context["progress"] = progress(row)
        return context

    # --- the page of a round ----------------------------------------------------------------------------------------

    def page_context(self, request: HttpRequest, row: AssessmentRound) -> dict[str, Any]:
        place = _STEPS.index(RoundState(row.state)) if row.state in _STEPS else -1
        context = super().page_context(request, row)
        verbs = [one for one in context["verbs"] if _may_still_be(row, one[0])]
        return context | {
            "verbs": verbs,
            "refused": any(reasons for _verb, _address, reasons in verbs),
            "steps": [(state.label, index < place, index == place) for index, state in enumerate(_STEPS)],
            "state": self.shown_state(row),
            "progress": progress(row),
            "assessments": totals(row),
            "is_large": is_large(row),
            "is_waiting": row.state == RoundState.OPEN and row.measured_at is None,
            "draft": draft_of(row),
            "left_out": words_on_left_out(row),
            "provisional": PROVISIONAL if row.state == RoundState.OPEN else "",
        }

    def archive_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if row is None or row.archive is None:
            raise Http404(_("这次考核没有复算包。"))
        return files.serve(row.archive, request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As every register, but on to the page of the round with what comes next."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        answer = super().add_view(request, form_url, extra_context)
        if isinstance(answer, HttpResponseRedirect):
            messages.info(request, _("下一步：核对方案，启动考核。"))
        return answer

    def verb_page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        is_plan = isinstance(context.get("form"), RoundForm)
        template = "admin/evaluation/round_form.html" if is_plan else self.verb_template
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts, "warning": self.warning}
        return TemplateResponse(request, template, everywhere | context)


def _may_still_be(row: AssessmentRound, verb: Verb) -> bool:
    """What can never be done to the round any more is no button; what waits is one, with its reasons."""
    if verb.name == CHANGE:
        return row.state == RoundState.DRAFT
    if verb.name == RoundAction.DRAFT_ITEM and rounds.has_draft(row):
        return False
    return may_still_be(row.state, RoundAction(verb.name))


def progress(row: AssessmentRound) -> list[tuple[str, int, int]]:
    """(what, done, of how many). Seven statements, however many agencies there are."""
    done = checks.progress_of_all(row)
    answered = row.assessments.aggregate(
        objected=Count("objections"), waiting=Count("objections", filter=_OPEN_OBJECTION)
    )
    agencies = row.assessments.aggregate(all=Count("pk"), confirmed=Count("confirmed_at"))
    lines = [
        (_("人工指标已查"), done.checked, done.total),
        (_("抽查信息已查"), done.samples_checked, done.samples),
        (_("登记的问题已处理"), done.findings - done.proposed, done.findings),
        (_("异议已办结"), answered["objected"] - answered["waiting"], answered["objected"]),
        (_("单位确认无异议"), agencies["confirmed"], agencies["all"]),
    ]
    return lines[:3] if row.state == RoundState.OPEN else lines


def totals(row: AssessmentRound) -> QuerySet[Assessment]:
    """The agencies of a round with what came out, the best first."""
    waiting = Count("objections", filter=_OPEN_OBJECTION)
    rows = row.assessments.select_related("agency").defer("population").annotate(waiting=waiting)
    return rows.order_by(*BY_RANK)
