"""考核指标体系 in the admin: a readable table, changed by verbs while it is drawn up, brought in and out as a file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, DecimalField, Exists, OuterRef, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb, VerbAdmin, VerbForm, toned
from evaluation.admin.indicator_lines import sheet
from evaluation.enums import Formula, SetState
from evaluation.forms import indicator_sets as forms
from evaluation.indicator_table import table
from evaluation.indicator_workflow import SetAction
from evaluation.models import Indicator, IndicatorGroup, IndicatorSet
from evaluation.scorecard_words import shown
from evaluation.services import indicator_sets, indicators
from evaluation.services.import_indicators import IndicatorImport, import_indicators, last_left_out
from evaluation.services.indicators import DOWN, UP, Clause
from govportal import access
from govportal.admin.imports import ImportPages, UploadForm
from govportal.forms import whole_number
from govportal.imports import ImportResult, Outcome
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission
from govportal.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_bytes, xlsx_bytes
from govportal.staged_uploads import StaleUpload, staged
from govportal.tables import UnreadableTable

access.open_admin("evaluation.indicatorset", view=Permission.MANAGE_INDICATORS, is_site_wide=True)

_TONES = {SetState.DRAFT: "warn", SetState.IN_FORCE: "ok"}
_FORMATS = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


@dataclass(frozen=True, slots=True)
class RowVerb(Verb):
    """A verb of one group or indicator, reached from its line and not from the buttons of the set."""


def _against(action: SetAction) -> Any:
    return lambda row, actor: indicator_sets.reasons_against(row, action, actor)


def _edit(row: IndicatorSet, actor: User, values: dict[str, Any]) -> object:
    return indicator_sets.edit(row.pk, indicator_sets.SetFacts(**values), actor=actor)


def _copy(row: IndicatorSet, actor: User, values: dict[str, Any]) -> object:
    return indicator_sets.copy(row.pk, actor=actor, at=now(), **values)


def _add_group(row: IndicatorSet, actor: User, values: dict[str, Any]) -> object:
    return indicators.add_group(row.pk, actor=actor, **values)


def _change_group(_row: IndicatorSet, actor: User, values: dict[str, Any]) -> object:
    return indicators.change_group(int(values.pop("chosen")), actor=actor, **values)


def _remove_group(_row: IndicatorSet, actor: User, values: dict[str, Any]) -> None:
    indicators.remove_group(int(values["chosen"]), actor=actor)


def _add_indicator(_row: IndicatorSet, actor: User, values: dict[str, Any]) -> object:
    return indicators.add_indicator(_clause(values), actor=actor)


def _change_indicator(_row: IndicatorSet, actor: User, values: dict[str, Any]) -> object:
    return indicators.change_indicator(int(values.pop("chosen")), _clause(values), actor=actor)


def _remove_indicator(_row: IndicatorSet, actor: User, values: dict[str, Any]) -> None:
    indicators.remove_indicator(int(values["chosen"]), actor=actor)


def _clause(values: dict[str, Any]) -> Clause:
    formula = Formula(values.pop("formula", Formula.DEDUCT))
    return Clause(formula=formula, **values)


def _cautions(row: IndicatorSet) -> list[str]:
    """What whoever puts it in force should know of it."""
    said = []
    if others := "、".join(map(str, indicator_sets.others_in_force(row))):
        words = _("%(year)s年已有施行中的指标体系：%(others)s。不再用的，请先停用，以免考核选错。")
        said.append(words % {"year": row.year, "others": others})
    return said + _left_out(row)


def _left_out(row: IndicatorSet) -> list[str]:
    count = last_left_out(row)
    return [_("最近一次导入有 %s 行没有导入，请核对条目是否齐全。") % count] if count else []


class IndicatorSetImport(ImportPages):
    """`import/`: a preview line by line; nothing is saved unless all stand, or the person leaves out what does not."""

    import_permission = Permission.MANAGE_INDICATORS
    import_help = gettext_lazy(
        "表头：rule_id、section、section_weight_pct、indicator、item_no、text、deductions、frequency，或者代码、指标组、"
        "权重、指标、条、评分细则、每次扣分、频次；还可以有方式、自动指标、计分、满分、扣分上限、须附证据。"
        "没有满分的，按本组权重平均分。同一代码的更新，文件里没有的不变。"
    )

    def upload_form(self, request: HttpRequest) -> UploadForm:
        given = {"indicator_set": request.GET.get("set", "")}
        return forms.TableForm(request.POST or None, request.FILES or None, initial=given)

    def choices(self, form: UploadForm) -> dict[str, int]:
        return {"indicator_set": form.cleaned_data["indicator_set"].pk}

    def _preview(self, request: HttpRequest, result: ImportResult, token: str, name: str) -> HttpResponse:
        """What needs a look stands first."""
        rows = sorted(result.rows, key=lambda row: (row.outcome != Outcome.PROBLEM, not row.messages))
        return super()._preview(request, replace(result, rows=tuple(rows)), token, name)

    def run_chosen(
        self, source: Any, choices: Mapping[str, int], *, actor: Any, is_dry_run: bool, is_skipping: bool = False
    ) -> IndicatorImport:
        """What the set has against it reads like what a table has against it."""
        try:
            return import_indicators(
                source, into=choices["indicator_set"], actor=actor, is_dry_run=is_dry_run, is_skipping=is_skipping
            )
        except IndicatorSet.DoesNotExist:
            raise UnreadableTable(_("这套指标体系已经删除。")) from None
        except ValidationError as error:
            raise UnreadableTable("".join(error.messages)) from error

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        own = {
            "admin/import_preview.html": "admin/evaluation/indicator_import_preview.html",
            "admin/import_form.html": "admin/evaluation/indicator_import_form.html",
        }
        return super()._page(request, own.get(template, template), context)

    def _confirmed(self, request: HttpRequest) -> HttpResponse:
        """Whoever leaves out what does not stand says so with the button."""
        if "report" in request.POST:
            return super()._confirmed(request)
        try:
            file = staged(request.POST["token"], by=request.user, purpose=self._import_url)
            with file.claimed() as claimed:
                result = self.run_chosen(
                    claimed, file.choices, actor=request.user, is_dry_run=False, is_skipping="skip" in request.POST
                )
        except (StaleUpload, UnreadableTable) as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse(f"admin:{self._import_url}"))
        if result.is_saved:
            messages.success(request, result.summary())
            if lacking := result.lacking():
                messages.warning(request, lacking)
        else:
            messages.error(request, _("没有导入：表格有不能导入的行或者权重不对。%s") % result.summary())
        address = reverse("admin:evaluation_indicatorset_change", args=[file.choices["indicator_set"]])
        return HttpResponseRedirect(address)


@admin.register(IndicatorSet)
class IndicatorSetAdmin(IndicatorSetImport, VerbAdmin[IndicatorSet]):
    list_display = ("name", "code", "year", "shown_state", "weight_sum", "counted", "enforced_at")
    list_filter = ("state", "year")
    search_fields = ("code", "name")
    page_template = "admin/evaluation/indicator_set_change.html"
    readonly_fields = ("shown_state", "thresholds", "shown_share", "used_by")
    fieldsets = (
        (None, {"fields": ("shown_state", "code", "year", "basis", "thresholds", "shown_share", "used_by")}),
        (gettext_lazy("编制"), {"fields": ("copied_from", "made_by", "made_at", "enforced_at")}),
    )
    add_form = forms.SetForm
    add_title = gettext_lazy("编制考核指标体系")
    _fill = staticmethod(_against(SetAction.FILL))
    verbs = (
        Verb("add_manual", gettext_lazy("新增人工指标"), _fill, _add_indicator, forms.ManualForm),
        Verb("add_automatic", gettext_lazy("新增自动指标"), _fill, _add_indicator, forms.AutomaticForm),
        Verb("add_group", gettext_lazy("新增指标组"), _fill, _add_group, forms.GroupForm),
        Verb("edit", SetAction.EDIT.label, _against(SetAction.EDIT), _edit, forms.SetForm),
        Verb(
            "enforce",
            SetAction.ENFORCE.label,
            _against(SetAction.ENFORCE),
            lambda row, actor, values: indicator_sets.enforce(row.pk, actor=actor, at=now()),
            warning=gettext_lazy("施行以后，指标体系和其中的每一条都不能再修改；要改的，复制一套新的。"),
        ),
        Verb("copy", SetAction.COPY.label, _against(SetAction.COPY), _copy, forms.CopyForm),
        Verb(
            "retire",
            SetAction.RETIRE.label,
            _against(SetAction.RETIRE),
            lambda row, actor, values: indicator_sets.retire(row.pk, actor=actor),
            warning=gettext_lazy("停用以后不能再用于新的考核，已经定分的考核不变。"),
        ),
        Verb(
            "discard",
            SetAction.DISCARD.label,
            _against(SetAction.DISCARD),
            lambda row, actor, values: indicator_sets.discard(row.pk, actor=actor),
            warning=gettext_lazy("连同其中的指标组和指标一起删除，不能恢复。"),
        ),
        RowVerb("change_group", gettext_lazy("修改指标组"), _fill, _change_group, forms.ChangeGroupForm),
        RowVerb(
            "remove_group",
            gettext_lazy("删除指标组"),
            _fill,
            _remove_group,
            forms.ChosenGroup,
            warning=gettext_lazy("连同组内的指标一起删除。"),
        ),
        RowVerb("change_manual", gettext_lazy("修改人工指标"), _fill, _change_indicator, forms.ChangeManualForm),
        RowVerb("change_automatic", gettext_lazy("修改自动指标"), _fill, _change_indicator, forms.ChangeAutomaticForm),
        RowVerb("remove_indicator", gettext_lazy("删除指标"), _fill, _remove_indicator, forms.ChosenIndicator),
    )

    # --- the list ---------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[IndicatorSet]:
        """With what its groups weigh together and how many clauses it has: in the statement of the list."""

        def of_set(model: Any, value: Any, output: Any) -> Subquery:
            rows = model.objects.filter(indicator_set=OuterRef("pk")).order_by().values("indicator_set")
            return Subquery(rows.values_list(value), output_field=output)

        others = IndicatorSet.objects.filter(year=OuterRef("year"), state=SetState.IN_FORCE).exclude(pk=OuterRef("pk"))
        weights = of_set(IndicatorGroup, Sum("weight"), DecimalField(max_digits=8, decimal_places=2))
        return (
            IndicatorSet.objects.select_related("copied_from", "made_by")
            .annotate(weight_total=weights, clauses=of_set(Indicator, Count("pk"), None), has_other=Exists(others))
            .order_by("-year", "-pk")
        )

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: Any) -> str:
        if row.state == SetState.IN_FORCE and row.has_other:
            return toned(_("%s，同年度另有一套施行中") % row.get_state_display(), "warn")
        return toned(row.get_state_display(), _TONES.get(SetState(row.state), "info"))

    @admin.display(description=gettext_lazy("权重合计"))
    def weight_sum(self, row: Any) -> str:
        return shown(row.weight_total) if row.weight_total is not None else "0"

    @admin.display(description=gettext_lazy("指标条数"))
    def counted(self, row: Any) -> int:
        return row.clauses or 0

    @admin.display(description=gettext_lazy("等次"))
    def thresholds(self, row: IndicatorSet) -> str:
        marks = {name: shown(getattr(row, f"{name}_from")) for name in ("excellent", "good", "fair")}
        return _("%(excellent)s 分以上优秀，%(good)s 分以上良好，%(fair)s 分以上一般，再低的为差") % marks

    @admin.display(description=gettext_lazy("在绩效考核中的权重"))
    def shown_share(self, row: IndicatorSet) -> str:
        return f"{shown(row.performance_share)}%"

    @admin.display(description=gettext_lazy("使用它的考核"))
    def used_by(self, row: IndicatorSet) -> str:
        return "、".join(f"{one}（{one.get_state_display()}）" for one in row.rounds.order_by("pk"))

    def may_add(self, actor: User) -> bool:
        return not indicator_sets.reasons_against_managing(actor)

    def add_row(self, actor: User, values: dict[str, Any]) -> IndicatorSet:
        return indicator_sets.make(indicator_sets.SetFacts(**values), actor=actor, at=now())

    # --- the page of a set ------------------------------------------------------------------------------------------

    def page_context(self, request: HttpRequest, row: IndicatorSet) -> dict[str, Any]:
        assert isinstance(request.user, User)
        context = super().page_context(request, row)
        context["verbs"] = [each for each in context["verbs"] if not isinstance(each[0], RowVerb)]
        is_open = not indicator_sets.reasons_against(row, SetAction.FILL, request.user)
        import_address = f"{reverse(f'admin:{self._import_url}')}?set={row.pk}"
        return context | {
            "sheet": sheet(row, is_open=is_open),
            "is_open": is_open,
            "left_out": _left_out(row) if is_open else [],
            "import_address": import_address if is_open else "",
            "exports": [(name.upper(), reverse("admin:evaluation_indicatorset_export", args=[row.pk, name]))
                        for name in _FORMATS],
        }  # fmt: skip

    def verb_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        """A verb of a group or indicator that the address does not name, or that is of another set, is no page."""
        verb = next((verb for verb in self.verbs if verb.name == name), None)
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if isinstance(verb, RowVerb) and row is not None:
            form = self._form(verb.form, request, row)
            if isinstance(form, forms.ChosenForm) and form.chosen_row is None:
                raise Http404(_("没有这一项，或者您看不到它。"))
        return super().verb_view(request, pk, name)

    def verb_context(self, request: HttpRequest, row: IndicatorSet, verb: Verb, form: VerbForm) -> dict[str, Any]:
        """Of which group or indicator it is, over its form; and what else is in force for the year."""
        if verb.name == "enforce":
            return {"warning": "".join([*_cautions(row), str(verb.warning)])}
        chosen = form.chosen_row if isinstance(form, forms.ChosenForm) else None
        return {"title": f"{verb.label}：{chosen}"} if chosen else {}

    def answer(self, request: HttpRequest, row: IndicatorSet, verb: Verb, form: VerbForm) -> HttpResponseBase | None:
        done = super().answer(request, row, verb, form)
        if done and verb.name == "discard":
            return HttpResponseRedirect(reverse("admin:evaluation_indicatorset_changelist"))
        if done and verb.name == "copy":
            made = IndicatorSet.objects.get(code=form.cleaned_data["code"])
            return HttpResponseRedirect(self._page_of(made))
        if done and verb.name.startswith("change_") and isinstance(form, forms.ChosenForm):
            return HttpResponseRedirect(self._line_of(row, form.chosen_row))
        return done

    def _line_of(self, row: IndicatorSet, chosen: Any) -> str:
        """The page of the set, at the line of one of its groups or indicators."""
        return f"{self._page_of(row)}#{chosen._meta.model_name}-{chosen.pk}"

    # --- moving and exporting ---------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "evaluation_indicatorset"
        return [
            path("<int:pk>/export/<slug:format>/", view(self.export_view), name=f"{name}_export"),
            path("<int:pk>/move/", view(self.move_view), name=f"{name}_move"),
            *super().get_urls(),
        ]

    def _row(self, request: HttpRequest, pk: int) -> IndicatorSet:
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if row is None:
            raise Http404(_("没有这一项，或者您看不到它。"))
        return row

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`up`, `down`, `group_up`, `group_down`: the id of what is moved by one."""
        row = self._row(request, pk)
        if request.method != "POST":
            raise PermissionDenied
        assert isinstance(request.user, User)
        for name, by in (("up", UP), ("down", DOWN)):
            one = row.indicators.filter(pk=whole_number(request.POST.get(name, "")) or 0).first()
            group = row.groups.filter(pk=whole_number(request.POST.get(f"group_{name}", "")) or 0).first()
            if one is None and group is None:
                continue
            try:
                if one:
                    indicators.move_indicator(one.pk, by=by, actor=request.user)
                elif group:
                    indicators.move_group(group.pk, by=by, actor=request.user)
            except ValidationError as error:
                messages.error(request, "".join(error.messages))
            return HttpResponseRedirect(self._line_of(row, one or group))
        return HttpResponseRedirect(self._page_of(row))

    def export_view(self, request: HttpRequest, pk: int, format: str) -> HttpResponse:
        row = self._row(request, pk)
        if format not in _FORMATS:
            raise Http404(_("没有这个格式。"))
        lines = table(row.indicators.select_related("group").order_by("position", "id"))
        content = xlsx_bytes(lines, title=_("考核指标")) if format == "xlsx" else csv_bytes(lines)
        name = content_disposition_header(True, f"indicators-{row.code}.{format}")
        headers = {"Content-Disposition": name or "attachment"}
        return HttpResponse(content, content_type=_FORMATS[format], headers=headers)
